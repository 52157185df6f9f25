"""Years, months, days and instants of a query, as milliseconds since 1970 UTC, and back."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Final

DAY_MS: Final = 86_400_000
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MONTHS: Final = re.compile(r"(\d{4})(?:-(\d{2}))?", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})?", re.ASCII)
_YEARS: Final = range(2, 9_999)
"""One short of what a datetime can hold, so that the end of a day and a time-zone offset always fit."""


def day_ms(day: date) -> int:
    """Return the first millisecond of the day."""
    return (day - EPOCH.date()).days * DAY_MS


def instant_ms(moment: datetime) -> int:
    """Return the millisecond that an aware moment falls in."""
    return (moment - EPOCH) // _MILLISECOND


def period_of(text: str) -> tuple[int, int]:
    """Return the first millisecond of a year, month or day and of the one after; for an instant its millisecond, twice.

    ISO 8601, UTC where no offset is given. ValueError for anything else.
    """
    if months := _MONTHS.fullmatch(text):
        return _months(int(months[1]), int(months[2]) if months[2] else None)
    is_day = _DAY.fullmatch(text) is not None
    if not is_day and not _INSTANT.fullmatch(text):
        raise ValueError(f"neither a day nor an instant: {text!r}")
    moment = datetime.fromisoformat(text)
    if moment.year not in _YEARS:
        raise ValueError(f"a year out of bounds: {text!r}")
    start = instant_ms(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return start, start + DAY_MS if is_day else start


def _months(year: int, month: int | None) -> tuple[int, int]:
    if year not in _YEARS:
        raise ValueError(f"a year out of bounds: {year}")
    if month is None:
        return day_ms(date(year, 1, 1)), day_ms(date(year + 1, 1, 1))
    following = date(year + month // 12, month % 12 + 1, 1)
    return day_ms(date(year, month, 1)), day_ms(following)


def iso_instant(milliseconds: float) -> str:
    """Write an instant so that it is read back as the same millisecond."""
    moment = EPOCH + int(milliseconds) * _MILLISECOND
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def day_of(milliseconds: float) -> date:
    """Return the day that this millisecond falls on."""
    return (EPOCH + int(milliseconds) * _MILLISECOND).date()


def iso_day(milliseconds: float) -> str:
    """Write the day that begins at this millisecond."""
    return iso_instant(milliseconds).partition("T")[0]
