"""Hostile publishers beside good ones: every good item comes in once, whatever the others do, and memory stays flat."""

import gzip
import itertools
import resource
import threading
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest

from schemas.codec import decode
from schemas.raw import SignalIn
from schemas.topics import RAW
from services.adapters.ssrf import Guard
from services.clock import utc_now
from services.intake import Intake
from services.memory import give_back_large_blocks
from services.records.access import OPERATOR
from services.records.database import Database
from services.records.sources import SourceRecords
from services.sources.fetch import Fetcher, Limits
from services.sources.hosts import Hosts
from services.sources.looking import Looking
from services.sources.poller import Poller
from services.sources.source import Source
from tests.distributed import awaited
from tests.fakes import MemoryLog
from tests.publisher import Page, Publisher, a_feed, leads_to

GOOD = 20
BOMB = b"""<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">%s]><rss><channel><title>&z;</title></channel></rss>"""
ENTITIES = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(25))
WRONGLY_ENCODED = (
    b"<?xml version='1.0' encoding='utf-7'?><rss><channel><item><title>\xff\xfe\x80</title></item></channel></rss>"
)
RSS_HEAD = b"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>"


@pytest.fixture
def publisher():
    publisher = Publisher()
    yield publisher
    publisher.close()


def hostile(publisher):
    """Return the pages that a publisher can think of to bring a reader down, by name."""
    numbers = itertools.count()

    def changing(handler):
        """Other ids and links at each fetch, under the same words."""
        number = next(numbers)
        items = [f"<item><title>Same {n}</title><guid>{number}-{n}</guid><link>https://c.example/{n}?s={number}</link></item>"
                 for n in range(50)]  # fmt: skip
        Page(RSS_HEAD + "".join(items).encode() + b"</channel></rss>")(handler)

    dates = "".join(
        f"<item><title>Dated {year}</title><guid>d{year}</guid><pubDate>Thu, 01 Jan {year} 00:00:00 GMT</pubDate></item>"
        for year in (1970, 2099)
    )
    return {
        "bomb": Page(BOMB % ENTITIES),
        "large": publisher.endless(b"x" * 65_536, most=100_000_000),
        "endless": publisher.endless(RSS_HEAD + b"<item><title>x</title></item>" * 1_000),
        "drip": publisher.slowly(b"<", every_seconds=0.1),
        "encoding": Page(WRONGLY_ENCODED),
        "html": Page(b"<!DOCTYPE html><html><body>" + b"<p>x" * 10_000, Content_Type="application/rss+xml"),
        "inside": leads_to("http://10.0.0.1/latest"),
        "gzip": Page(gzip.compress(b"\0" * 200_000_000, 1), Content_Encoding="gzip"),
        "dates": Page(RSS_HEAD + dates.encode() + b"</channel></rss>"),
        "changing": changing,
        "many": Page(a_feed(*((f"many-{n}", "one of very many") for n in range(10_000)))),
        "deep": Page(b"<rss>" + b"<a>" * 100_000),
        "gone": Page(status=410),
        "broken": Page(status=500),
        "nothing": Page(b""),
    }  # fmt: skip


def a_source(publisher, name):
    return Source(
        id=name,
        title=name,
        publisher="p",
        kind="feed",
        address=publisher.url(f"/{name}", host=f"{name}.example"),
        language="en",
        grade="B",
        cadence=timedelta(seconds=1),
        licence="none",
    )


class Desk:
    """A poller over a real database, and an intake over a log in memory. Each source is on a host of its own.

    Memory is given back as it is wherever sources are wired.
    """

    def __init__(self, publisher, names, folder):
        give_back_large_blocks()
        self.sources = {name: a_source(publisher, name) for name in names}
        self.database = Database(f"sqlite:///{folder}/records.db", schema="records")
        self.database.migrate()
        self.log, self.stopping = MemoryLog(), threading.Event()
        self.records = SourceRecords(self.database, now=utc_now)
        hosts = [f"{name}.example" for name in names]
        guard = Guard(
            hosts,
            resolve=lambda host, _port: ["127.0.0.1"] if host in hosts else [],
            schemes=("http", "https"),
            ports=(80, 443),
        )
        waits = Hosts(0.0)
        fetcher = Fetcher(guard, waits, Limits(total_seconds=3.0, read_seconds=2.0, max_bytes=16_000_000))
        intake = Intake(self.log, now=utc_now, waiting=lambda: 0, max_waiting=1, on_taken=lambda: None)
        looking = Looking(fetcher, waits, self.records, intake.take, OPERATOR, utc_now)
        self.poller = Poller(looking, self.sources, workers=4, now=utc_now)

    def __enter__(self):
        for name in self.sources:
            self.records.enable(name, by=OPERATOR)
        self.thread = threading.Thread(target=self.poller.run, args=(self.stopping,))
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join(20)
        assert not self.thread.is_alive()
        self.database.close()

    def taken(self):
        """Return what came in, in order."""
        return [decode(record.type, record.value) for record in self.log.after(RAW, 0, limit=1_000_000)]

    def count(self, name):
        return self.records.states()[name].items_seen

    def states(self):
        return self.records.states()


def listen(publisher, folder, *, until):
    """Let 20 good publishers be listened to beside all hostile ones; return desk, and what the good ones said."""
    bad = hostile(publisher)
    publisher.pages |= {f"/{name}": answer for name, answer in bad.items()}
    good = [f"good-{number}" for number in range(GOOD)]
    said = {name: [] for name in good}

    def say(more):
        for name in good:
            said[name].append(f"{name}-{more}")
            publisher.pages[f"/{name}"] = Page(a_feed(*((item, f"word of {item}") for item in said[name][-30:])))

    say(0)
    with Desk(publisher, [*bad, *good], folder) as desk:
        until(desk, say)
        awaited(lambda: all(desk.count(name) == len(said[name]) for name in good))
    return desk, said


def looked_at(desk):
    return all(state.last_attempt_at for state in desk.states().values())


def check(desk, said):
    """Hold what came in against what was said."""
    posts = {name: [] for name in desk.sources}
    for raw in desk.taken():
        posts[raw.source].append(SignalIn.model_validate_json(raw.body))
    titles = {name: [post.title for post in found] for name, found in posts.items()}
    assert all(len(set(told)) == len(told) for told in titles.values())
    assert {name: titles[name] for name in said} == said
    assert (len(posts["changing"]), len(posts["many"])) == (50, 10_000)
    assert [post.published_at for post in posts["dates"]] == [None, None]
    states = desk.states()
    failed = {name for name, state in states.items() if state.failures}
    assert failed == {"bomb", "large", "endless", "drip", "html", "inside", "gzip", "deep", "gone", "broken", "nothing"}
    assert all(states[name].last_error for name in failed)


def test_good_items_come_in_once_beside_hostile_publishers(publisher, tmp_path):
    def until(desk, say):
        awaited(lambda: looked_at(desk), seconds=60)
        say(1)

    check(*listen(publisher, tmp_path, until=until))


@pytest.mark.long
def test_two_minutes_among_hostile_publishers_cost_no_memory(publisher, tmp_path):
    sizes = []

    def until(desk, say):
        awaited(lambda: looked_at(desk), seconds=60)
        for second in range(120):
            desk.stopping.wait(1.0)
            if second % 5 == 0:
                say(1 + second)
            if second >= 30:
                sizes.append(resident_bytes())

    check(*listen(publisher, tmp_path, until=until))
    # A document of the largest size is held for a moment, by as many looks as there are at once; none of it stays.
    assert max(sizes) - min(sizes) < 4 * 4 * 16_000_000, sizes
    assert median(sizes[-30:]) - median(sizes[:30]) < 20_000_000, sizes


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
