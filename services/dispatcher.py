"""Sends what the outbox holds: claims, renders, tries, and notes what came of it."""

import random
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from schemas.alert import Card, ChannelKind
from services.card import card_of
from services.records.history import HistoryRecords
from services.records.outbox import Claimed, OutboxRecords
from streams import metrics
from streams.dispatch import SCHEDULE_SECONDS, Dead, Done, Pause, Retry, decide
from streams.errors import NotFound, TocsinError, Unavailable
from streams.ports import Notifier

log = structlog.get_logger(__name__)

FIRST_LOOK, LAST_LOOK = timedelta(seconds=0.5), timedelta(minutes=10)
"""How soon, and how seldom at last, it is looked again whether what an alert is about has been published."""

POLL_SECONDS = 0.2
"""How often retries that have become due are looked for; a new delivery rings at once."""


@dataclass(frozen=True)
class Sending:
    """One try: what it reads and where it notes the outcome."""

    outbox: OutboxRecords
    history: HistoryRecords
    notifiers: Mapping[ChannelKind, Notifier]
    now: Callable[[], datetime]
    base_url: str

    def attempt(self, claimed: Claimed) -> None:
        """Send one delivery and note what came of it; nothing is raised, because the row is the memory."""
        at = self.now()
        try:
            thing = self.history.latest(
                claimed.alert.thing_kind, claimed.alert.current_id, party=claimed.delivery.party
            )
        except NotFound:
            self._wait_for_history(claimed, at)
            return
        except Unavailable as exc:
            self._note(claimed, exc, at)
            return
        self._note(claimed, self._sent(claimed, card_of(thing, claimed, base_url=self.base_url), at), at)

    def _sent(self, claimed: Claimed, card: Card, at: datetime) -> str | TocsinError:
        try:
            return self.notifiers[claimed.channel.kind].send(card, claimed.channel, at=at)
        except TocsinError as exc:
            return exc
        except Exception as exc:
            log.error("delivery_failed", delivery=claimed.delivery.id, exc_info=exc)
            return Unavailable("a fault of ours; see the server's log")

    def _wait_for_history(self, claimed: Claimed, at: datetime) -> None:
        """Put it off without counting a try: alerts and history come by two ways, and the other may be behind."""
        age = at - claimed.delivery.created_at
        if age > timedelta(seconds=sum(SCHEDULE_SECONDS)):
            self.outbox.dead(claimed.delivery.id, "what the alert is about was never published")
        else:
            self.outbox.postpone(claimed.delivery.id, due_at=at + min(max(age, FIRST_LOOK), LAST_LOOK))

    def _note(self, claimed: Claimed, result: str | TocsinError, at: datetime) -> None:
        delivery = claimed.delivery
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        match decide(result, attempts=delivery.attempts + 1, at=at, jitter=jitter):
            case Done(status):
                self.outbox.done(delivery.id, status)
                metrics.DELIVERIES.labels("done").inc()
            case Retry(status, due_at, pause_channel):
                self.outbox.retry(delivery.id, status, due_at=due_at)
                if pause_channel:
                    self.outbox.pause(claimed.channel.id, until=due_at)
                metrics.DELIVERIES.labels("retry").inc()
            case Dead(status):
                self.outbox.dead(delivery.id, status)
                metrics.DELIVERIES.labels("dead").inc()
            case Pause(status):
                self.outbox.retry(delivery.id, status, due_at=at)
                self.outbox.pause(claimed.channel.id, until=None)
                metrics.DELIVERIES.labels("pause").inc()
                log.warning("channel_paused", channel=claimed.channel.id, status=status)


class Dispatcher:
    """Tries what is due, several at a time, until told to stop; `due` is set when something was enqueued."""

    def __init__(self, sending: Sending, workers: int, due: threading.Event) -> None:
        self._sending, self._workers, self._due = sending, workers, due

    def run(self, stopping: threading.Event) -> None:
        """Loop until stopped; what is under way is finished."""
        with ThreadPoolExecutor(self._workers) as pool:
            under_way: set[Future[None]] = set()
            while not stopping.is_set():
                under_way = {future for future in under_way if not future.done()}
                claimed = self._claim(self._workers - len(under_way))
                under_way |= {pool.submit(self._sending.attempt, one) for one in claimed}
                if not claimed:
                    self._due.wait(POLL_SECONDS)
                    self._due.clear()

    def _claim(self, free: int) -> list[Claimed]:
        """Claim no more than can be tried at once, so that a lease never waits in a queue."""
        try:
            return self._sending.outbox.claim(limit=free) if free else []
        except Unavailable as exc:
            log.error("outbox_unavailable", error=str(exc))
            return []
