"""Dates in a text: the day, how exactly it is told, and what happens on it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"), ("february", "feb"), ("march", "mar"), ("april", "apr"), ("may",), ("june", "jun"),
            ("july", "jul"), ("august", "aug"), ("september", "sept", "sep"), ("october", "oct"), ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}  # fmt: skip
_NAMES = "|".join(sorted((name.capitalize() for name in _MONTHS), key=len, reverse=True))
# Both begin with a plain set of letters: the engine then skips the rest of the text at the speed of a search.
_NUMBER_FIRST = re.compile(
    r"(?P<number>[0-9][0-9]{0,3})(?![0-9])"
    rf"(?:(?:st|nd|rd|th)?\s(?:of\s)?(?P<month>{_NAMES})\b\.?(?:,?\s(?P<year>(?:19|20)\d\d)\b)?"
    r"|-(?P<iso>\d\d-\d\d)\b"
    r"|(?P<zh>年)(?:(?P<zm>\d{1,2})月(?:(?P<zd>\d{1,2})日)?)?)?"
)
_MONTH_FIRST = re.compile(
    rf"(?P<month>{_NAMES})\b\.?(?:\s(?P<number>\d{{1,2}})(?:st|nd|rd|th)?\b)?(?:,?\s(?P<year>(?:19|20)\d\d)\b)?"
)
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_UNTIL = (
    " until",
    " till",
    " through",
    " until the end of",
    " expires on",
    " expire on",
    " expiry on",
    " expires",
    " ends on",
    "至",
    "到",
)
_EFFECTIVE = (
    " effective", " effective on", " effective from", " effective as of", " effect", " effect on", " effect from",
    " effect as of", " from", " starting", " starting on", " beginning", " beginning on", " in force on",
    " into force on", " as of", " since", " begins on", " starts on", " apply on", " applies on", "自",
)  # fmt: skip
_YEAR_CUES = (" from", " until", " till", " by", " in", " before", " through", " after", " to")
_LOOK_BACK = 28
_NEAR_DAYS = 240


class Precision(StrEnum):
    """How exactly a date is told."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class DateRole(StrEnum):
    """What happens on a date."""

    EFFECTIVE = "effective"
    UNTIL = "until"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text; `day` is the first of its month or year when no more is told.

    `inferred`: the year was not told.
    """

    day: date
    precision: Precision
    role: DateRole
    inferred: bool
    start: int
    end: int


Told = tuple[date, Precision, bool]
Reader = Callable[[re.Match[str], date], Told | None]


def dates(text: str, published_at: datetime) -> list[DateMention]:
    """Return the dates in the order of the text; a date without a year is the one nearest to publication."""
    published = published_at.date()
    found: list[DateMention] = []
    months_read: set[int] = set()
    for pattern, read in ((_NUMBER_FIRST, _number_first), (_MONTH_FIRST, _named)):
        for match in pattern.finditer(text):
            start, end = match.span()
            before = text[start - 1 : start]
            if start in months_read or (before.isascii() and before.isalnum()):
                continue
            months_read.add(match.start("month"))
            told = _valid(read, match, published)
            if told is not None:
                day, precision, inferred = told
                found.append(DateMention(day, precision, _role(text, match), inferred, start, end))
    found.sort(key=lambda item: item.start)
    return found


def _valid(read: Reader, match: re.Match[str], published: date) -> Told | None:
    try:
        return read(match, published)
    except ValueError:  # 31 June: no date, whatever was meant
        return None


def _role(text: str, match: re.Match[str]) -> DateRole:
    before = _before(text, match)
    after = text[match.end() : match.end() + 3]
    if before.endswith(_UNTIL) or after.startswith("止"):
        return DateRole.UNTIL
    if before.endswith(_EFFECTIVE) or after.startswith(("起", "实施")):
        return DateRole.EFFECTIVE
    return DateRole.OTHER


def _before(text: str, match: re.Match[str]) -> str:
    return f" {text[max(0, match.start() - _LOOK_BACK) : match.start()].lower().rstrip()}"


def _number_first(match: re.Match[str], published: date) -> Told | None:
    number = match["number"]
    if match["month"]:
        return _named(match, published)
    if match["iso"]:
        return date.fromisoformat(f"{number}-{match['iso']}"), Precision.DAY, False
    if match["zh"]:
        month, day = int(match["zm"] or 0), int(match["zd"] or 0)
        return date(int(number), month or 1, day or 1), _precision(month, day), False
    if not _FIRST_YEAR <= int(number) <= _LAST_YEAR:
        return None
    cued = _before(match.string, match).endswith(_YEAR_CUES)
    return (date(int(number), 1, 1), Precision.YEAR, False) if cued else None


def _precision(month: int, day: int) -> Precision:
    return Precision.DAY if day else Precision.MONTH if month else Precision.YEAR


def _named(match: re.Match[str], published: date) -> Told | None:
    month = _MONTHS[match["month"].lower()]
    day = int(match["number"] or 0)
    if match["year"]:
        return date(int(match["year"]), month, day or 1), _precision(month, day), False
    if not day:  # a bare "May" is a verb as often as a month
        return None
    near = date(published.year, month, day)
    if near - published > timedelta(days=_NEAR_DAYS):
        near = near.replace(year=near.year - 1)
    elif published - near > timedelta(days=_NEAR_DAYS):
        near = near.replace(year=near.year + 1)
    return near, Precision.DAY, True
