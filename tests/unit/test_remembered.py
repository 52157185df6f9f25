"""Pages that are remembered until the index changes."""

from dataclasses import replace
from datetime import date

import pytest

from schemas.projection import Kind
from services.remembered import ROOM, RememberedPages
from services.search import Question
from streams import metrics
from streams.errors import InvalidInput, Unavailable

ASKED = Question(kind=Kind.SIGNAL, query="gallium", party="US", facets=("material",), days="published")


class Counted:
    """Pages that say how many were made before; a state that a test moves on."""

    def __init__(self):
        self.made, self.state, self.size, self.refuses = 0, 1, 1, False

    def json(self, question):
        if self.refuses:
            raise Unavailable("busy")
        self.made += 1
        return f"{question.party} {self.made} {'.' * self.size}".encode()


@pytest.fixture
def counted():
    return Counted()


@pytest.fixture
def pages(counted):
    return RememberedPages(counted, lambda: counted.state)


def test_a_page_is_made_once_until_the_index_changes(pages, counted):
    first = pages.json(ASKED)
    assert pages.json(replace(ASKED)) == first
    counted.state += 1
    assert pages.json(ASKED) != first
    assert counted.made == 2


@pytest.mark.parametrize(
    "other",
    [
        {"party": "EU"},
        {"query": "tungsten"},
        {"limit": 3},
        {"sort": "published"},
        {"facets": ()},
        {"days": None},
        {"at": date(2026, 1, 1)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_whatever_differs_in_the_question_is_another_page(pages, other):
    first = pages.json(ASKED)
    assert pages.json(replace(ASKED, **other)) != first
    assert pages.json(ASKED) == first


@pytest.mark.parametrize(
    "other",
    [
        {"kind": Kind.EVENT},
        {"kind": Kind.MEASURE},
        {"cursor": "sealed"},
        {"query": "published:>now-1h"},
        {"query": "gallium (graphite OR published:<30d)"},
        {"query": "-(published:>=-7d)"},
    ],
    ids=lambda other: next(iter(other.values())),
)
def test_what_changes_while_the_index_does_not_is_made_each_time(pages, other):
    question = replace(ASKED, **other)
    assert pages.json(question) != pages.json(question)


def test_a_page_asked_for_while_the_index_moves_on_is_not_given_for_the_new_state(counted):
    class Moving(Counted):
        def json(self, question):
            told = super().json(question)
            self.state += self.made == 1
            return told

    moving = Moving()
    pages = RememberedPages(moving, lambda: moving.state)
    assert pages.json(ASKED) != pages.json(ASKED)


def test_an_error_is_not_remembered(pages, counted):
    counted.refuses = True
    with pytest.raises(Unavailable):
        pages.json(ASKED)
    with pytest.raises(InvalidInput):
        pages.json(replace(ASKED, query="gallium AND ("))
    counted.refuses = False
    assert pages.json(ASKED).startswith(b"US 1 ")


def test_what_is_remembered_is_bounded(pages, counted):
    counted.size = ROOM // 64 + 1
    assert pages.json(ASKED) != pages.json(ASKED)
    counted.size = ROOM // 100
    first = pages.json(ASKED)
    for number in range(200):
        pages.json(replace(ASKED, query=f"gallium {number}"))
    assert pages.json(ASKED) != first


def test_the_pages_asked_for_and_made_are_counted(pages):
    before = [metrics.PAGES.labels(step)._value.get() for step in ("asked", "made")]
    for _ in range(3):
        pages.json(ASKED)
    after = [metrics.PAGES.labels(step)._value.get() for step in ("asked", "made")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [3, 1]
