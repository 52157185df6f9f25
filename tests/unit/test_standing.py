"""Which questions are kept: never one party's for another, and what is asked again longer than what was asked once."""

import pytest

from schemas.projection import Kind
from schemas.query import Search
from services.adapters import tantivy_standing
from services.adapters.tantivy_index import TantivyIndex
from services.adapters.tantivy_standing import ROOM, Standing
from streams.query.parse import parse
from tests.builders import a_projection, only_for

COUNTED = Search(kind=Kind.SIGNAL, facets=("material",))


@pytest.fixture
def index(tmp_path):
    index = TantivyIndex(tmp_path)
    index.put([a_projection("r1"), a_projection("r2", audience=only_for("US"))], {0: 1})
    yield index
    index.close()


@pytest.fixture
def looked(monkeypatch):
    """Return the list that grows with each question that is looked for whole."""
    calls, matches_of = [], tantivy_standing.matches_of
    monkeypatch.setattr(tantivy_standing, "matches_of", lambda *told: calls.append(told) or matches_of(*told))
    return calls


def ask(index, text="*", search=COUNTED, party="US"):
    return index.search(parse(text), search, party=party).total


def test_what_counts_is_looked_for_once_and_what_does_not_each_time(index, looked):
    assert [ask(index), ask(index)] == [2, 2]
    assert len(looked) == 1
    bare = Search(kind=Kind.SIGNAL)
    assert [ask(index, search=bare), ask(index, search=bare)] == [2, 2]
    assert len(looked) == 3


def test_each_party_has_its_own(index, looked):
    assert [ask(index, party=party) for party in ("US", "EU", "US", "EU")] == [2, 1, 2, 1]
    assert len(looked) == 2


def test_where_much_has_come_all_is_looked_for(index, looked):
    index.put([a_projection(f"few {number}") for number in range(14)], {0: 2})
    assert [ask(index), len(looked)] == [16, 1]
    index.put([a_projection(f"more {number}") for number in range(2)], {0: 3})
    assert [ask(index), len(looked)] == [18, 1]
    index.put([a_projection(f"many {number}") for number in range(3)], {0: 4})
    assert [ask(index), len(looked)] == [21, 2]


def test_what_was_asked_once_does_not_push_out_what_is_asked_again(index, looked, monkeypatch):
    monkeypatch.setattr(tantivy_standing, "ROOM", ROOM // 64)  # some 60 questions without much to keep
    index._search._standing = Standing()
    again = ("gallium", "licence")
    for text in (*again, *again, *again):
        ask(index, text)
    index.put([a_projection("r3")], {0: 2})
    for text in again:
        ask(index, text)
    for number in range(200):
        ask(index, f"published:>2025-01-01T00:00:{number % 60:02} severity:<{number + 100}")
    before = len(looked)
    for text in again:
        ask(index, text)
    assert len(looked) == before
    ask(index, "published:>2025-01-01T00:00:00 severity:<100")
    assert len(looked) == before + 1


def test_a_long_query_weighs_what_it_takes(index, monkeypatch):
    weights, keep = [], tantivy_standing.Kept.keep
    monkeypatch.setattr(
        tantivy_standing.Kept,
        "keep",
        lambda self, key, value, *, weight: weights.append(weight) or keep(self, key, value, weight=weight),
    )
    ask(index, "severity:<9")
    ask(index, " ".join(f"-severity:{number}" for number in range(200)))
    assert weights[1] > weights[0] + 200 * 300


def test_less_than_nothing_is_nothing(index):
    """Otherwise two questions with one key would have two answers."""
    index.put([a_projection("r3", severity=0)], {0: 2})
    for text, total in (("severity:>-0", 2), ("severity:>0", 2), ("severity:>=-0.0", 3), ("severity:<-0", 0)):
        assert ask(index, text) == total, text
