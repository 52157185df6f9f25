"""The index is made anew while it answers: no error, no wrong count, nothing older over anything newer."""

import threading
import time
from contextlib import contextmanager

import pytest

from schemas.projection import Kind
from schemas.query import Search
from services.adapters.elastic_client import Cluster
from services.adapters.elastic_index import ElasticIndex
from services.adapters.elastic_next import NextIndex
from streams.query.parse import parse
from tests.builders import a_projection
from tests.contract.search_index import tombstone_of

pytestmark = pytest.mark.busy


@pytest.fixture
def cluster(elastic, elastic_prefix):
    return Cluster(elastic.address, prefix=elastic_prefix)


@pytest.fixture
def index(cluster):
    index = ElasticIndex(cluster)
    index.prepare()
    yield index
    index.close()


@contextmanager
def a_next(cluster):
    following = NextIndex(cluster)
    try:
        yield following
    finally:
        following.close()


def total(index, query="*"):
    return index.search(parse(query), Search(kind=Kind.SIGNAL, limit=0), party="US").total


class Beside(threading.Thread):
    """Does something over and over, until told to stop; keeps what went wrong."""

    def __init__(self, act):
        super().__init__(daemon=True)
        self._act, self._stop_ = act, threading.Event()
        self.wrong: list[str] = []
        self.count = 0

    def run(self):
        while not self._stop_.is_set():
            try:
                self._act()
                self.count += 1
            except Exception as exc:  # noqa: BLE001 - whatever a reader would have seen
                self.wrong.append(repr(exc))
            time.sleep(0.01)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._stop_.set()
        self.join(30)


def reindex_under_load(cluster, index, count):
    for start in range(0, count, 500):
        things = [a_projection(f"r{number}", text="gallium") for number in range(start, min(start + 500, count))]
        index.put(things, {0: start + 1})
    index.refresh()
    assert total(index, "gallium") == count
    written = []

    def look():
        found = total(index, "gallium")
        assert found == count, found
        assert total(index, "zinc") <= len(written) + 1  # one may be on its way

    def write():
        name = f"new-{len(written)}"
        index.put([a_projection(name, title="zinc", text="zinc")], {0: count + len(written) + 1})
        written.append(name)

    with Beside(look) as looking, Beside(write) as writing, a_next(cluster) as following:
        target = following.begin()
        following.copy(target, say=lambda _text: None)
        following.finish()
    assert (looking.wrong, writing.wrong) == ([], [])
    assert looking.count > 10
    index.refresh()
    assert (total(index, "gallium"), total(index, "zinc")) == (count, len(written))
    assert index.cursor() == count + len(written)
    assert set(index.client.indices.get_alias(name=cluster.readers)) == {following.name}


def test_searches_are_answered_rightly_while_the_index_is_made_anew(cluster, index):
    reindex_under_load(cluster, index, 2_000)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_searches_are_answered_rightly_while_50000_are_made_anew(cluster, index):
    reindex_under_load(cluster, index, 50_000)


def test_what_was_written_meanwhile_is_not_overwritten_by_its_older_copy(cluster, index):
    index.put([a_projection("a", version=1, title="tin"), a_projection("b", version=1)], {0: 1})
    index.refresh()
    with a_next(cluster) as following:
        target = following.begin()
        index.put([a_projection("a", version=2, title="zinc"), tombstone_of(a_projection("b", version=2))], {0: 2})
        following.copy(target, say=lambda _text: None)
        following.finish()
    index.refresh()
    assert (total(index), total(index, "title:zinc")) == (1, 1)


def test_one_that_was_interrupted_leaves_what_answers_and_is_begun_anew(cluster, index):
    index.put([a_projection("a")], {0: 1})
    index.refresh()
    with a_next(cluster) as dead:
        dead.begin()
    assert total(index) == 1
    with a_next(cluster) as following:
        following.copy(following.begin(), say=lambda _text: None)
        following.finish()
    index.refresh()
    assert total(index) == 1
    assert set(index.client.indices.get_alias(name=cluster.writers)) == {following.name}


def test_one_that_is_abandoned_leaves_nothing(cluster, index):
    index.put([a_projection("a")], {0: 1})
    with a_next(cluster) as following:
        following.begin()
        following.abandon()
    assert len(index.client.indices.get(index=f"{cluster.readers}-*")) == 1
