"""Which items are new, whatever a publisher does to their ids."""

from datetime import UTC, datetime, timedelta

import pytest

from schemas.raw import SignalIn
from services.sources.newness import dated, fresh, is_old_news, traits_of
from services.sources.source import Kind
from tests.builders import NOON

LONG = (
    "Exporters of gallium and germanium need a licence of the ministry for each delivery from the first of August on. "
    * 3
)


def an_item(name="a", **changes):
    facts = {
        "id": name,
        "title": f"Notice {name}",
        "text": LONG,
        "url": f"https://m.example/{name}",
        "published_at": NOON,
    }
    return SignalIn(**facts | changes)


def new(*looks, kind=Kind.FEED):
    """Return for each look the ids under which its new items are taken."""
    held, told = {}, []
    for items in looks:
        found = list(fresh(items, traits_of(items, kind), held))
        held |= {key: one.post.id for one in found for key in one.keys}
        told.append([one.post.id for one in found])
    return told


CASES = {
    "the same again": ([an_item()], [an_item()], []),
    "another one": ([an_item()], [an_item(), an_item("b")], ["b"]),
    "other words under one id are a version": ([an_item()], [an_item(text="Corrected.")], ["a"]),
    "other words and another id under one address": ([an_item()], [an_item(id="x", text="Corrected.")], ["a"]),
    "another id": ([an_item()], [an_item(id="x")], []),
    "another id and another query": ([an_item()], [an_item(id="x", url="https://m.example/a?session=2")], []),
    "another id, and no address": ([an_item(url=None)], [an_item(id="x", url=None)], []),
    "other spaces and capitals": ([an_item()], [an_item(id="x", title="  NOTICE  A")], []),
    "another scheme of the address": ([an_item()], [an_item(url="http://m.example/a")], []),
    "the old words again": ([an_item()], [an_item(text="Corrected.")], ["a"]),
    "a short text of another day is another item": (
        [an_item(text="Closed today.", url=None)],
        [an_item(id="x", text="Closed today.", url=None, published_at=NOON + timedelta(days=1))],
        ["x"],
    ),
    "a date that follows the clock makes no item": (
        [an_item()],
        [an_item(id="x", published_at=NOON + timedelta(days=1))],
        [],
    ),
    "the same title at another address is another item": (
        [an_item(title="Notice", text="")],
        [an_item(id="b", title="Notice", text="", url="https://m.example/b")],
        ["b"],
    ),
    "an address that all share says nothing": (
        [an_item(url="https://m.example/news"), an_item("b", url="https://m.example/news")],
        [an_item("c", url="https://m.example/news"), an_item("d", url="https://m.example/news")],
        ["c", "d"],
    ),
    "the home page's address says nothing": (
        [an_item(url="https://m.example")],
        [an_item("b", url="https://m.example/")],
        ["b"],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_new_is_known_by_id_address_and_words(case):
    first, second, expected = CASES[case]
    assert new(first, second)[1] == expected


def test_one_harvest_that_says_a_thing_twice_has_it_once():
    assert new([an_item(), an_item(), an_item("b")]) == [["a", "b"]]


def test_numbered_documents_of_equal_words_are_two():
    twins = [an_item("2026-1", title="Meeting", url=None), an_item("2026-2", title="Meeting", url=None)]
    assert new(twins, twins, kind=Kind.FEDERAL_REGISTER) == [["2026-1", "2026-2"], []]


@pytest.mark.parametrize(
    ("year", "is_kept"), [(1970, False), (1989, False), (1990, True), (2026, True), (2099, False), (9999, False)]
)
def test_a_date_that_cannot_be_true_is_dropped(year, is_kept):
    moment = datetime(year, 1, 1, tzinfo=UTC)
    assert dated(an_item(published_at=moment), now=NOON).published_at == (moment if is_kept else None)


@pytest.mark.parametrize(
    ("published_at", "is_first_look", "is_old"),
    [
        (NOON, True, False),
        (NOON - timedelta(days=6), True, False),
        (NOON - timedelta(days=8), True, True),
        (NOON - timedelta(days=8), False, True),
        (None, True, True),  # it was there before anybody looked
        (None, False, False),
    ],
)
def test_old_news_rings_nobody(published_at, is_first_look, is_old):
    assert is_old_news(an_item(published_at=published_at), now=NOON, is_first_look=is_first_look) is is_old
