import pytest

from schemas.alert import Hit, Phase, Reason
from schemas.projection import Kind
from streams.stage import Taken
from streams.stages.alert import Rung, alert, rule_and_group
from tests.builders import NOON, an_hour_later


def a_hit(**changes):
    facts = {
        "rule_id": "r",
        "rule_version": 1,
        "thing_kind": Kind.EVENT,
        "thing_id": "e",
        "current_id": "e",
        "version": 3,
        "at": NOON,
        "silent": False,
        "reasons": (Reason(clause="gallium", text="gallium"),),
    }
    return Hit(**facts | changes)


def rings(*hits):
    """Return what a rule and thing ring for these hits, in order."""
    rung, told = None, []
    for position, hit in enumerate(hits, start=1):
        folded = alert(rung, Taken(position, hit), None)
        rung = folded.states.get(rule_and_group(hit), rung)
        told.append([one.silent for one in folded.outputs])
    return told


# Hits of one rule for one thing: whether each is silent -> what rings, and whether it is heard.
@pytest.mark.parametrize(
    ("silent", "rung"),
    [
        ([False], [[False]]),
        ([False, False, False], [[False], [], []]),  # once, however often the thing changes
        ([True], [[True]]),  # history is listed
        ([True, True], [[True], []]),
        ([True, False, False], [[True], [False], []]),  # silent, then aloud once
        ([True, False, True], [[True], [False], []]),
        ([False, True], [[False], []]),
    ],
)
def test_a_rule_rings_once_for_a_thing_and_aloud_once(silent, rung):
    assert rings(*(a_hit(silent=one) for one in silent)) == rung


def test_the_loud_alert_takes_the_silent_one_s_place():
    silent = alert(None, Taken(1, a_hit(silent=True)), None)
    loud = alert(Rung(alert_id=silent.outputs[0].id, silent=True), Taken(2, a_hit(at=an_hour_later())), None)
    assert loud.outputs[0].id == silent.outputs[0].id
    rung = Rung(alert_id=silent.outputs[0].id, silent=False, version=3, current_id="e")
    assert loud.states == {"r/e": rung}


def test_an_alert_says_what_the_hit_said():
    (fired,) = alert(None, Taken(1, a_hit(current_id="renamed")), None).outputs
    assert fired.phase is Phase.FIRE
    assert fired.model_dump(exclude={"id", "phase"}) == a_hit(current_id="renamed").model_dump()


def test_rules_and_things_ring_apart():
    ids = {alert(None, Taken(1, hit), None).outputs[0].id for hit in (a_hit(), a_hit(rule_id="q"), a_hit(thing_id="f"))}
    assert len(ids) == 3


def test_a_renamed_event_is_the_same_group():
    assert rule_and_group(a_hit(current_id="renamed")) == rule_and_group(a_hit())


def test_a_hit_of_an_earlier_version_that_comes_late_puts_the_alert_right_under_its_id():
    late, early = a_hit(version=9, current_id="y"), a_hit(version=7, current_id="z")
    first = alert(None, Taken(1, late), None)
    second = alert(first.states[late.key], Taken(2, early), None)
    (rung,), (mended,) = first.outputs, second.outputs
    assert (rung.id, rung.version, mended.version, mended.current_id) == (mended.id, 9, 7, "z")
    assert rings(early, late) == [[False], []]


# Two things of one name at one place in the ledger: whichever hit comes first, the alert is of the same one.
def test_of_two_hits_of_one_version_the_smaller_name_holds_in_either_order():
    one, other = a_hit(current_id="a"), a_hit(current_id="b")
    assert rings(one, other) == [[False], []]
    assert rings(other, one) == [[False], [False]]
