"""Of several `tocsin connect` one listens; whenever it goes or dies another takes over, and no item is lost or told twice."""

from contextlib import closing, contextmanager
from functools import partial
from itertools import groupby

import pytest
from sqlalchemy import text

from schemas.codec import decode
from schemas.projection import Kind
from schemas.query import Search
from schemas.topics import RAW
from services.records.access import OPERATOR
from services.wiring import open_shared
from streams.query.parse import parse
from tests.distributed import Process, awaited, running, settings_for
from tests.e2e.asking import a_post
from tests.publisher import Page, Publisher, a_feed

pytestmark = pytest.mark.busy

SOURCE = """[[source]]
id = "wire"
title = "wire"
publisher = "p"
kind = "feed"
address = "{address}"
language = "en"
grade = "B"
cadence = 1
licence = "none"
"""


class Wire:
    """One growing feed under several addresses, so that the address tells which process asks."""

    def __init__(self, publisher, *paths):
        self.publisher, self.items, self._before_answer = publisher, [], None
        publisher.pages |= dict.fromkeys(paths, self)

    def __call__(self, handler):
        before, self._before_answer = self._before_answer, None
        if before:
            before()
        Page(a_feed(*self.items))(handler)

    def publish(self, count):
        for number in range(len(self.items), len(self.items) + count):
            post = a_post(number)
            self.items.append((post["title"].replace(" ", "-"), post["text"]))

    def before_the_next_answer(self, act):
        self._before_answer = act

    @property
    def listeners(self):
        """Who asked, in turn, each once for as long as nobody else did."""
        return [path for path, _ in groupby(path for path, _ in self.publisher.asked)]

    def await_looks(self, count=2):
        """Wait until it was asked so often again; return by whom at last."""
        before = len(self.publisher.asked)
        awaited(lambda: len(self.publisher.asked) >= before + count, what="a look")
        return self.publisher.asked[-1][0]


@pytest.fixture
def wire():
    publisher = Publisher()
    yield Wire(publisher, "/a", "/b")
    publisher.close()


@pytest.fixture
def shared(kafka, elastic, postgres_url, space):
    """Give settings over the same servers, by folder."""
    return partial(settings_for, kafka=kafka, elastic=elastic, database=postgres_url, space=space)


@pytest.fixture
def settings(shared, wire, tmp_path):
    """Return the settings of two processes, by where each asks."""

    def asking_at(path):
        file = tmp_path / f"{path[1:]}.toml"
        file.write_text(SOURCE.format(address=wire.publisher.url(path)))
        sources = {"file": file, "allowed_hosts": ("127.0.0.1",), "gap_seconds": 0}
        return shared(tmp_path / path[1:], sources=sources)

    return {path: asking_at(path) for path in ("/a", "/b")}


@contextmanager
def unable_to_note(node):
    """Let nobody note which items are known, while the block lasts."""
    with node.records.writing() as connection:
        connection.execute(text("LOCK TABLE source_item IN EXCLUSIVE MODE"))
        yield


def taken(node):
    """Return what came in, as often as it did."""
    records = (one for part in range(RAW.partitions) for one in node.log.after(RAW, 0, limit=1_000, partition=part))
    return [decode(record.type, record.value).signal_id for record in records]


def found(node):
    return node.index.search(parse("source:wire"), Search(kind=Kind.SIGNAL, limit=1_000), party="US").items


@pytest.mark.long
@pytest.mark.timeout(300)
def test_one_listens_and_another_takes_over(settings, wire):
    connectors = {path: Process("connect", own, "--no-history") for path, own in settings.items()}
    worker = Process("worker", settings["/a"])
    with running(worker, *connectors.values()), closing(open_shared(settings["/a"])) as node:
        wire.publish(5)
        node.sources.enable("wire", by=OPERATOR)
        first = wire.await_looks(4)
        second = ({"/a", "/b"} - {first}).pop()
        assert wire.listeners == [first]

        wire.publish(5)
        wire.before_the_next_answer(connectors[first].kill)  # as it reads
        assert wire.await_looks(4) == second
        connectors[first].start()

        with unable_to_note(node):  # what it takes it cannot note any more
            wire.publish(5)
            awaited(lambda: len(taken(node)) == 15, what="the third batch")
            connectors[second].kill()
        assert wire.await_looks(4) == first
        awaited(lambda: len(taken(node)) == 20, what="the third batch, by the other")
        connectors[second].start()

        wire.publish(5)
        assert connectors[first].stop() == 0
        assert wire.await_looks(4) == second
        assert wire.listeners == [first, second, first, second]

        awaited(lambda: len(found(node)) == 20, what="all that was published")
        awaited(lambda: not any(node.progress.lag().values()), what="all that came in")
        assert set(taken(node)) == {item.id for item in found(node)}
        feed = [one.projected.id for one in node.history.feed("base", after=0, limit=1_000)]
        assert sorted(feed) == sorted(item.event_id for item in found(node)), "each report is an event, told once"
