"""All hits of a question, page by page, and the text that a permanent link carries."""

import pytest

from schemas.party import Principal
from schemas.projection import Kind
from schemas.rule import MAX_QUERY_LETTERS
from services import search
from services.adapters.tantivy_index import TantivyIndex
from services.search import SearchService, canonical
from services.secrets import Seal
from streams.errors import InvalidInput
from streams.query.names import NO_NAMES
from streams.query.parse import parse
from tests.builders import NOON, a_projection, all_except, an_hour_later, only_for

US, EU = (Principal(party=party, name="analyst", scopes=frozenset()) for party in ("US", "EU"))


@pytest.fixture
def index(tmp_path):
    index = TantivyIndex(tmp_path)
    index.put([a_projection(f"r{n}", published_at=an_hour_later(hours=n)) for n in range(8)], {0: 1})
    yield index
    index.close()


@pytest.fixture
def service(index, monkeypatch):
    monkeypatch.setattr(search, "EXPORT_PAGE", 3)
    return SearchService(index, None, Seal("k"), now=lambda: NOON, names=NO_NAMES)


def names(pages):
    return [item.source_id for page in pages for item in page]


def test_all_come_in_order_whatever_the_page(service):
    total, pages = service.everything(Kind.SIGNAL, "*", by=US, sort="published")
    assert (total, names(pages)) == (8, [f"r{n}" for n in range(8)])


@pytest.mark.parametrize("limit", [1, 3, 4, 8, 100])
def test_no_more_than_the_limit(service, limit):
    total, pages = service.everything(Kind.SIGNAL, "*", by=US, sort="published", limit=limit)
    assert (total, names(pages)) == (min(limit, 8), [f"r{n}" for n in range(min(limit, 8))])


def test_what_is_written_meanwhile_neither_repeats_nor_skips(service, index):
    _, pages = service.everything(Kind.SIGNAL, "*", by=US)
    first = next(pages)
    index.put([a_projection("new", published_at=an_hour_later(hours=99))], {0: 2})
    assert names([first, *pages]) == [f"r{n}" for n in range(7, -1, -1)]


def test_only_what_the_reader_may_see(service, index):
    index.put([a_projection("us", audience=only_for("US")), a_projection("eu", audience=all_except("US"))], {0: 2})
    for reader, own, other in ((US, "us", "eu"), (EU, "eu", "us")):
        total, pages = service.everything(Kind.SIGNAL, "*", by=reader)
        told = names(pages)
        assert (total, own in told, other in told) == (9, True, False)


def test_nothing_found_is_no_page(service):
    total, pages = service.everything(Kind.SIGNAL, "tin", by=US)
    assert (total, list(pages)) == (0, [])


def test_a_bad_question_is_refused_before_the_first_page(service):
    for asked in ({"query": "materal:x"}, {"query": "*", "sort": "size"}):
        with pytest.raises(InvalidInput):
            service.everything(Kind.SIGNAL, asked.pop("query"), by=US, **asked)


def test_the_canonical_text_means_the_same():
    query = 'tin  (a OR "b c"~2) -title:magn* published:>=now-7d'
    assert parse(canonical(query)) == parse(query)
    assert canonical(canonical(query)) == canonical(query)
    assert canonical("") == "*"


def test_a_query_that_would_grow_too_long_stays_as_it_was_written():
    query = f"material:({' OR '.join(['gallium'] * 250)})"
    assert len(query) < MAX_QUERY_LETTERS
    assert canonical(query) == query
