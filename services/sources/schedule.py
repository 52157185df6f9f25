"""When a source is looked at next: pure, so that each reason has a line in a table of tests."""

from datetime import datetime, timedelta
from typing import Final

from streams.errors import TocsinError, Unavailable

FIRST_RETRY: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(days=1)
JITTER: Final = 0.1
"""The share by which a wait is stretched at most: what began together must not come together for ever."""

_MOST_DOUBLINGS: Final = 20


def due_after_success(cadence: timedelta, *, at: datetime, jitter: float) -> datetime:
    """Return the next look after one that ended well; `jitter` is a number from 0 to 1."""
    return at + cadence * (1 + JITTER * jitter)


def due_after_failure(
    cadence: timedelta, error: TocsinError, *, failures: int, at: datetime, jitter: float
) -> datetime:
    """Return the next look after so many failures in a row.

    Waits double, up to a day. What is only not there for now is tried again after a minute at first, anything else after
    its cadence. Never sooner than the host asked for.
    """
    first, asked = cadence, timedelta(0)
    if isinstance(error, Unavailable):
        first, asked = min(FIRST_RETRY, cadence), timedelta(seconds=error.retry_after_seconds or 0.0)
    doubled: timedelta = first * 2 ** min(failures - 1, _MOST_DOUBLINGS)
    return at + max(min(doubled, max(LONGEST_WAIT, cadence)), asked) * (1 + JITTER * jitter)
