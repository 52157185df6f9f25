"""What a search page costs over HTTP, beside the bare question to the index, alone and among others while signals come in."""

import http.client
import json
import os
import random
import re
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from urllib.parse import urlencode

from tantivy import Index

from schemas.codec import encode
from schemas.projection import Kind
from schemas.raw import SignalIn, signal_id_of
from services.adapters.tantivy_columns import order_column
from services.adapters.tantivy_counts import counts_of
from services.adapters.tantivy_query import index_schema, query_of
from services.adapters.tantivy_state import State
from services.adapters.tantivy_terms import Terms
from streams.query.parse import parse
from tests.bench.filled import fill, spread
from tests.bench.signals import MATERIALS, signals
from tests.processes import Server

SIZE = 200_000
PARTY = "US"
FACETS, DAYS, ROWS = ("material", "actor", "class"), "published", 20
PAGES, WARM = 400, 40
CLIENTS, SECONDS = 8, 15
POSTS_A_SECOND, POSTED_AT_ONCE = 200, 20
WALK_ROWS = 1_000
COUNTRIES = ("CN", "ID", "ZW", "GA", "RU", "CD", "CL", "AU")
SHAPES = (
    "material:{material}",
    "{material} export",
    "material:{material} AND actor:{country}",
    "severity.eu:>=40 material:{material}",
    '"export quota" {material}',
    "published:[{day} TO {later}] actor:{country}",
    "({material} OR {other}) -class:export_ban",
    "class:export_ban published:>={day}",
    "shipments {material} -actor:{country}",
    "title:{mater}* quota",
    "*",
)


@dataclass(frozen=True, slots=True)
class Waits:
    """How long answers took, in seconds, and how many came a second."""

    p50: float
    p99: float
    per_second: float


def main() -> None:
    """Fill a folder, measure and print; `BENCH_SEARCH_FOLDER` keeps the folder for the next run."""
    size = int(os.environ.get("BENCH_SEARCH_SIZE", SIZE))
    if kept := os.environ.get("BENCH_SEARCH_FOLDER"):
        _measured(Path(kept), size)
        return
    with tempfile.TemporaryDirectory() as folder:
        _measured(Path(folder) / "data", size)


def questions(count: int, *, seed: int = 3) -> Iterator[str]:
    """Yield what people look for: words, phrases, fields, times, and now and then everything."""
    dice = random.Random(seed)
    for number in range(count):
        material, year, month = dice.choice(MATERIALS), dice.choice((2024, 2025)), dice.randrange(3, 13)
        yield SHAPES[number % len(SHAPES)].format(
            material=material,
            other=dice.choice(MATERIALS),
            mater=material[:4],
            country=dice.choice(COUNTRIES),
            day=f"{year}-{month:02}-{dice.randrange(1, 28):02}",
            later=f"{year + 1}-{month:02}-15",
        )


def _measured(folder: Path, size: int) -> None:
    began = time.monotonic()
    if not folder.exists():
        fill(folder, size)
        print(f"filled with {size} signals in {time.monotonic() - began:.0f} s", flush=True)
    bare = _bare(folder)
    _tell("bare questions to the index", bare)
    with Server("--no-history", data=folder) as server:
        token = server.post("/v1/tokens", {"party": PARTY, "name": f"bench {time.time()}", "scopes": ["read"]})["token"]
        before = _pages(server)
        alone = _asked(server, token, clients=1, seconds=None, address=_page)
        remark = f"{_remembered(server, before)} remembered; {alone.p50 / bare.p50:.1f} bare questions; aim: p99 at most 60 ms"
        _tell("pages, one client", alone, remark)
        with _posting(server) as posted:
            floor = _asked(server, token, clients=CLIENTS, seconds=SECONDS / 3, address=lambda _question: "/healthz")
            _tell(f"/healthz, {CLIENTS} clients, under writes", floor)
            before = _pages(server)
            busy = _asked(server, token, clients=CLIENTS, seconds=SECONDS, address=_page)
            share = f"1 page to {floor.per_second / busy.per_second:.1f} of /healthz; aim: at least 150 a second"
            _tell(f"pages, {CLIENTS} clients, under writes", busy, f"{_remembered(server, before)} remembered; {share}")
            waiting = _waiting(server)
            walked, lacking, twice = _walked(server, token, size)
        print(f"came in meanwhile: {posted():.0f} signals a second (aim: {POSTS_A_SECOND}); {waiting}")
        print(
            f"paged through {walked} under writes: {lacking} of {size} lacking, {twice} twice (aim: 0 and 0)",
            flush=True,
        )
    assert (lacking, twice) == (0, 0)


def _tell(what: str, waits: Waits, remark: str = "") -> None:
    told = f"p50 {waits.p50 * 1e3:6.1f} ms, p99 {waits.p99 * 1e3:6.1f} ms, {waits.per_second:6.0f} a second"
    print(f"{what:<38} {told}{f'  ({remark})' if remark else ''}", flush=True)


def _bare(folder: Path) -> Waits:
    """Ask the index alone for the same: addresses of the newest hits, their number, and the counts."""
    (place,) = (folder / "index").iterdir()
    schema, index = index_schema(), Index.open(str(place))
    searcher = index.searcher()
    state = State(searcher, schema)
    terms = Terms(schema, Kind.SIGNAL, state.known)
    waits = []
    for question in questions(PAGES + WARM):
        began = time.perf_counter()
        asked = query_of(parse(question), schema, kind=Kind.SIGNAL, party=PARTY, known=state.known)
        searcher.search(asked, ROWS + 1, order_by_field=order_column(DAYS))
        searcher.aggregate(asked, counts_of(FACETS, DAYS, terms))
        waits.append(time.perf_counter() - began)
    return _waits(waits[WARM:], sum(waits[WARM:]))


def _page(question: str) -> str:
    return "/v1/signals?" + urlencode({"q": question, "limit": ROWS, "facets": ",".join(FACETS), "days": DAYS})


def _asked(server: Server, token: str, *, clients: int, seconds: float | None, address: Callable[[str], str]) -> Waits:
    """Let each client ask one question after the other over a connection of its own, for some time or `PAGES` times."""
    told: list[list[float]] = [[] for _ in range(clients)]

    def client(number: int) -> None:
        ask = _connection(server, token)
        asked = map(address, questions(PAGES + WARM, seed=100 + number))
        for one in islice(asked, WARM):
            ask(one)
        until = time.monotonic() + (seconds or 0)
        for one in cycle(asked) if seconds else asked:
            began = time.perf_counter()
            ask(one)
            told[number].append(time.perf_counter() - began)
            if seconds and time.monotonic() > until:
                return

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits = [wait for some in told for wait in some]
    return _waits(waits, sum(waits) / clients)


def _waits(waits: list[float], seconds: float) -> Waits:
    ordered = sorted(waits)
    return Waits(statistics.median(ordered), ordered[int(len(ordered) * 0.99)], len(ordered) / seconds)


def _connection(server: Server, token: str) -> Callable[[str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)

    def ask(address: str) -> bytes:
        connection.request("GET", address, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (address, body[:300])
        return body

    return ask


@contextmanager
def _posting(server: Server) -> Iterator[Callable[[], float]]:
    """Post signals while the block lasts, of times that lie among those that are there; give how many a second it were."""
    stop, count, began = threading.Event(), 0, time.monotonic()
    run = time.time_ns() // 1_000_000

    def post() -> None:
        nonlocal count
        # News: none tells again what is there, in a folder that was kept neither.
        late = signals(10_000_000, first=run * 1_000)
        headers = {
            "Authorization": f"Bearer {(server.data / 'admin-token').read_text().strip()}",
            "Content-Type": "application/x-ndjson",
        }
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not stop.wait(max(0.0, began + count / POSTS_A_SECOND - time.monotonic())):
            batch = [_late(next(late), count + number) for number in range(POSTED_AT_ONCE)]
            connection.request("POST", "/v1/intake", b"\n".join(batch), headers)
            answer = connection.getresponse()
            assert answer.status == 202, answer.read()
            answer.read()
            count += POSTED_AT_ONCE

    posting = threading.Thread(target=post)
    posting.start()
    try:
        yield lambda: count / (ended - began)
    finally:
        ended = time.monotonic()
        stop.set()
        posting.join()


def _late(post: SignalIn, number: int) -> bytes:
    times = random.Random(number)
    at = post.published_at.replace(year=times.choice((2024, 2025)), month=times.randrange(3, 13), day=1 + number % 28)
    return encode(post.model_copy(update={"published_at": at}))


def _pages(server: Server) -> tuple[int, int]:
    """Return how many pages were asked for so far, and made."""
    counted = _metric(server, "tocsin_pages_total")
    return counted["asked"], counted["made"]


def _remembered(server: Server, before: tuple[int, int]) -> str:
    """Return which share of the pages asked for since then were not made anew."""
    asked, made = (now - then for now, then in zip(_pages(server), before, strict=True))
    return f"{1 - made / asked:.0%}"


def _waiting(server: Server) -> str:
    """Return what waits for a step: a pipeline that does not keep pace would leave all the machine to the pages."""
    told = ", ".join(f"{step} {lag}" for step, lag in _metric(server, "tocsin_lag_records").items() if lag)
    return f"records that wait after it: {told or 'none'}"


def _metric(server: Server, name: str) -> dict[str, int]:
    """Return what the metric says for each value of its one label."""
    told = server.ask("GET", "/metrics")[1].decode()
    return {label: int(value) for label, value in re.findall(rf'{name}\{{\w+="(\w+)"\}} (\d+)', told)}


def _walked(server: Server, token: str, size: int) -> tuple[int, int, int]:
    """Page through everything; return how many things there were, how many of the first ones lacked, and how many repeats."""
    known = {signal_id_of(post.source, post.id) for post in spread(size)}
    ask, found, cursor = _connection(server, token), [], None
    while True:
        asked: Mapping[str, object] = {"q": "*", "limit": WALK_ROWS, **({"cursor": cursor} if cursor else {})}
        page = json.loads(ask("/v1/signals?" + urlencode(asked)))
        found += [item["id"] for item in page["items"]]
        if (cursor := page["next"]) is None:
            return len(found), len(known.difference(found)), len(found) - len(set(found))


if __name__ == "__main__":
    main()
