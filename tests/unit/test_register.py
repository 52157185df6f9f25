"""The register: acts, what they do to each other, and the states of measures on any day, told in any order."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest

from schemas.claim import Claim
from schemas.ledger import Tick
from schemas.measure import Status
from schemas.projection import Kind, Projection, Tombstone
from schemas.raw import SourceKind
from schemas.signal import Assertion, EventClass, Maturity, MeasureClaim, Relation, RelationKind
from streams.assemble.measure import measure_id_of
from streams.knowledge.load import load
from streams.rules.compile import RuleSet
from streams.stage import Reference, Taken
from streams.stages.correlate import correlate
from streams.stages.release import release
from streams.stages.reports import Reports
from tests.builders import a_judgement, a_signal

REFERENCE = Reference(knowledge=load(), rules=RuleSet())
ACT, PAUSE, LONGER = "CN-MOFCOM-2025-61", "CN-MOFCOM-2025-70", "CN-MOFCOM-2026-80"
LATER = datetime(2025, 12, 5, tzinfo=UTC)


class Register:
    """correlate and release over memory, and what they told of measures."""

    def __init__(self):
        self._kept, self._things = {}, {}
        self._reports = Reports(self)
        self._position = 0
        self.told: list[Projection | Tombstone] = []

    def get(self, key, model):
        return self._kept.get(key)

    def scan(self, prefix, model):
        return iter(())

    def take(self, *signals):
        for signal in signals:
            self._position += 1
            folded = correlate(self._reports, Taken(self._position, signal), REFERENCE)
            for key, state in folded.states.items():
                self._reports.put(key, state)
                self._kept[key] = state
            for claim in folded.outputs:
                self._apply(claim.thing, claim)
        return self

    def tick(self, at):
        self._position += 1
        for thing, held in list(self._things.items()):
            if held and held.due_at and held.due_at <= at:
                self._apply(thing, Tick(at=at, ledger=self._position))
        return self

    def _apply(self, thing, item: Claim | Tick):
        folded = release(self._things.get(thing), Taken(self._position, item), REFERENCE)
        self._things[thing] = folded.states[thing]
        self.told += [one for one in folded.outputs if one.kind is Kind.MEASURE]

    def now(self, ref):
        found = [one for one in self.told if one.id == measure_id_of(ref)]
        return found[-1] if found else None

    def record(self, ref):
        return self.now(ref).measure

    def changes(self, ref):
        found = [one.measure for one in self.told if one.id == measure_id_of(ref) and isinstance(one, Projection)]
        return [(one.today, change.field, change.after, change.days) for one in found for change in one.changes]


def a_claim(ref=None, *, does=None, of=(), **facts):
    issuer, number, year = (ref.split("-")[1], ref.split("-")[3], int(ref.split("-")[2])) if ref else (None,) * 3
    relation = Relation(kind=does, of=of) if does else None
    return MeasureClaim(
        ref=ref, issuer=issuer, number=number, year=year, type=EventClass.EXPORT_LICENSING, relation=relation, **facts
    )


def a_told(name, *claims, on, maturity=Maturity.ADOPTED, assertion=Assertion.ASSERTED, **facts):
    """A report of these claims, published and received on a day."""
    at = datetime.combine(on, datetime.min.time(), UTC) + timedelta(hours=4)
    anchor = claims[0].ref if claims else None
    judgement = a_judgement(
        measures=claims,
        maturity=maturity,
        assertion=assertion,
        anchor=anchor,
        refs=tuple(c.ref for c in claims if c.ref),
    )
    facts = {
        "title": f"report {name} of its own",
        "text": f"{name} tells " * 9,
        "url": f"https://n.example/{name}",
    } | facts
    return a_signal(name, judgement=judgement, published_at=at, received_at=at, **facts)


def announced():
    return a_told(
        "a", a_claim(ACT, announced=date(2025, 10, 9), effective_from=date(2025, 12, 1)), on=date(2025, 10, 9)
    )


def paused(name="p", until=date(2026, 11, 10), on=date(2025, 11, 7), **facts):
    claim = a_claim(
        PAUSE, does=RelationKind.SUSPENDS, of=(ACT,), announced=on, effective_from=date(2025, 11, 7), effective_to=until
    )
    return a_told(name, claim, on=on, **facts)


def prolonged():
    claim = a_claim(
        LONGER, does=RelationKind.EXTENDS, of=(PAUSE,), announced=date(2026, 11, 1), effective_to=date(2027, 11, 10)
    )
    return a_told("l", claim, on=date(2026, 11, 1))


def states(record):
    return [(one.status, one.since, one.until) for one in record.intervals]


def test_an_act_is_announced_and_then_in_force():
    record = Register().take(announced()).record(ACT)
    assert states(record) == [
        (Status.ANNOUNCED, date(2025, 10, 9), date(2025, 11, 30)),
        (Status.IN_FORCE, date(2025, 12, 1), None),
    ]
    assert [record.on(day) for day in (date(2025, 1, 1), date(2025, 11, 1), date(2025, 12, 1))] == [
        None, Status.ANNOUNCED, Status.IN_FORCE,
    ]  # fmt: skip


def test_a_suspension_is_no_repeal_and_its_end_is_no_return():
    record = Register().take(announced(), paused()).record(ACT)
    assert states(record) == [
        (Status.ANNOUNCED, date(2025, 10, 9), date(2025, 11, 6)),
        (Status.SUSPENDED, date(2025, 11, 7), date(2026, 11, 10)),
        (Status.UNKNOWN, date(2026, 11, 11), None),
    ]
    assert record.intervals[1].by == PAUSE
    assert (record.status, record.until) == (Status.SUSPENDED, date(2026, 11, 10))


def test_who_extends_a_suspension_extends_it_for_what_it_suspends_in_any_order():
    ends = set()
    for order in permutations((announced(), paused(), prolonged())):
        record = Register().take(*order).tick(datetime(2026, 11, 2, tzinfo=UTC)).record(ACT)
        ends.add(tuple(states(record)))
    assert len(ends) == 1
    assert (Status.SUSPENDED, date(2025, 11, 7), date(2027, 11, 10)) in ends.pop()


def test_a_report_that_says_it_is_back_ends_the_unknown():
    back = a_told(
        "b", a_claim(ACT, effective_from=date(2026, 11, 11)), on=date(2026, 11, 11), maturity=Maturity.IN_FORCE
    )
    record = Register().take(announced(), paused(), back).record(ACT)
    assert states(record)[-1] == (Status.IN_FORCE, date(2026, 11, 11), None)
    assert Status.UNKNOWN not in {one.status for one in record.intervals}


def test_a_repeal_lies_over_all_that_was():
    repeal = a_told(
        "r",
        a_claim("CN-MOFCOM-2026-9", does=RelationKind.REPEALS, of=(ACT,), effective_from=date(2026, 3, 1)),
        on=date(2026, 2, 1),
    )
    record = Register().take(announced(), paused(), repeal).record(ACT)
    assert states(record)[-1] == (Status.REPEALED, date(2026, 3, 1), None)
    assert states(record)[-2] == (Status.SUSPENDED, date(2025, 11, 7), date(2026, 2, 28))


def test_one_act_suspends_six():
    six = tuple(f"CN-MOFCOM-2025-{number}" for number in (55, 56, 57, 58, 61, 62))
    acts = [
        a_told(ref, a_claim(ref, announced=date(2025, 10, 9), effective_from=date(2025, 12, 1)), on=date(2025, 10, 9))
        for ref in six
    ]
    claim = a_claim(
        PAUSE, does=RelationKind.SUSPENDS, of=six, effective_from=date(2025, 11, 7), effective_to=date(2026, 11, 10)
    )
    register = Register().take(*acts, a_told("p", claim, on=date(2025, 11, 7)))
    assert {register.record(ref).status for ref in six} == {Status.SUSPENDED}
    assert register.record(PAUSE).status is Status.IN_FORCE


def test_a_clause_is_suspended_and_the_act_stays():
    act = "CN-MOFCOM-2024-46"
    ban = a_told(
        "ban", a_claim(act, announced=date(2024, 12, 3), effective_from=date(2024, 12, 3)), on=date(2024, 12, 3)
    )
    pause = a_told(
        "clause",
        a_claim("CN-MOFCOM-2025-72", does=RelationKind.SUSPENDS, of=(f"{act}/2",),
                effective_from=date(2025, 11, 9), effective_to=date(2026, 11, 27)),
        on=date(2025, 11, 9),
    )  # fmt: skip
    for order in permutations((ban, pause)):
        register = Register().take(*order).tick(LATER)
        assert register.record(act).status is Status.IN_FORCE
        clause = register.record(f"{act}/2")
        assert (clause.status, clause.clause, clause.act) == (Status.SUSPENDED, "2", act)
        assert states(clause)[0] == (Status.IN_FORCE, date(2024, 12, 3), date(2025, 11, 8))


def test_what_is_denied_or_only_heard_of_changes_nothing():
    register = Register().take(announced(), paused(assertion=Assertion.DENIED))
    assert register.record(ACT).status is Status.ANNOUNCED


def test_dates_that_contradict_are_kept_and_the_official_one_is_preferred():
    press = paused("press", until=date(2026, 11, 9), source_kind=SourceKind.PRESS, source="wire")
    for order in permutations((announced(), press, paused(source_kind=SourceKind.OFFICIAL))):
        record = Register().take(*order).tick(LATER).record(ACT)
        assert record.until == date(2026, 11, 10)
        (told,) = record.contradictions
        assert (told.field, [one.value for one in told.values]) == (
            "effective_to",
            [date(2026, 11, 10), date(2026, 11, 9)],
        )


def test_the_expiry_watch_speaks_30_7_and_1_days_before_and_on_the_day_and_then_nobody_knows():
    register = Register().take(announced(), paused())
    day = datetime(2026, 9, 1, tzinfo=UTC)
    while day < datetime(2026, 11, 20, tzinfo=UTC):
        register.tick(day)
        day += timedelta(hours=1)
    watch = [(today, days) for today, field, _, days in register.changes(ACT) if field == "expires"]
    assert watch == [
        (date(2026, 10, 11), 30), (date(2026, 11, 3), 7), (date(2026, 11, 9), 1), (date(2026, 11, 10), 0),
    ]  # fmt: skip
    assert register.changes(ACT)[-1] == (date(2026, 11, 11), "status", "unknown", None)
    # The day ends in Beijing, eight hours before it ends in Greenwich.
    assert register.now(ACT).updated_at == datetime(2026, 11, 10, 16, tzinfo=UTC)


def test_a_measure_without_a_legal_reference_is_in_the_register_too():
    register = Register().take(
        a_told("z", a_claim(None, effective_from=date(2026, 2, 25)), on=date(2026, 2, 25), maturity=Maturity.IN_FORCE)
    )
    (told,) = register.told
    assert (told.measure.ref, told.measure.status, told.measure.since) == (None, Status.IN_FORCE, date(2026, 2, 25))


def test_a_new_version_that_names_another_act_leaves_the_first():
    register = Register().take(announced())
    other = "CN-MOFCOM-2025-62"
    at = datetime(2025, 10, 10, tzinfo=UTC)
    corrected = a_told("a", a_claim(other, announced=date(2025, 10, 9)), on=date(2025, 10, 9)).model_copy(
        update={"received_at": at}
    )
    register.take(corrected)
    assert isinstance(register.now(ACT), Tombstone)
    assert register.record(other).status is Status.IN_FORCE


@pytest.mark.parametrize("seed", range(3))
def test_the_final_word_is_the_same_in_any_order(seed):
    reports = [announced(), paused(), paused("press", until=date(2026, 11, 9), source="wire"), prolonged()]
    orders = list(permutations(reports))[seed::3]
    found = {Register().take(*order).tick(datetime(2026, 11, 5, tzinfo=UTC)).record(ACT).intervals for order in orders}
    assert len(found) == 1
