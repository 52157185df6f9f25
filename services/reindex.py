"""`tocsin reindex`: the search index made anew beside the one that answers, from its own entries or from the ledger."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from schemas.codec import decode
from schemas.projection import Projected
from schemas.topics import LEDGER
from services.adapters.elastic_index import ElasticIndex
from services.adapters.elastic_next import NextIndex
from services.adapters.sqlite_log import SqliteLog
from services.node import Node
from services.reference import ReferenceBook
from services.settings import Settings
from services.wiring import cluster_of, open_shared
from streams.embedded import Embedded
from streams.errors import ConfigError
from streams.knowledge.load import load
from streams.pipeline import PIPELINE
from streams.ports import Outgoing, Ports

REMADE = ("correlate", "release", "index")
PAGE = 500


def reindex(settings: Settings, *, after: int | None, say: Callable[[str], None]) -> int:
    """Make the next version of the index while the present one answers; return how many entries were copied or made.

    With `after`, a position of the ledger, what the records behind it lead to is judged anew by the code that runs now, and
    only what stood at that position is copied. An interrupted one leaves the index that answers as it was.
    """
    if not settings.is_distributed:
        raise ConfigError("an embedded installation has one index; `tocsin rebuild` makes it again")
    node, following = open_shared(settings), NextIndex(cluster_of(settings))
    try:
        target = following.begin()
        try:
            version = None if after is None else 2 * after + 1
            count = following.copy(target, up_to=version, say=say) if after != 0 else 0
            if after is not None:
                count += _replay(node, target, after, say)
        except BaseException:
            following.abandon()
            raise
        following.finish()
        say(f"{following.name} answers from here on")
        return count
    finally:
        following.close()
        node.close()


def _replay(node: Node, target: ElasticIndex, after: int, say: Callable[[str], None]) -> int:
    """Fold the ledger from its beginning in a log of its own; what follows from records behind the position is indexed."""
    with tempfile.TemporaryDirectory() as place:
        log = SqliteLog(Path(place) / "log.db")
        store = _Behind(target, after)
        pipeline = Embedded(
            [step for step in PIPELINE if step.name in REMADE],
            log,
            ports=Ports(index=store, history=node.history, outbox=node.outbox),
            references=ReferenceBook(node.log, load()).at,
        )
        taken, end = 0, node.log.end(LEDGER)
        while records := node.log.after(LEDGER, taken, limit=PAGE):
            log.append([Outgoing(LEDGER, decode(record.type, record.value)) for record in records])
            taken = records[-1].position
            pipeline.drain()
            say(f"{taken} of {max(end, taken)} ledger records, {store.count} entries")
        log.close()
        return store.count


class _Behind:
    """The next index as the replay sees it: what stood at the position is there already."""

    def __init__(self, target: ElasticIndex, after: int) -> None:
        self._target, self._version, self._position = target, 2 * after + 1, 0
        self.count = 0

    def put(self, items: Sequence[Projected], positions: Mapping[int, int]) -> None:
        """Index what is newer; positions of this replay mean nothing to the workers' and are not kept with it."""
        fresh = [item for item in items if item.version > self._version]
        self._target.put_only(fresh)
        self.count += len(fresh)
        self._position = positions[0]

    def cursor(self, partition: int = 0) -> int:
        """Return the position that has been indexed."""
        del partition
        return self._position

    def ready(self) -> bool:
        """Tell whether the index answers."""
        return self._target.ready()

    def search(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401 - never asked
        """Refuse: nobody searches what is being filled."""
        raise NotImplementedError
