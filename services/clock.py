"""Where time comes from: read here, at the edge, and passed in everywhere else."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the moment, in UTC, to the millisecond."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
