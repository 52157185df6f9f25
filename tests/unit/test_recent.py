"""A memory by identity: it never gives one object another's answer, and it stays small."""

import threading

import pytest

from schemas.recent import LEAST, Kept, Recent

ROOM = 100 * LEAST


def counted(**options):
    """Return a memory whose answers are how often it had to ask, and what it was asked."""
    asked = []
    options = {"room": ROOM, "weigh": lambda item, _answer: len(item), **options}
    return Recent(lambda item: asked.append(item) or len(asked), **options), asked


def test_an_object_is_asked_once_while_it_is_remembered():
    recent, _ = counted()
    first, second = ["a"], ["a"]
    assert [recent(first), recent(first), recent(second)] == [1, 1, 2]  # equal objects are not the same object


def test_those_asked_for_least_recently_are_forgotten():
    recent, asked = counted()
    first, *others = [[number] for number in range(101)]
    for other in others[:99]:
        recent(first)
        recent(other)
    recent(first)
    recent(others[99])  # the 101st: one has to go
    recent(first)
    assert len(asked) == 101
    recent(others[0])
    assert len(asked) == 102


def test_what_is_held_stays_within_the_room():
    recent, _ = counted()
    for number in range(500):
        recent("x" * (number * LEAST // 400))
    kept = recent._kept
    assert kept._taken == sum(weight for *_, weight in kept._values.values()) <= ROOM


def test_what_is_huge_is_made_anew_and_pushes_nothing_out():
    recent, asked = counted()
    small, huge = ["a"], "x" * (ROOM // 10)
    for item in (small, huge, huge, small):
        recent(item)
    assert asked == [small, huge, huge]


def test_equal_values_are_one_where_the_key_says_so():
    recent, _ = counted(key=lambda item: item)
    assert recent(("a", 1)) == recent(("a", int("1"))) == 1


def test_a_remembered_object_stays_alive_so_that_its_identity_is_its_own():
    recent = Recent(lambda item: item[0], room=ROOM, weigh=lambda item, _answer: len(item))
    assert [recent([number]) for number in range(300)] == list(range(300))
    assert len(recent._kept._values) == 100
    with pytest.raises(ValueError, match="nothing"):
        Recent(lambda item: item, room=3 * LEAST, weigh=lambda item, _answer: len(item))


def test_threads_may_ask_at_once():
    recent = Recent(lambda item: -item[0], room=64 * LEAST, weigh=lambda item, _answer: len(item))
    items, wrong = [(number,) for number in range(300)], []

    def ask():
        for _ in range(30):
            wrong.extend(item for item in items if recent(item) != -item[0])

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    kept = recent._kept
    assert kept._taken == sum(weight for *_, weight in kept._values.values()) <= 64 * LEAST


def test_a_value_takes_the_place_of_the_one_before_also_where_it_is_too_heavy_itself():
    kept = Kept(room=ROOM)
    kept.keep("a", 1, weight=LEAST)
    kept.keep("a", 2, weight=3)
    assert (kept.get("a"), kept._taken) == (2, LEAST)
    kept.keep("a", 3, weight=ROOM)
    assert (kept.get("a"), kept._taken) == (None, 0)
