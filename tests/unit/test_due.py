from hypothesis import given
from hypothesis import strategies as st

from streams.due import DueList
from tests.builders import NOON, an_hour_later


def test_what_is_due_comes_earliest_first_and_stays_due():
    due = DueList()
    for key, hours in (("c", 3), ("a", 1), ("d", 9), ("b", 2)):
        assert due.put(key, an_hour_later(hours=hours))
    assert due.until(an_hour_later(hours=3)) == ["a", "b", "c"]
    assert due.until(an_hour_later(hours=3)) == ["a", "b", "c"]
    assert due.until(NOON) == []


def test_a_put_tells_whether_it_changed_anything():
    due = DueList()
    assert not due.put("a", None)
    assert due.put("a", NOON)
    assert not due.put("a", NOON)
    assert due.put("a", an_hour_later())
    assert due.put("a", None)
    assert due.until(an_hour_later(hours=99)) == []


def test_it_begins_with_what_was_kept():
    due = DueList([("b", an_hour_later().isoformat().encode()), ("a", NOON.isoformat().encode())])
    assert due.until(an_hour_later()) == ["a", "b"]


def test_keys_of_one_moment_come_in_their_own_order():
    due = DueList((key, NOON.isoformat().encode()) for key in "cab")
    assert due.until(NOON) == ["a", "b", "c"]


hours = st.integers(0, 5)
acts = st.tuples(st.sampled_from("abc"), st.none() | hours) | hours


@given(st.lists(acts, max_size=30))
def test_it_gives_what_a_plain_table_would(course):
    due, table = DueList(), {}
    for act in course:
        if isinstance(act, tuple):
            key, hour = act
            due.put(key, None if hour is None else an_hour_later(hours=hour))
            table[key] = hour
        else:
            expected = sorted((hour, key) for key, hour in table.items() if hour is not None and hour <= act)
            assert due.until(an_hour_later(hours=act)) == [key for _, key in expected]
