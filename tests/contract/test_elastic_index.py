"""The search index on a real Elasticsearch."""

import pytest

from deploy.local.ports import free_port
from schemas.projection import Kind
from schemas.query import Search, SortKey
from services.adapters import elastic_index
from services.adapters.elastic_client import Cluster
from services.adapters.elastic_entry import HAS, mapping, order_of
from services.adapters.elastic_index import ElasticIndex
from streams.errors import Unavailable
from streams.query.parse import parse
from tests.builders import a_projection
from tests.contract.search_index import SearchIndexContract


class ReadYourWrites(ElasticIndex):
    """Refreshes after each put: tests ask at once, and production a moment later."""

    def put(self, items, positions):
        super().put(items, positions)
        self.refresh()


@pytest.fixture
def index(elastic, elastic_prefix):
    index = ReadYourWrites(Cluster(elastic.address, prefix=elastic_prefix))
    index.prepare()
    yield index
    index.close()


class TestElasticIndex(SearchIndexContract):
    @pytest.fixture
    def index(self, index):
        return index


def test_cursors_of_partitions_are_apart(index):
    index.put([a_projection()], {3: 7})
    index.put([a_projection("r2")], {0: 2})
    assert [index.cursor(partition) for partition in (0, 3, 5)] == [2, 7, 0]


def test_preparing_again_changes_nothing(index):
    index.put([a_projection()], {0: 1})
    index.prepare()
    assert index.cursor() == 1


def test_an_index_that_was_not_made_is_unavailable_and_is_not_made_by_writing(elastic, elastic_prefix):
    index = ElasticIndex(Cluster(elastic.address, prefix=elastic_prefix))
    for ask in (lambda: index.put([a_projection()], {0: 1}), index.cursor, index.refresh):
        with pytest.raises(Unavailable, match="no index yet"):
            ask()
    assert not index.ready()
    assert not index.client.indices.exists(index=f"{elastic_prefix}*", allow_no_indices=False)


def test_an_index_of_an_earlier_format_takes_what_is_put_until_it_is_made_anew(elastic, elastic_prefix, monkeypatch):
    fields = mapping()["properties"]
    earlier = {name: fields[name] for name in fields if name not in (HAS, order_of("sources"))}
    index = ReadYourWrites(Cluster(elastic.address, prefix=elastic_prefix))
    with monkeypatch.context() as patched:
        patched.setattr(elastic_index, "mapping", lambda: {"dynamic": "strict", "properties": earlier})
        index.prepare()
    index.prepare()
    index.put([a_projection()], {0: 1})
    page = index.search(parse("material:*"), Search(kind=Kind.SIGNAL, sort=SortKey(field="sources")), party="US")
    assert (page.total, index.cursor()) == (1, 1)
    index.close()


def test_a_cluster_that_is_away_is_unavailable():
    index = ElasticIndex(Cluster(f"http://127.0.0.1:{free_port()}"))
    with pytest.raises(Unavailable, match="does not answer"):
        index.put([a_projection()], {0: 1})
    assert not index.ready()
