from datetime import UTC, date, datetime, timedelta

import pytest

from schemas.claim import Claim
from schemas.ledger import Tick
from schemas.projection import Kind, Projection, Tombstone
from schemas.severity import Level
from schemas.signal import MeasureClaim
from streams.assemble.aggregate import Aggregate
from streams.assemble.event import MAX_REPORTS
from streams.rules.compile import RuleSet
from streams.stage import Reference, Taken
from streams.stages.release import due_at, release, thing_of
from tests.builders import NOON, a_judgement, a_signal, an_hour_later
from tests.reading import KNOWLEDGE

REFERENCE = Reference(knowledge=KNOWLEDGE, rules=RuleSet())
ACT = "CN-MOFCOM-2025-61"


class Thing:
    """A thing in the fold's hands: each call is one more ledger record."""

    def __init__(self):
        self.aggregate, self.ledger = None, 0

    def take(self, item):
        self.ledger += 1
        folded = release(self.aggregate, Taken(self.ledger, item.model_copy(update={"ledger": self.ledger})), REFERENCE)
        assert folded.states.keys() == {"t"}
        self.aggregate = folded.states["t"]
        return folded.outputs

    def claim(self, *joined, left=(), at=NOON):
        return self.take(Claim(thing="t", joined=joined, left=left, ledger=0, at=at))

    def tick(self, at):
        return self.take(Tick(at=at))


@pytest.fixture
def thing():
    return Thing()


def events(outputs):
    return [one for one in outputs if isinstance(one, Projection) and one.kind is Kind.EVENT]


def signals(outputs):
    return [one for one in outputs if isinstance(one, Projection) and one.kind is Kind.SIGNAL]


def tombstones(outputs):
    return [one for one in outputs if isinstance(one, Tombstone)]


def from_act(native_id, **changes):
    return a_signal(native_id, judgement=a_judgement(anchor=ACT), **changes)


def dated(native_id="r1", *, starts=None, ends=None):
    measure = MeasureClaim(effective_from=starts, effective_to=ends)
    return a_signal(native_id, judgement=a_judgement(measures=(measure,)))


def test_a_report_is_shown_with_its_event(thing):
    report = a_signal()
    outputs = thing.claim(report)
    (event,), (signal,) = events(outputs), signals(outputs)
    assert (signal.id, signal.event_id) == (report.id, event.id)
    assert event.origin_id == event.id
    assert (event.title, event.source_count, event.severity.level) == (report.title, 1, Level(event.severity.level))
    assert len(outputs) == 2


def test_a_second_report_changes_the_event_and_shows_itself_alone(thing):
    (first,) = events(thing.claim(a_signal()))
    outputs = thing.claim(a_signal("r2", source="wire", published_at=an_hour_later()))
    (event,), (signal,) = events(outputs), signals(outputs)
    assert (event.id, event.source_count, event.sources) == (first.id, 2, ("mofcom", "wire"))
    assert event.version > first.version
    assert signal.reports[0].native_id == "r2"


def test_an_event_that_gets_an_earlier_report_is_renamed_and_keeps_its_origin(thing):
    (late,) = events(thing.claim(a_signal("late", published_at=an_hour_later(hours=5))))
    outputs = thing.claim(a_signal("early"))
    (event,), (tombstone,) = events(outputs), tombstones(outputs)
    assert event.id != late.id
    assert event.origin_id == late.id
    assert (tombstone.id, tombstone.replaced_by) == (late.id, event.id)
    assert tombstone.version < event.version
    assert isinstance(outputs[0], Tombstone)
    assert {signal.event_id for signal in signals(outputs)} == {event.id}
    assert len(signals(outputs)) == 2
    assert late.id in event.aliases


def test_an_event_that_learns_of_its_legal_act_is_renamed_after_it(thing):
    (before,) = events(thing.claim(a_signal()))
    outputs = thing.claim(from_act("r2", published_at=an_hour_later()))
    (event,) = events(outputs)
    assert [tombstone.replaced_by for tombstone in tombstones(outputs)] == [event.id]
    assert event.origin_id == before.id
    same_act = Thing()
    assert events(same_act.claim(from_act("r9")))[0].id == event.id


def test_a_thing_without_reports_is_gone_without_heir(thing):
    (event,) = events(thing.claim(a_signal()))
    outputs = thing.claim(left=(a_signal().id,))
    assert [(one.id, one.replaced_by) for one in tombstones(outputs)] == [(event.id, None)]
    assert len(outputs) == 1
    assert thing.aggregate is None


def test_a_report_that_left_changes_the_event_of_the_others(thing):
    thing.claim(a_signal("a"), a_signal("b", source="wire", published_at=an_hour_later()))
    outputs = thing.claim(left=(a_signal("b", source="wire").id,))
    (event,) = events(outputs)
    assert (event.source_count, len(event.reports)) == (1, 1)
    assert signals(outputs) == []


def test_the_same_claim_again_publishes_the_report_and_no_second_name(thing):
    first = thing.claim(a_signal())
    again = thing.claim(a_signal())
    assert [one.id for one in again] == [one.id for one in first]
    assert tombstones(again) == []


def test_a_new_wording_replaces_the_old(thing):
    thing.claim(a_signal(title="first"))
    outputs = thing.claim(a_signal(title="second"))
    assert {one.title for one in outputs} == {"second"}
    assert len(thing.aggregate.signals) == 1


def test_which_report_repeats_which_follows_from_the_set_whatever_came_first():
    first = a_signal("a", published_at=NOON, judgement=a_judgement(anchor=ACT))
    copy = a_signal("b", source="other", published_at=an_hour_later(NOON), judgement=a_judgement(anchor=ACT))
    for order in ((first, copy), (copy, first)):
        thing = Thing()
        told = {}
        for signal in order:
            told |= {one.id: one.duplicate_of for one in thing.claim(signal) if one.kind is Kind.SIGNAL}
        assert told == {first.id: None, copy.id: first.id}


def test_a_thing_that_everybody_reports_stays_small(thing):
    for number in range(MAX_REPORTS + 20):
        at = NOON + timedelta(minutes=number)
        report = a_signal(f"r{number:03}", text=f"words of their own {number}", source="wire", published_at=at)
        outputs = thing.claim(report)
        assert outputs[0].kind is Kind.SIGNAL  # each report is found as a signal
    assert len(thing.aggregate.signals) == MAX_REPORTS
    assert not events(outputs)  # one more report of one source changes nothing that is shown
    (event,) = events(thing.claim(a_signal("z", source="another", published_at=an_hour_later(NOON, hours=9))))
    assert event.source_count == 2


def test_a_claim_replayed_after_newer_ones_brings_no_old_wording_back(thing):
    old, new = a_signal("a", title="Old wording"), a_signal("a", title="New wording")
    thing.claim(new)
    thing.ledger = 0
    thing.aggregate = thing.aggregate.model_copy(update={"ledger": 5})
    assert thing.claim(old) == ()
    assert [one.title for one in thing.aggregate.signals] == ["New wording"]


def test_a_tick_publishes_nothing_when_nothing_changed(thing):
    far = date(NOON.year + 9, 1, 1)
    thing.claim(dated(ends=far))
    tomorrow = due_at(thing.aggregate)
    assert thing.tick(tomorrow) == ()
    assert due_at(thing.aggregate) > tomorrow


def test_severity_moves_as_a_measure_comes_near_and_stops_when_it_is_there(thing):
    starts = date(2026, 12, 1)
    told = events(thing.claim(dated(starts=starts)))
    while (due := due_at(thing.aggregate)) is not None:
        assert due.date() <= date(2026, 12, 2)
        told += events(thing.tick(due))
    scores = [event.severity.joint for event in told]
    assert scores == sorted(scores)
    assert scores[-1] > scores[0]
    assert len({event.id for event in told}) == 1


def test_a_tick_shows_the_event_anew_and_leaves_its_reports(thing):
    thing.claim(dated(starts=date(2027, 7, 1)))
    outputs = thing.tick(datetime(2027, 6, 30, tzinfo=UTC))
    (event,) = events(outputs)
    assert signals(outputs) == []
    assert event.updated_at == datetime(2027, 6, 30, tzinfo=UTC)
    assert event.first_seen_at == an_hour_later()


# When a measure starts and ends -> when a tick must look again.
@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (None, None, None),
        (date(2026, 7, 2), None, None),  # has begun
        (date(2026, 7, 3), None, datetime(2026, 7, 4, tzinfo=UTC)),  # begins today
        (date(2026, 9, 1), None, datetime(2026, 7, 3, 16, tzinfo=UTC)),  # the next day begins in Beijing first
        (date(2026, 7, 1), date(2026, 7, 3), datetime(2026, 7, 3, 16, tzinfo=UTC)),  # its last day is today
        (date(2026, 7, 1), date(2026, 7, 2), None),  # is over
    ],
)
def test_a_thing_is_due_while_a_date_lies_ahead(thing, starts, ends, expected):
    thing.claim(dated(starts=starts, ends=ends))
    assert due_at(thing.aggregate) == expected


def test_reports_order_themselves_by_precedence_whatever_order_they_came_in():
    reports = [
        a_signal(name, published_at=an_hour_later(hours=hours)) for name, hours in (("c", 3), ("a", 1), ("b", 2))
    ]
    at_once, one_by_one = Thing(), Thing()
    at_once.claim(*reports)
    for report in reports:
        one_by_one.claim(report)
    assert at_once.aggregate.signals == one_by_one.aggregate.signals
    assert at_once.aggregate.shown[0].members == one_by_one.aggregate.shown[0].members


def test_backfill_holds_while_only_history_tells_of_it(thing):
    (silent,) = events(thing.claim(a_signal(backfill=True)))
    (live,) = events(thing.claim(a_signal("r2", published_at=an_hour_later())))
    assert (silent.backfill, live.backfill) == (True, False)


def test_the_key_is_the_thing():
    assert thing_of(Claim(thing="t", ledger=1, at=NOON)) == "t"
    assert due_at(Aggregate(thing="t")) is None
