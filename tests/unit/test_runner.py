import itertools
from datetime import datetime

import pytest

from schemas.base import Model
from schemas.claim import Claim
from schemas.codec import decode
from schemas.ledger import CONTROLS, RulesChanged, Tick
from schemas.rule import Rule
from schemas.signal import Signal
from schemas.topics import CLAIMS, DEAD, LEDGER, PROJECTIONS, Topic
from streams.embedded import Embedded
from streams.errors import InvalidInput, Unavailable
from streams.rules.compile import RuleSet
from streams.runner import MAX_RETRIES, Runner
from streams.stage import ONE, Fold, Folded, Reference, Sink, Transform
from tests.builders import NOON, a_projection, a_signal, an_hour_later
from tests.fakes import MemoryLog, memory_ports

MADE = Topic("made", (Signal, *CONTROLS), partitions=1, keep_days=None)
LATER = Topic("later", (Signal, *CONTROLS), partitions=1, keep_days=None)
PUBLISH = Sink("publish", PROJECTIONS, lambda ports: ports.history)


@pytest.fixture
def log():
    return MemoryLog()


def references(version):
    """As many rules as the version says, so that a step shows which reference it was given."""
    facts = {"party": "US", "title": "t", "query": "*", "created_at": NOON}
    rules = tuple(Rule(id=str(number), version=number, **facts) for number in range(1, version + 1))
    return Reference(knowledge=None, rules=RuleSet(rules))


def driver(log, *steps, ports=None, **more):
    made = Embedded(steps, log, ports=ports or memory_ports(), references=references, **more)
    for runner in made._runners:
        runner._pause = lambda _seconds: None
    return made


def drained(log, *steps, ports=None):
    driver(log, *steps, ports=ports).drain()


def items(log, topic):
    return [decode(record.type, record.value) for record in log.after(topic, 0, limit=10_000)]


def titles(log, topic=MADE):
    return [item.title for item in items(log, topic) if isinstance(item, Signal)]


def passed_on(item, _reference):
    return [item]


def copying(apply=passed_on, *, source=LEDGER, target=MADE, name="copy"):
    return Transform(name, source, target, apply)


class Seen(Model):
    """How many signals a source has sent, and when a tick must look again."""

    source: str
    seen: int = 0
    due_at: datetime | None = None


def count(state, taken, _reference):
    """Tell the count of each source at each signal; a tick is told too, and the source is due no more."""
    if isinstance(taken.item, Tick):
        told = a_signal(title=f"{state.source} was due at {state.due_at:%H:%M}, ledger {taken.item.ledger}")
        return Folded((told,), {state.source: state.model_copy(update={"due_at": None})})
    before = state or Seen(source=taken.item.source)
    due_at = taken.item.published_at if "due" in taken.item.title else before.due_at
    after = before.model_copy(update={"seen": before.seen + 1, "due_at": due_at})
    if taken.item.title == "gone":
        return Folded((), {before.source: None})
    return Folded((a_signal(title=f"{after.source} {after.seen}"),), {before.source: after})


COUNT = Fold("count", LEDGER, MADE, count, state=Seen, by=lambda signal: signal.source, due=lambda seen: seen.due_at)


class Sources:
    """The view of a fold by ONE: which sources there are, and how many signals of each."""

    def __init__(self, kept):
        self.kept = kept
        self.seen = dict(kept.scan("s/", Seen))

    def put(self, key, state):
        self.seen[key] = state


def count_in_view(view, taken, _reference):
    before = view.seen.get(f"s/{taken.item.source}") or Seen(source=taken.item.source)
    assert view.kept.get(f"s/{before.source}", Seen) == view.seen.get(f"s/{before.source}")
    after = before.model_copy(update={"seen": before.seen + 1})
    return Folded((a_signal(title=f"{after.source} {after.seen}"),), {f"s/{after.source}": after})


COUNT_ALL = Fold("count", LEDGER, MADE, count_in_view, state=Seen, by=ONE, view=Sources)


def from_source(name, *titles_told):
    return [a_signal(f"{name}{n}", source=name, title=title) for n, title in enumerate(titles_told)]


def test_poison_bytes_become_a_dead_letter_and_do_not_stop_the_batch(log):
    log.tell(LEDGER, a_signal(title="first"))
    at = log.poison(LEDGER, key="bad", value=b'{"id": 1}')
    log.tell(LEDGER, a_signal(title="last"))
    drained(log, copying())
    (letter,) = items(log, DEAD)
    assert titles(log) == ["first", "last"]
    assert (letter.stage, letter.topic, letter.position) == ("copy", "ledger", at)
    assert (letter.record_key, letter.record_type, letter.value) == ("bad", "Signal/1", b'{"id": 1}')
    assert letter.error == "InvalidInput"
    assert letter.detail.startswith("Signal: ")


# What no model wrote, by type header and bytes -> what the dead letter says.
@pytest.mark.parametrize(
    ("record_type", "value", "told"),
    [
        ("Nothing/1", b"{}", "unknown record type"),
        ("", b"{}", "unknown record type"),
        ("Signal/x", b"{}", "unknown record type"),
        ("Signal/1", b"\xff\x00", "Signal"),
        ("Tick/1", b'{"at": "yesterday"}', "Tick: at"),  # a control's bytes are no better than others'
    ],
)
def test_a_dead_letter_names_the_reason(log, record_type, value, told):
    log.poison(LEDGER, record_type=record_type, value=value)
    drained(log, copying())
    (letter,) = items(log, DEAD)
    assert told in letter.detail


# A step that raises -> how the dead letter counts it.
@pytest.mark.parametrize(
    ("error", "counted", "told"),
    [
        (InvalidInput("holds no word"), "InvalidInput", "holds no word"),
        (ZeroDivisionError("ours"), "Bug", "ZeroDivisionError: ours"),
    ],
)
@pytest.mark.parametrize("step", ["transform", "fold", "view"])
def test_a_raising_step_leaves_a_dead_letter_and_nothing_else(log, step, error, counted, told):
    def refusing(*given):
        item = given[0] if step == "transform" else given[1].item
        if item.title == "bad":
            raise error
        return {"transform": passed_on, "fold": count, "view": count_in_view}[step](*given)

    steps = {
        "transform": copying(refusing),
        "fold": Fold("count", LEDGER, MADE, refusing, state=Seen, by=lambda signal: signal.source),
        "view": Fold("count", LEDGER, MADE, refusing, state=Seen, by=ONE, view=Sources),
    }
    log.tell(LEDGER, *from_source("a", "good", "bad", "good"))
    drained(log, steps[step])
    (letter,) = items(log, DEAD)
    assert len(titles(log)) == 2
    assert (letter.position, letter.error) == (2, counted)
    assert told in letter.detail


def test_a_transform_that_raises_half_way_sends_nothing_of_it(log):
    def half(item, _reference):
        yield item
        raise InvalidInput("the second half is bad")

    log.tell(LEDGER, a_signal())
    drained(log, copying(half))
    assert (titles(log), len(items(log, DEAD))) == ([], 1)


def test_what_is_unavailable_is_tried_again_and_the_batch_is_handled_once(log):
    ports = memory_ports()
    ports.history.failures = MAX_RETRIES - 1
    log.tell(PROJECTIONS, a_projection("a"), a_projection("b"))
    log.poison(PROJECTIONS)
    drained(log, PUBLISH, ports=ports)
    assert len(ports.history.items) == 2
    assert len(items(log, DEAD)) == 1


def test_what_stays_unavailable_is_raised_after_the_last_try(log):
    ports, pauses = memory_ports(), []
    ports.history.failures = 1_000
    log.tell(PROJECTIONS, a_projection())
    runner = Runner(PUBLISH, states=log, ports=ports, references=references, pause=pauses.append)
    with pytest.raises(Unavailable, match="away"):
        runner.handle(log.read(PROJECTIONS, "publish", limit=5))
    assert len(pauses) == MAX_RETRIES - 1
    assert all(0 < earlier < later * 1.01 for earlier, later in itertools.pairwise(pauses))
    assert log.committed(PROJECTIONS, "publish") == 0


def test_a_retried_fold_starts_from_what_was_kept(log):
    tries = []

    def unsteady(state, taken, reference):
        tries.append(taken.position)
        if len(tries) == 2:
            raise Unavailable("not now")
        return count(state, taken, reference)

    log.tell(LEDGER, *from_source("a", "x", "y"))
    drained(log, Fold("count", LEDGER, MADE, unsteady, state=Seen, by=lambda signal: signal.source))
    assert tries == [1, 2, 1, 2]
    assert titles(log) == ["a 1", "a 2"]


@pytest.mark.parametrize("fold", [COUNT, COUNT_ALL], ids=["by key", "by one"])
class TestFold:
    def test_sees_the_changes_of_its_batch(self, log, fold):
        log.tell(LEDGER, *from_source("a", "x", "y"), *from_source("b", "x"), *from_source("a", "z"))
        drained(log, fold)
        assert titles(log) == ["a 1", "a 2", "b 1", "a 3"]

    def test_sees_the_changes_of_earlier_batches_and_of_another_process(self, log, fold):
        for _ in range(3):
            log.tell(LEDGER, *from_source("a", "x"))
            drained(log, fold)
        assert titles(log) == ["a 1", "a 2", "a 3"]

    def test_skips_positions_it_has_taken(self, log, fold):
        log.tell(LEDGER, *from_source("a", "x", "y"))
        drained(log, fold)
        kept = dict(log.states)
        log.seek(LEDGER, "count", 0)
        drained(log, fold)
        assert (titles(log), log.states) == (["a 1", "a 2"], kept)

    def test_forgets_what_was_not_settled(self, log, fold):
        log.tell(LEDGER, *from_source("a", "x", "y"))
        log.failures = 1
        unsettled = driver(log, fold)
        with pytest.raises(Unavailable):
            unsettled.drain()
        unsettled.drain()
        assert titles(log) == ["a 1", "a 2"]


def test_a_state_that_is_forgotten_starts_anew(log):
    log.tell(LEDGER, *from_source("a", "x", "gone", "y"))
    drained(log, COUNT)
    assert titles(log) == ["a 1", "a 1"]


def due(source, hours):
    return a_signal(source, source=source, title="due", published_at=an_hour_later(hours=hours))


def test_a_tick_reaches_what_is_due_alone_and_the_earliest_first(log):
    log.tell(LEDGER, due("late", 3), due("soon", 1), due("far", 9), due("never", 2))
    log.tell(LEDGER, *from_source("never", "gone"))
    log.tell(LEDGER, Tick(at=an_hour_later(hours=3)))
    drained(log, COUNT)
    told = [title for title in titles(log) if "was due" in title]
    assert told == ["soon was due at 13:00, ledger 6", "late was due at 15:00, ledger 6"]


def test_what_is_due_survives_a_restart_and_is_told_once(log):
    log.tell(LEDGER, due("soon", 1))
    drained(log, COUNT)
    for hour in (0, 2, 3):
        log.tell(LEDGER, Tick(at=an_hour_later(hours=hour)))
        drained(log, COUNT)
    assert [title for title in titles(log) if "was due" in title] == ["soon was due at 13:00, ledger 3"]


def test_a_tick_that_breaks_one_thing_reaches_the_others(log):
    def fragile(state, taken, reference):
        if isinstance(taken.item, Tick) and state.source == "soon":
            raise ZeroDivisionError
        return count(state, taken, reference)

    log.tell(LEDGER, due("soon", 1), due("late", 3), Tick(at=an_hour_later(hours=4)))
    drained(log, Fold("count", LEDGER, MADE, fragile, state=Seen, by=COUNT.by, due=COUNT.due))
    assert len(items(log, DEAD)) == 1
    assert titles(log)[-1] == "late was due at 15:00, ledger 3"
    assert isinstance(items(log, MADE)[-1], Tick)


def test_ticks_are_passed_on_behind_what_they_caused_with_their_place_in_the_ledger(log):
    log.tell(LEDGER, RulesChanged(version=4, at=NOON), due("soon", 1), Tick(at=an_hour_later(hours=2)))
    drained(log, COUNT, copying(source=MADE, target=LATER, name="again"))
    kinds = [type(item).__name__ for item in items(log, LATER)]
    assert kinds == ["Signal", "Signal", "Tick"]
    assert (items(log, LATER)[2].ledger, items(log, LATER)[2].rules) == (3, 4)


def test_what_follows_names_the_rules_it_is_judged_by_however_late_it_is_read(log):
    log.tell(LEDGER, a_signal(), RulesChanged(version=2, at=NOON), a_signal())
    told = copying(lambda _item, _reference: [Claim(thing="t", ledger=1, at=NOON)], target=CLAIMS, name="tell")
    drained(log, told)
    log.tell(LEDGER, RulesChanged(version=3, at=NOON))
    drained(log, told, copying(rules_known, source=CLAIMS))
    assert [item.rules for item in items(log, CLAIMS)] == [0, 2]
    assert titles(log) == ["0 rules", "2 rules"]


def test_a_fold_by_one_passes_ticks_on(log):
    log.tell(LEDGER, Tick(at=NOON))
    drained(log, COUNT_ALL)
    assert items(log, MADE) == [Tick(at=NOON, ledger=1, rules=0)]


def rules_known(_item, reference):
    return [a_signal(title=f"{len(reference.rules.rules)} rules")]


def test_rules_changed_switches_the_reference_from_there_on(log):
    log.tell(LEDGER, a_signal(), RulesChanged(version=2, at=NOON), a_signal(), RulesChanged(version=3, at=NOON))
    log.tell(LEDGER, a_signal())
    drained(log, copying(rules_known))
    assert titles(log) == ["0 rules", "2 rules", "3 rules"]


def test_the_reference_survives_a_restart(log):
    log.tell(LEDGER, RulesChanged(version=2, at=NOON))
    drained(log, copying(rules_known))
    log.tell(LEDGER, a_signal())
    drained(log, copying(rules_known))
    assert titles(log) == ["2 rules"]


def test_a_reference_that_was_not_settled_is_forgotten(log):
    log.tell(LEDGER, a_signal(), RulesChanged(version=2, at=NOON), a_signal())
    log.failures = 1
    unsettled = driver(log, copying(rules_known))
    with pytest.raises(Unavailable):
        unsettled.drain()
    unsettled.drain()
    assert titles(log) == ["0 rules", "2 rules"]


def test_an_unavailable_step_is_reported_by_name_and_tried_again(log):
    ports, failed = memory_ports(), []
    ports.history.failures = MAX_RETRIES
    log.tell(LEDGER, a_signal())
    log.tell(PROJECTIONS, a_projection())
    running = driver(log, copying(), PUBLISH, ports=ports)
    running._stopping.wait = lambda _seconds: None
    running.drain(on_failure=lambda step, exc: failed.append((step.name, str(exc))))
    assert failed == [("publish", "the store is away")]
    assert (len(titles(log)), len(ports.history.items)) == (1, 1)


def test_lag_is_what_each_step_has_not_taken(log):
    log.tell(LEDGER, a_signal(), a_signal())
    waiting = driver(log, copying(), Transform("claims", CLAIMS, MADE, passed_on))
    assert waiting.lag() == {"copy": 2, "claims": 0}
    waiting.drain()
    assert waiting.lag() == {"copy": 0, "claims": 0}


def test_what_is_remembered_is_read_before_the_first_record(log):
    log.tell(LEDGER, *from_source("a", "one", "two"))
    drained(log, COUNT_ALL)
    begun = driver(log, COUNT_ALL)
    begun._news.wait = lambda timeout: begun.stop()
    begun.run(on_failure=None)
    assert begun._runners[0]._view.seen["s/a"].seen == 2
    log.tell(LEDGER, *from_source("a", "three"))
    drained(log, COUNT_ALL)
    assert titles(log)[-1] == "a 3"
