"""What a person says of a report holds from its place in the ledger on, beside what the machine said, until it is taken back."""

from datetime import date

import pytest

from schemas.decision import Override, OverrideIn
from schemas.projection import Kind, Projection
from schemas.raw import SourceKind
from schemas.signal import (
    Assertion,
    Direction,
    EventClass,
    Evidence,
    Labels,
    Maturity,
    MeasureClaim,
    Place,
    Role,
    Targeting,
)
from services.wire import item_of
from streams.errors import InvalidInput
from streams.query.document import document_of
from streams.rules.compile import RuleSet
from streams.stage import Reference, Taken
from streams.stages.correlate import correlate
from streams.stages.release import release
from streams.stages.reports import Reports
from tests.builders import NOON, a_judgement, a_signal, an_hour_later
from tests.reading import KNOWLEDGE

REFERENCE = Reference(knowledge=KNOWLEDGE, rules=RuleSet())
ACT = "CN-MOFCOM-2025-61"
BAN, QUOTA, LICENCE = EventClass.EXPORT_BAN, EventClass.EXPORT_QUOTA, EventClass.EXPORT_LICENSING


class World:
    """correlate and release over memory: each item is one more ledger record; `shown` is the newest of each id."""

    def __init__(self, *items):
        self.kept, self.things, self.shown, self.told = {}, {}, {}, []
        self.reports, self.position = Reports(self), 0
        self.take(*items)

    def get(self, key, _model):
        return self.kept.get(key)

    def scan(self, _prefix, _model):
        return iter(())

    def take(self, *items):
        for item in items:
            self.position += 1
            folded = correlate(self.reports, Taken(self.position, item), REFERENCE)
            for key, state in folded.states.items():
                self.kept[key] = state
                self.reports.put(key, state)
            for claim in folded.outputs:
                out = release(self.things.get(claim.thing), Taken(self.position, claim), REFERENCE)
                self.things[claim.thing] = out.states[claim.thing]
                self.told += out.outputs
                self.shown.update((one.id, one) for one in out.outputs)
        return self

    def one(self, kind):
        (found,) = [one for one in self.shown.values() if one.kind is kind and isinstance(one, Projection)]
        return found

    def signal(self, native_id="r1"):
        return self.shown[a_signal(native_id).id]


def labels(native_id="r1", *, at=None, party="EU", **given):
    reason = given.pop("reason", "read it")
    return Override(
        signal_id=a_signal(native_id).id,
        labels=Labels(**given),
        reason=reason,
        party=party,
        by="Eva Lind",
        at=at or an_hour_later(hours=5),
    )


def test_the_labels_of_a_person_stand_beside_the_machine_s():
    world = World(a_signal(), labels(event_classes=(BAN,), reason="it is a ban"))
    kept = world.kept[f"body/{a_signal().id}"]
    assert (kept.judgement, kept.judged_by) == (a_signal().judgement, "test")
    for thing in (world.signal(), world.one(Kind.EVENT)):
        assert thing.judgement.event_classes == (BAN,)
        assert thing.judged_by == ("test",)
        told = thing.override
        assert (told.by, told.reason, told.at) == ("EU", "it is a ban", an_hour_later(hours=5))
        assert told.machine.given == {"event_classes": (LICENCE,)}
        assert item_of(thing).override == told
        assert "Eva" not in thing.model_dump_json()


# What a person sets -> where a reader finds it, in the words of the query language.
@pytest.mark.parametrize(
    ("given", "field", "values"),
    [
        ({"relevant": False}, "relevant", ("false",)),
        ({"event_classes": (BAN, QUOTA)}, "class", ("export_ban", "export_quota")),
        ({"event_classes": (BAN,)}, "ladder", ("ban",)),
        ({"event_classes": (EventClass.PRICE_SHOCK,)}, "ladder", None),
        ({"materials": ("cobalt",)}, "material", ("cobalt",)),
        ({"materials": ()}, "material", None),
        ({"places": (Place(code="CD", role=Role.ACTOR),)}, "actor", ("CD",)),
        ({"direction": Direction.EASING}, "direction", ("easing",)),
        ({"maturity": Maturity.DRAFT}, "maturity", ("draft",)),
        ({"assertion": Assertion.DENIED}, "asserted", ("false",)),
    ],
)
def test_each_label_is_found_as_it_was_set_and_as_it_was_once_it_is_taken_back(given, field, values):
    world = World(a_signal())
    before = {thing.id: document_of(thing).keywords.get(field) for thing in world.shown.values()}
    world.take(labels(**given))
    assert {document_of(thing).keywords.get(field) for thing in world.shown.values()} == {values}
    world.take(labels(at=an_hour_later(hours=6)))
    assert {thing.id: document_of(thing).keywords.get(field) for thing in world.shown.values()} == before


def test_a_ledger_that_is_told_twice_makes_the_same_things():
    told = (a_signal(), labels(event_classes=(BAN,)), a_signal(title="Later"), labels(relevant=False), labels())
    assert World(*told).told == World(*told).told


def test_the_last_decision_is_the_whole_of_it():
    world = World(a_signal(), labels(event_classes=(BAN,)), labels(materials=("cobalt",), at=an_hour_later(hours=6)))
    judgement = world.signal().judgement
    assert (judgement.event_classes, judgement.materials) == ((LICENCE,), ("cobalt",))
    assert world.signal().override.machine.given == {"materials": ("gallium",)}


def test_what_was_taken_back_is_the_machine_s_again():
    world, untouched = World(a_signal(), labels(event_classes=(BAN,)), labels()), World(a_signal())
    assert world.signal().judgement == untouched.signal().judgement
    assert world.signal().severity == untouched.signal().severity
    assert world.one(Kind.EVENT).override is None
    assert world.signal().updated_at == an_hour_later(hours=5)  # readers who follow `updated` are told


def test_a_later_version_of_the_report_keeps_the_labels_and_is_judged_anew_below_them():
    later = a_signal(title="China bans gallium", judgement=a_judgement(materials=("gallium", "germanium")))
    world = World(a_signal(), labels(event_classes=(BAN,)), later)
    assert world.signal().title == "China bans gallium"
    assert world.signal().judgement.event_classes == (BAN,)
    assert world.signal().judgement.materials == ("gallium", "germanium")
    assert world.take(labels()).signal().judgement == later.judgement


def test_the_same_report_again_says_nothing_new_after_a_correction():
    world = World(a_signal(), labels(event_classes=(BAN,)))
    told = len(world.told)
    world.take(a_signal(received_at=an_hour_later(hours=9)))
    assert len(world.told) == told


def test_a_decision_told_twice_says_nothing_new():
    world = World(a_signal(), labels(relevant=False))
    told = len(world.told)
    assert len(world.take(labels(relevant=False)).told) == told


def test_a_decision_that_comes_again_after_a_later_one_changes_nothing():
    earlier, later = labels(event_classes=(BAN,)), labels(event_classes=(QUOTA,), at=an_hour_later(hours=6))
    world = World(a_signal(), earlier, later)
    told = len(world.told)
    assert len(world.take(earlier, later).told) == told
    assert world.signal().judgement.event_classes == (QUOTA,)


def test_labels_of_a_signal_that_is_none_are_refused():
    world = World(a_signal())
    with pytest.raises(InvalidInput, match=a_signal("r9").id):
        world.take(labels("r9", relevant=False))


def test_severity_follows_the_labels():
    world = World(a_signal())
    severity = world.one(Kind.EVENT).severity
    world.take(labels(event_classes=(BAN,)))
    assert world.one(Kind.EVENT).severity.joint > severity.joint
    assert world.signal().severity.joint > severity.joint
    world.take(labels(relevant=False))
    assert world.one(Kind.EVENT).severity.joint < severity.joint


def test_a_corrected_report_is_believed_before_surer_ones_and_after_official_ones():
    press = a_signal("r1", source_kind=SourceKind.PRESS, judgement=a_judgement(confidence=0.2))
    surer = a_signal("r2", source_kind=SourceKind.PRESS, source="wire", judgement=a_judgement(confidence=0.9))
    shared = {"url": "https://news.example/a"}
    world = World(*(one.model_copy(update=shared) for one in (press, surer)), labels(maturity=Maturity.DRAFT))
    assert world.one(Kind.EVENT).judgement.maturity is Maturity.DRAFT
    act = a_judgement(confidence=0.5, maturity=Maturity.ADOPTED)
    world.take(a_signal("r3", source="ministry", judgement=act).model_copy(update=shared))
    assert world.one(Kind.EVENT).judgement.maturity is Maturity.ADOPTED


def test_an_event_names_the_newest_correction_of_its_reports():
    shared = {"url": "https://news.example/a"}
    reports = [a_signal(name, **shared) for name in ("r1", "r2")]
    corrections = [labels(name, at=an_hour_later(hours=n), relevant=True) for name, n in (("r2", 7), ("r1", 6))]
    world = World(*reports, *corrections)
    assert world.one(Kind.EVENT).override.signal_id == a_signal("r2").id
    assert world.take(labels("r2", at=an_hour_later(hours=8))).one(Kind.EVENT).override.signal_id == a_signal("r1").id


def of_an_act(**changes):
    claim = MeasureClaim(
        ref=ACT, type=LICENCE, issuer="MOFCOM", effective_from=date(2026, 1, 1), materials=("gallium",)
    )
    return a_signal(judgement=a_judgement(anchor=ACT, measures=(claim,), **changes))


def test_the_register_follows_the_labels():
    world = World(of_an_act(), labels(event_classes=(BAN,), materials=("cobalt",)))
    measure = world.one(Kind.MEASURE)
    assert (measure.measure.type, measure.judgement.materials) == (BAN, ("cobalt",))
    assert (measure.override.by, measure.judged_by) == ("EU", ("test",))


# A person says that the report tells of no measure that holds: it leaves the register, and comes back.
@pytest.mark.parametrize("given", [{"relevant": False}, {"assertion": Assertion.DENIED}])
def test_a_report_that_tells_of_no_measure_leaves_the_register(given):
    world = World(of_an_act(), labels(**given))
    assert [one for one in world.shown.values() if one.kind is Kind.MEASURE and isinstance(one, Projection)] == []
    assert world.take(labels()).one(Kind.MEASURE).measure.ref == ACT


def test_words_are_shown_for_labels_that_stand_alone():
    quotes = [("class", LICENCE.value), ("material", "gallium"), ("actor", "CN"), ("ref", ACT)]
    judgement = a_judgement(
        evidence=tuple(
            Evidence(field=field, value=value, part="title", start=0, end=5, text="China") for field, value in quotes
        )
    )
    world = World(a_signal(judgement=judgement), labels(event_classes=(BAN,), places=()))
    assert [one.field for one in world.signal().judgement.evidence] == ["material", "ref"]


def test_a_target_that_is_named_is_no_longer_all_destinations():
    told = a_signal(judgement=a_judgement(targeting=Targeting.ERGA_OMNES))
    world = World(told, labels(places=(Place(code="JP", role=Role.TARGET),)))
    assert world.signal().judgement.targeting is Targeting.EXPLICIT
    assert World(told, labels(places=())).signal().judgement.targeting is Targeting.ERGA_OMNES


# Labels as posted -> what is wrong with them.
@pytest.mark.parametrize(
    ("posted", "field"),
    [
        ({}, "reason"),
        ({"reason": " "}, "reason"),
        ({"reason": "r", "event_classes": ()}, "event_classes"),
        ({"reason": "r", "event_classes": (BAN,) * 5}, "event_classes"),
        ({"reason": "r", "materials": ("gallium",) * 101}, "materials"),
        ({"reason": "r", "confidence": 1}, "confidence"),
    ],
)
def test_labels_that_are_none_are_refused(posted, field):
    with pytest.raises(ValueError, match=field):
        OverrideIn(**posted)


def test_a_correction_is_dated_by_its_place_in_the_stream():
    world = World(a_signal(), labels(relevant=False, at=an_hour_later(hours=8)))
    assert world.one(Kind.EVENT).updated_at == an_hour_later(hours=8)
    assert world.one(Kind.EVENT).first_seen_at == an_hour_later(NOON)
