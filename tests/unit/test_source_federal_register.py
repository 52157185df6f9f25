"""The Federal Register's API on loopback: pages, and all that goes wrong with them."""

import json
from pathlib import Path

import pytest

from schemas.raw import SignalIn
from services.adapters.ssrf import Guard
from services.sources.federal_register import MAX_PAGES, collect
from services.sources.fetch import Fetcher, Limits
from services.sources.harvest import Known
from services.sources.hosts import Hosts
from services.sources.source import Source
from streams.errors import InvalidInput, Rejected, TocsinError, Unavailable
from tests.publisher import Page, Publisher

ANSWER = Path(__file__).parents[3] / "shared/data/federal_register/api_documents.jsonc"


@pytest.fixture
def publisher():
    publisher = Publisher()
    yield publisher
    publisher.close()


@pytest.fixture
def fetcher():
    fetcher = Fetcher(Guard(["127.0.0.1"]), Hosts(0.0), Limits(5.0, 5.0, 1_000_000))
    yield fetcher
    fetcher.close()


def a_document(number):
    return {
        "document_number": f"2026-{number:05}",
        "title": "Sunshine Act Meeting",
        "publication_date": "2026-11-24",
        "abstract": None,
        "html_url": f"https://www.federalregister.gov/d/2026-{number:05}",
        "type": "Notice",
    }


def serve(publisher, *, pages, size=3, of=a_document):
    """Answer as the API does: so many documents a page, the newest first, with the next page's address but on the last."""
    for page in range(1, pages + 1):
        numbers = range((pages - page + 1) * size, (pages - page) * size, -1)
        answer = {"count": pages * size, "total_pages": pages, "results": [of(number) for number in numbers]}
        if page < pages:
            answer["next_page_url"] = publisher.url(f"/documents.json?page={page + 1}")
        publisher.pages[path_of(page)] = Page(json.dumps(answer).encode(), Content_Type="application/json")


def path_of(page):
    return "/documents.json" if page == 1 else f"/documents.json?page={page}"


def look(publisher, fetcher, known=None):
    source = Source(
        id="us-fr",
        title="t",
        publisher="p",
        kind="federal_register",
        address=publisher.url("/documents.json"),
        language="en",
        grade="A",
        cadence=3600,
        licence="public domain",
    )
    return collect(source, fetcher.get, known or Known())


def asked(publisher):
    return [path for path, _ in publisher.asked]


def test_all_pages_are_read(publisher, fetcher):
    serve(publisher, pages=4)
    items = look(publisher, fetcher).items
    assert [item.id for item in items] == [f"2026-{number:05}" for number in range(12, 0, -1)]
    assert {item.source for item in items} == {"federal-register"}


def test_pages_are_read_until_one_holds_nothing_unknown(publisher, fetcher):
    serve(publisher, pages=4)
    taken = {f"2026-{number:05}" for number in range(1, 10)}
    look(publisher, fetcher, Known(has_all=taken.issuperset))
    assert asked(publisher) == [path_of(1), path_of(2)]


def test_no_more_pages_are_read_than_are_borne(publisher, fetcher):
    serve(publisher, pages=MAX_PAGES + 5)
    assert len(look(publisher, fetcher).items) == MAX_PAGES * 3


def test_a_first_page_that_did_not_change_is_all_that_is_read(publisher, fetcher):
    serve(publisher, pages=2)
    first = look(publisher, fetcher)
    assert look(publisher, fetcher, Known(digest=first.digest)).items is None
    assert asked(publisher)[2:] == [path_of(1)]


TRUNCATED = Page(json.dumps({"results": [a_document(1)]}).encode()[:-9])


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Page(status=429, Retry_After="3"), Unavailable),
        (Page(status=500), Unavailable),
        (Page(status=404), Rejected),
        (TRUNCATED, InvalidInput),
        (Page(b"<html>maintenance</html>"), InvalidInput),
        (Page(b'{"errors": {"per_page": "too many"}}'), InvalidInput),
        (Page(b"[]"), InvalidInput),
        (Page(b""), InvalidInput),
    ],
)
def test_where_a_page_fails_none_is_taken_until_all_can_be(publisher, fetcher, page, answer, error):
    serve(publisher, pages=3)
    whole = publisher.pages[path_of(page)]
    publisher.pages[path_of(page)] = answer
    with pytest.raises(error):
        look(publisher, fetcher)
    publisher.pages[path_of(page)] = whole
    assert len(look(publisher, Fetcher(Guard(["127.0.0.1"]), Hosts(0.0), Limits(5.0, 5.0, 1_000_000))).items) == 9


@pytest.mark.parametrize("onward", ["http://10.0.0.1/x", "https://elsewhere.example/", 7, "/relative"])
def test_a_next_page_elsewhere_is_not_asked_for(publisher, fetcher, onward):
    answer = {"results": [a_document(1)], "next_page_url": onward}
    publisher.pages[path_of(1)] = Page(json.dumps(answer).encode())
    with pytest.raises(TocsinError):
        look(publisher, fetcher)
    assert asked(publisher) == [path_of(1)]


def test_nothing_found_is_an_empty_harvest(publisher, fetcher):
    publisher.pages[path_of(1)] = Page(b'{"description": "none", "count": 0}')
    assert look(publisher, fetcher).items == ()


@pytest.mark.parametrize("bad", [{"document_number": "x"}, {**a_document(1), "document_number": "2026\x1f1"}])
def test_a_document_that_is_none_is_refused_beside_the_others(publisher, fetcher, bad):
    serve(publisher, pages=1, of=lambda number: a_document(number) if number > 1 else bad)
    good, also, refused = look(publisher, fetcher).items
    assert isinstance(good, SignalIn)
    assert isinstance(also, SignalIn)
    assert isinstance(refused, InvalidInput)


@pytest.mark.skipif(not ANSWER.is_file(), reason="../shared/data/federal_register is not here")
def test_an_answer_of_the_real_api_is_read_page_by_page(publisher, fetcher):
    documents = json.loads(ANSWER.read_text())["results"]
    serve(publisher, pages=len(documents), size=1, of=lambda number: documents[-number])
    items = look(publisher, fetcher).items
    assert [item.id for item in items] == [document["document_number"] for document in documents]
    assert [item.title for item in items] == [document["title"] for document in documents]
    assert [item.text for item in items] == [document["abstract"] for document in documents]
    assert [item.url for item in items] == [document["html_url"] for document in documents]
    assert [item.published_at.date().isoformat() for item in items] == [one["publication_date"] for one in documents]
