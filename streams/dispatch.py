"""What becomes of a delivery after a try: pure decisions, so that each has a line in a table of tests."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from streams.errors import Forbidden, Rejected, Unavailable

_MINUTE, _HOUR = 60, 3_600

SCHEDULE_SECONDS: Final = (
    0, 5, 5 * _MINUTE, 30 * _MINUTE, 2 * _HOUR, 5 * _HOUR, 10 * _HOUR, 14 * _HOUR, 20 * _HOUR, 24 * _HOUR,
)  # fmt: skip
"""Wait before the first, second, ... try; after the last the delivery is dead (Standard Webhooks, "Deliverability")."""

JITTER: Final = 0.2
"""The share by which a wait is stretched at most, so that what failed together does not come back together."""

MAX_RETRY_AFTER_SECONDS: Final = 24 * _HOUR
MAX_STATUS_LETTERS: Final = 200


@dataclass(frozen=True, slots=True)
class Done:
    """It has arrived."""

    status: str


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again at `at`; with `pause_channel`, none of the channel is tried before: the receiver asked for it."""

    status: str
    at: datetime
    pause_channel: bool = False


@dataclass(frozen=True, slots=True)
class Dead:
    """It will never arrive."""

    status: str


@dataclass(frozen=True, slots=True)
class Pause:
    """The channel is wrong: it rests until its owner mends it, and its deliveries wait, this one among them."""

    status: str


Decision = Done | Retry | Dead | Pause


def decide(outcome: str | Exception, *, attempts: int, at: datetime, jitter: float) -> Decision:
    """Return what follows from the outcome of a try that ended at `at`.

    `outcome` is what the notifier returned or raised; `attempts` counts the tries so far with this one; `jitter` is a
    number from 0 to 1. An error that is none of ours is tried again like a receiver that does not answer.
    """
    status = (str(outcome) or type(outcome).__name__)[:MAX_STATUS_LETTERS]
    match outcome:
        case str():
            return Done(status)
        case Rejected():
            return Dead(status)
        case Forbidden():
            return Pause(status)
        case _ if attempts >= len(SCHEDULE_SECONDS):
            return Dead(status)
        case Unavailable(retry_after_seconds=float() | int() as asked):
            wait = max(wait_seconds(attempts, jitter=jitter), min(asked, MAX_RETRY_AFTER_SECONDS))
            return Retry(status, at + timedelta(seconds=wait), pause_channel=True)
        case _:
            return Retry(status, at + timedelta(seconds=wait_seconds(attempts, jitter=jitter)))


def wait_seconds(attempts: int, *, jitter: float) -> float:
    """Return the wait after so many tries, the last wait for more than are foreseen."""
    return SCHEDULE_SECONDS[min(attempts, len(SCHEDULE_SECONDS) - 1)] * (1 + JITTER * jitter)


def retry_after_seconds(header: str | None, *, at: datetime) -> float | None:
    """Return the wait that a Retry-After header asks for (RFC 9110, 10.2.3): seconds or a date, from 0 to 24 h.

    Null for no header or one that cannot be read.
    """
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        # A number of more digits than this is capped in any case, and long ones are slow to read.
        return float(min(int(text[:9]), MAX_RETRY_AFTER_SECONDS))
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    seconds = ((date if date.tzinfo else date.replace(tzinfo=UTC)) - at).total_seconds()
    return min(max(seconds, 0.0), float(MAX_RETRY_AFTER_SECONDS))
