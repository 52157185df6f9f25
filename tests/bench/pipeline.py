"""One measurement in a process of its own: the floor, or the whole pipeline, for a number of signals. Prints JSON."""

import json
import resource
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from schemas.codec import encode
from schemas.raw import SignalIn, SourceKind
from schemas.rule import RuleIn
from services.intake import Arrival
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.text.analyse import analyse
from tests.bench.signals import queries, signals

Spent = dict[str, float]
"""Seconds on the wall, and seconds of this process's processors, which neighbours on the machine stretch less."""

RULES = 100
POST_LINES = 256


def main() -> None:
    """Measure what the first argument names, for as many signals as the second says."""
    measure = {"floor": floor, "pipeline": pipeline}[sys.argv[1]]
    count = int(sys.argv[2])
    with tempfile.TemporaryDirectory() as folder:
        bodies = Path(folder) / "bodies.jsonl"
        bodies.write_bytes(b"".join(encode(post) + b"\n" for post in signals(count)))
        with bodies.open("rb") as lines:
            found, spent = measure(lines, Path(folder))
    assert found == count, f"{found} of {count} signals indexed"
    print(json.dumps({**spent, "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def floor(bodies: BinaryIO, folder: Path) -> tuple[int, Spent]:
    """Decode, tokenise and add to an index of the same schema: what no pipeline can do without."""
    import tantivy

    from services.adapters.tantivy_query import BODY, index_schema
    from services.adapters.tantivy_terms import IS

    (folder / "index").mkdir()
    index = tantivy.Index(index_schema(), str(folder / "index"))
    writer = index.writer(50_000_000, 1)
    clock = _Clock()
    for number, body in enumerate(bodies, start=1):
        post = SignalIn.model_validate_json(body)
        entry = tantivy.Document()
        for name, text in (("title", post.title), ("text", post.text)):
            tokens = analyse(text, "en")
            entry.add_text(f"{name}.x", " ".join(tokens.x))
            entry.add_text(f"{name}.s", " ".join(tokens.s))
        entry.add_text(IS, post.id)
        entry.add_bytes(BODY, body)
        writer.add_document(entry)
        if number % POST_LINES == 0:
            writer.commit()
    writer.commit()
    index.reload()
    return index.searcher().num_docs, clock.spent()


def pipeline(bodies: BinaryIO, folder: Path) -> tuple[int, Spent]:
    """From posted bytes to indexed, published, matched against a hundred rules, with every sync to disk."""
    node = open_node(Settings(data_dir=folder / "data"))
    for number, query in enumerate(queries(RULES)):
        node.rules.create(RuleIn(title=f"rule {number}", query=query), by=OPERATOR)
    arrival = Arrival(by=OPERATOR, source_kind=SourceKind.PRESS)
    clock = _Clock()
    while posted := list(islice(bodies, POST_LINES)):
        node.intake.take([SignalIn.model_validate_json(body) for body in posted], arrival)
        node.pipeline.drain()
    spent = clock.spent()
    found = node.search.search("signal", "*", by=OPERATOR, limit=1).total
    node.close()
    return found, spent


class _Clock:
    """Counts from when it is made."""

    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def spent(self) -> Spent:
        return {"seconds": time.perf_counter() - self._wall, "cpu_seconds": time.process_time() - self._cpu}


if __name__ == "__main__":
    main()
