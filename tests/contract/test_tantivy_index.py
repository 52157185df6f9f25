import random
import threading

import pytest

from schemas.marking import EVERYBODY
from schemas.projection import Kind
from schemas.query import Search, SortKey
from services.adapters import tantivy_counts, tantivy_folder, tantivy_index, tantivy_standing
from services.adapters.tantivy_folder import folder_of, is_outdated
from services.adapters.tantivy_index import TantivyIndex
from services.adapters.tantivy_search import TantivySearch
from services.adapters.tantivy_state import State
from streams.errors import ConfigError, InvalidInput, Unavailable
from streams.query.ast import Value, Words
from streams.query.parse import parse
from tests.builders import a_judgement, a_projection, all_except, an_hour_later, only_for
from tests.contract.search_index import SearchIndexContract, tombstone_of


@pytest.fixture
def index(tmp_path):
    index = TantivyIndex(tmp_path)
    yield index
    index.close()


class TestTantivyIndex(SearchIndexContract):
    """The embedded engine."""


@pytest.mark.parametrize(
    ("asked", "field"), [({"facets": ("actor", "material")}, "material"), ({"days": "published"}, "days")]
)
def test_what_cannot_be_counted_whole_is_refused(index, monkeypatch, asked, field):
    monkeypatch.setattr(tantivy_counts, "MAX_VALUES", 2)
    for number, material in enumerate(("tin", "zinc", "antimony")):
        seen = a_projection(
            material,
            judgement=a_judgement(materials=(material,)),
            published_at=an_hour_later(hours=24 * number),
        )
        index.put([seen], {0: number + 1})
        if number < 2:
            index.search(parse("*"), Search(kind=Kind.SIGNAL, limit=number + 1, **asked), party="US")
    with pytest.raises(InvalidInput, match="too many") as refused:
        index.search(parse("*"), Search(kind=Kind.SIGNAL, **asked), party="US")
    assert refused.value.field == field


def test_entries_of_no_thing_are_neither_found_nor_counted(index):
    """They have a value in most columns, so that these are read fast."""
    index.put([a_projection("a"), tombstone_of(a_projection("b"))], {0: 1})
    for query in ("*", "severity:<=100", "published:<2100", "NOT material:tin"):
        page = index.search(parse(query), Search(kind=Kind.SIGNAL, facets=("material",), days="published"), party="US")
        assert (page.total, [one.count for one in page.facets["material"]], len(page.days)) == (1, [1], 1), query


def count(index):
    return index.search(parse("*"), Search(kind=Kind.SIGNAL), party="US").total


def test_it_finds_everything_again_after_a_restart(tmp_path):
    first = TantivyIndex(tmp_path)
    first.put([a_projection()], {0: 5})
    first.close()
    second = TantivyIndex(tmp_path)
    assert (count(second), second.cursor()) == (1, 5)
    second.close()


def test_a_second_process_is_refused_with_the_way_out(tmp_path, index):
    with pytest.raises(ConfigError, match="stop the other process"):
        TantivyIndex(tmp_path)


def test_a_closed_index_is_unavailable(tmp_path):
    index = TantivyIndex(tmp_path)
    index.close()
    index.close()
    assert not index.ready()
    with pytest.raises(Unavailable):
        count(index)
    with pytest.raises(Unavailable):
        index.put([], {0: 1})


# What else stands in the folder, and what is said of it; numbers are compared as numbers.
@pytest.mark.parametrize(
    ("held", "answer"),
    [
        ([], False),
        ([(9, 9)], True),
        ([(10, 9)], True),
        ([(9, 10), (2, 1)], True),
        ([(10, 10), (9, 9)], False),  # the one in use
        ([(11, 1)], "later version"),
        ([(9, 11), (9, 9)], "later version"),
    ],
)
def test_an_index_of_another_format_is_told_from_one_that_is_gone(tmp_path, monkeypatch, held, answer):
    monkeypatch.setattr(tantivy_folder, "FORMAT", (10, 10))
    for version in held:
        folder_of(tmp_path, version).mkdir()
    (tmp_path / "tantivy-9-9.old").mkdir()
    if isinstance(answer, bool):
        assert is_outdated(tmp_path) == answer
    else:
        with pytest.raises(ConfigError, match=answer):
            is_outdated(tmp_path)


def test_an_index_of_an_earlier_format_is_refused_with_the_way_out(tmp_path, monkeypatch):
    TantivyIndex(tmp_path).close()
    monkeypatch.setattr(tantivy_folder, "FORMAT", (99, 99))
    with pytest.raises(ConfigError, match="tocsin rebuild"):
        TantivyIndex(tmp_path)


@pytest.mark.parametrize("suffix", ["meta.json", ".term", ".fast"])
@pytest.mark.parametrize("harm", [lambda path: path.write_bytes(path.read_bytes()[:10]), lambda path: path.unlink()])
def test_a_broken_index_is_refused_with_the_way_out(tmp_path, suffix, harm):
    index = TantivyIndex(tmp_path)
    index.put([a_projection()], {0: 1})
    index.close()
    harm(next(path for path in tmp_path.rglob("*") if path.name.endswith(suffix)))
    with pytest.raises(ConfigError, match="tocsin rebuild"):
        TantivyIndex(tmp_path)


def test_a_disk_that_refuses_is_unavailable_and_the_next_put_goes_on(tmp_path, index, monkeypatch):
    index.put([a_projection()], {0: 1})
    with monkeypatch.context() as patched:
        patched.setattr(tantivy_index, "entry_of", refused_by_the_disk)
        with pytest.raises(Unavailable, match="tried again"):
            index.put([a_projection("r2")], {0: 2})
    assert (count(index), index.cursor()) == (1, 1)
    index.put([a_projection("r3")], {0: 3})
    assert (count(index), index.cursor()) == (2, 3)


def refused_by_the_disk(_item, _commit):
    raise OSError(28, "No space left on device")


def test_half_a_character_is_an_error_and_not_a_crash(index):
    with pytest.raises(InvalidInput):
        index.search(Value("material", "\ud800"), Search(kind=Kind.SIGNAL), party="US")


def test_searching_while_writing_sees_whole_batches(index):
    seen = set()

    def watch():
        while 20 not in seen:
            seen.add(count(index))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for batch in range(4):
        index.put([a_projection(f"r{batch}-{number}") for number in range(5)], {0: batch})
    watcher.join(timeout=30)
    assert not watcher.is_alive()
    assert seen <= {0, 5, 10, 15, 20}


def test_facets_that_are_too_much_at_once_are_counted_one_by_one(index, monkeypatch):
    index.put([a_projection()], {0: 1})
    together = Search(kind=Kind.SIGNAL, facets=("material", "actor"), days="published")
    expected = index.search(parse("*"), together, party="US")
    monkeypatch.setattr(
        index._search, "_state", State(OneCountOnly(index._search.state.searcher), index._search.schema)
    )
    assert index.search(parse("*"), together, party="US") == expected


class OneCountOnly:
    """A searcher whose bound of values several counts exceed together, and none alone."""

    def __init__(self, searcher):
        self._searcher = searcher

    def __getattr__(self, name):
        return getattr(self._searcher, name)

    def aggregate(self, query, counts):
        if len(counts) > 1:
            raise ValueError("too many buckets")
        return self._searcher.aggregate(query, counts)


def test_what_was_committed_before_a_failure_is_not_there_twice(index, monkeypatch):
    refresh, failed = index._search.refresh, []

    def refused_once():
        if not failed:
            failed.append(True)
            raise OSError("too many open files")
        refresh()

    monkeypatch.setattr(index._search, "refresh", refused_once)
    with pytest.raises(Unavailable):
        index.put([a_projection()], {0: 1})
    index.put([a_projection()], {0: 1})
    assert count(index) == 1


def test_an_index_that_cannot_be_read_is_not_the_askers_fault(index, monkeypatch):
    class Unreadable:
        def doc_freq(self, *_):
            raise ValueError("an IO error occurred")

    monkeypatch.setattr(index._search, "_state", State(Unreadable(), index._search.schema))
    with pytest.raises(Unavailable):
        index.search(parse("gallium"), Search(kind=Kind.SIGNAL), party="US")


def test_a_commit_that_failed_after_it_reached_the_disk_has_a_number_of_its_own(tmp_path, index, monkeypatch):
    """Otherwise who read the index in between would take the next commit for the one that he knows."""
    counted = Search(kind=Kind.SIGNAL, facets=("material",))
    with monkeypatch.context() as patched:
        patched.setattr(index._search, "refresh", refused)
        with pytest.raises(Unavailable):
            index.put([a_projection("r1")], {0: 1})
    between = TantivySearch(tmp_path)
    assert between.search(parse("*"), counted, party="US").total == 1
    index.put([a_projection("r1"), a_projection("r2")], {0: 2})
    between.refresh()
    assert between.search(parse("*"), counted, party="US").total == 2


def refused():
    raise OSError("too many open files")


def test_the_state_of_the_index_goes_on_after_a_restart(tmp_path):
    states = []
    for number in range(3):
        index = TantivyIndex(tmp_path)
        states.append(index.state())
        index.put([a_projection(f"r{number}")], {0: number + 1})
        states.append(index.state())
        index.close()
    assert states == [0, 1, 1, 2, 2, 3]


def test_near_no_word_is_nothing(index):
    index.put([a_projection()], {0: 1})
    assert index.search(Words(None, "!"), Search(kind=Kind.SIGNAL), party="US").total == 0


QUESTIONS = (
    ("*", {"facets": ("material", "class"), "days": "published"}),
    ("*", {"facets": ("level",), "limit": 3, "sort": SortKey(field="severity")}),
    ("material:tin", {"facets": ("material",), "limit": 2}),
    ("-material:tin", {"days": "published", "sort": SortKey(descending=False), "limit": 5}),
    ("zinc", {"days": "received"}),
    ("tin", {}),
)


@pytest.mark.parametrize("seed", range(6))
def test_what_is_asked_again_is_answered_as_if_it_were_asked_for_the_first_time(tmp_path, index, seed, monkeypatch):
    """Whatever was put since: news, other versions, other words, things that are gone, for all, some or one."""
    dice, asking, fresh = random.Random(seed), TantivySearch(tmp_path), TantivySearch(tmp_path)
    looks = [watched(monkeypatch, tantivy_standing, name) for name in ("matches_of", "few_matches_of")]
    for commit in range(40):
        news = dice.choice((0, 1, 1, 2, 5)) if commit else 60
        index.put([something(dice, version=commit) for _ in range(news)], {0: commit})
        if dice.random() < 0.7:
            asking.refresh()
            fresh = TantivySearch(tmp_path)
        for text, asked in dice.sample(QUESTIONS, 4):
            search, party = Search(kind=dice.choice((Kind.SIGNAL, Kind.EVENT)), **asked), dice.choice(("US", "EU"))
            again, anew = (one.search(parse(text), search, party=party) for one in (asking, fresh))
            assert again == anew, (text, search, party)
    assert all(len(look) > 20 for look in looks)


def watched(monkeypatch, module, name):
    """Return the list that grows with each call of a module's function."""
    calls, function = [], getattr(module, name)
    monkeypatch.setattr(module, name, lambda *told: calls.append(told) or function(*told))
    return calls


def something(dice, *, version):
    """Return a thing, another version of it, or its tombstone: seldom the same one twice, so that much only grows."""
    material, number = dice.choice(("tin", "zinc")), dice.randrange(400)
    thing = a_projection(
        f"r{number}",
        kind=dice.choice((Kind.SIGNAL, Kind.SIGNAL, Kind.EVENT)),
        version=version,
        title=f"{material} exports",
        judgement=a_judgement(materials=(material,)),
        audience=(EVERYBODY, EVERYBODY, only_for("US"), all_except("EU"))[number % 4],
        published_at=an_hour_later(hours=24 * dice.randrange(9)),
    )
    return tombstone_of(thing) if dice.random() < 0.05 else thing
