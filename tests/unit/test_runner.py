from datetime import datetime, timedelta

import pytest

from schemas.base import Model, Utc
from schemas.ledger import RulesChanged, Tick
from schemas.rule import Rule
from schemas.topics import CLAIMS, DEAD, LEDGER, PROJECTIONS
from streams.embedded import Embedded
from streams.errors import InvalidInput, Unavailable
from streams.runner import MAX_RETRIES
from streams.stage import ONE, Fold, Folded, Reference, Sink, Transform
from streams.rules.compile import RuleSet
from tests.builders import NOON, a_projection, a_signal
from tests.fakes import MemoryLog, memory_ports


def references(version):
    """As many rules as the version says, so that a step can tell which reference it was given."""
    rules = (
        Rule(id=str(n), party="US", version=n, created_at=NOON, title=f"r{n}", query="*")
        for n in range(1, version + 1)
    )
    return Reference(knowledge=None, rules=RuleSet(tuple(rules)))


def a_driver(*steps, log, ports=None, batch=256):
    return Embedded(steps, log, ports=ports or memory_ports(), references=references, batch=batch)


def drained(*steps, log, ports=None, batch=256):
    driver = a_driver(*steps, log=log, ports=ports, batch=batch)
    for runner in driver._runners:
        runner._pause = lambda _seconds: None
    driver.drain()
    return driver


def items(log, topic):
    from schemas.codec import decode  # noqa: PLC0415 - only to look at what was written

    return [decode(record.type, record.value) for record in log.after(topic, 0, limit=10_000)]


def copying(apply=lambda item, _reference: [item]):
    return Transform("copy", LEDGER, LEDGER_COPY, apply)


LEDGER_COPY = CLAIMS.__class__("copy", LEDGER.carries, partitions=1, keep_days=None)


def titles(log, topic=LEDGER_COPY):
    return [item.title for item in items(log, topic) if hasattr(item, "title")]


class Count(Model):
    """How many signals of a source were seen, and when a tick must look again."""

    seen: int = 0
    ticks: int = 0
    due_at: Utc | None = None


def counting(state, taken, _reference):
    before = state or Count()
    if isinstance(taken.item, Tick):
        after = before.model_copy(update={"ticks": before.ticks + 1, "due_at": None})
        return Folded(outputs=(a_signal(title=f"tick {before.seen}"),), states={"never": None})._replaced(after)
    raise NotImplementedError


# ---------------------------------------------------------------- poison


def test_poison_bytes_become_a_dead_letter_and_do_not_stop_the_batch():
    log = MemoryLog()
    log.tell(LEDGER, a_signal("a", title="first"))
    at = log.poison(LEDGER, key="bad", value=b'{"id": 1}')
    log.tell(LEDGER, a_signal("b", title="last"))
    drained(copying(), log=log)
    (letter,) = items(log, DEAD)
    assert titles(log) == ["first", "last"]
    assert (letter.stage, letter.topic, letter.position) == ("copy", "ledger", at)
    assert (letter.record_key, letter.record_type, letter.value) == ("bad", "Signal/1", b'{"id": 1}')
    assert letter.error == "InvalidInput"
    assert "Signal" in letter.detail
