"""The clock of the ledger: one process tells it the time, and brings it what a failing log kept from it."""

from collections.abc import Callable
from datetime import datetime

import structlog

from schemas.ledger import Tick
from schemas.topics import LEDGER
from services.node import Node
from services.records.statements import moment, ms
from streams.errors import Unavailable
from streams.ports import Outgoing

log = structlog.get_logger(__name__)

LAST_TICK = "last-tick"
LEAD_SECONDS = 1.0
"""How often a process looks whether it is to tell the time, and whether anything waits for the ledger."""


def tick(node: Node, *, leads: Callable[[], bool] = lambda: True, also: Callable[[], object] = lambda: None) -> None:
    """Tell the time until the node stops, as long as this process leads; `also` is done after each tick."""
    while True:
        wait = LEAD_SECONDS
        try:
            if leads():
                node.ledger_outbox.relay()
                wait = _seconds_left(node)
                if wait <= 0:
                    node.log.append([Outgoing(LEDGER, Tick(at=_later(node)))])
                    node.progress.wake()
                    also()
                    wait = node.settings.tick_seconds
        except Unavailable as exc:
            log.error("tick_failed", error=str(exc))
        if node.stopping.wait(min(wait, LEAD_SECONDS)):
            return


def _seconds_left(node: Node) -> float:
    """Return how long it is until the next tick: another process, or this one before it was started again, told the last."""
    last = node.marks.get(LAST_TICK)
    return node.settings.tick_seconds - (ms(node.now()) - last) / 1000 if last is not None else 0.0


def _later(node: Node) -> datetime:
    """Return the time, never before the last tick's: a clock that was set back must not undo what was due."""
    return moment(node.marks.raise_to(LAST_TICK, ms(node.now())))
