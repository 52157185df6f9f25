"""Dates in a text: the day, how exactly it is told, and what happens on it."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from schemas.signal import DateRole, Precision
from streams.stages.date_roles import cued_month, cued_year, joins, role_of
from streams.stages.relative_dates import is_ahead, relative_dates

_CAPITAL = (
    ("January", "Jan", "Januar"), ("February", "Feb", "Februar"), ("March", "Mar", "März", "Maerz"),
    ("April", "Apr"), ("May", "Mai"), ("June", "Jun", "Juni"), ("July", "Jul", "Juli"), ("August", "Aug"),
    ("September", "Sept", "Sep"), ("October", "Oct", "Oktober"), ("November", "Nov"),
    ("December", "Dec", "Dezember"),
)  # fmt: skip
_SMALL = (
    ("janvier", "enero"), ("février", "febrero"), ("mars", "marzo"), ("avril", "abril"), ("mai", "mayo"),
    ("juin", "junio"), ("juillet", "julio"), ("août", "agosto"), ("septembre", "septiembre"),
    ("octobre", "octubre"), ("novembre", "noviembre"), ("décembre", "diciembre"),
)  # fmt: skip
"""Months by name: English and German ones begin with a capital, French and Spanish ones do not."""

_MONTHS = {
    name.lower(): number
    for table in (_CAPITAL, _SMALL)
    for number, names in enumerate(table, start=1)
    for name in names
}


def _any_of(table: tuple[tuple[str, ...], ...]) -> str:
    return "|".join(sorted((name for names in table for name in names), key=len, reverse=True))


# All begin with a plain set of letters: the engine then skips the rest of the text at the speed of a search.
_NUMBER_FIRST = re.compile(
    r"(?P<number>[0-9][0-9]{0,3})(?![0-9])"
    rf"(?:(?:st|nd|rd|th|er|\.|º)?\s(?:of\s|de\s)?(?P<month>{_any_of(_CAPITAL)}|{_any_of(_SMALL)})\b\.?"
    r"(?:,?\s(?:de\s|del\s)?(?P<year>(?:19|20)\d\d)\b)?"
    r"|\.\s?(?P<dm>[01]?[0-9])\.\s?(?P<dy>(?:19|20)\d\d)\b"
    r"|-(?P<iso>\d\d-\d\d)\b"
    r"|(?P<zh>年)(?:(?P<zm>\d{1,2})月(?:(?P<zd>\d{1,2})日)?)?|月(?P<zo>\d{1,2})日)?"
)
_MONTH_FIRST = re.compile(
    rf"(?P<month>{_any_of(_CAPITAL)})\b\.?(?:\s(?P<number>\d{{1,2}})(?:st|nd|rd|th)?\b)?(?:,?\s(?P<year>(?:19|20)\d\d)\b)?"
)
_SMALL_FIRST = re.compile(rf"(?P<month>{_any_of(_SMALL)})\b(?:\s|\sde\s|\sdel\s)(?P<year>(?:19|20)\d\d)\b(?P<number>)")
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_NEAR_DAYS = 240
_DECEMBER = 12


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date in a text; `day` is the first of its month or year when no more is told.

    `inferred`: the year was not told; `relative`: only the distance from publication was.
    """

    day: date
    precision: Precision
    role: DateRole
    inferred: bool
    start: int
    end: int
    relative: bool = False

    @property
    def last_day(self) -> date:
        """The last day that the date may mean: of "until November 2026" the 30th."""
        match self.precision:
            case Precision.DAY:
                return self.day
            case Precision.MONTH:
                return self.day.replace(day=monthrange(self.day.year, self.day.month)[1])
            case Precision.YEAR:
                return self.day.replace(month=_DECEMBER, day=31)

    @property
    def about(self) -> str | None:
        """The month or the year where no day is told: `2026-11`, `2028`."""
        return None if self.precision is Precision.DAY else self.day.isoformat()[: _ABOUT[self.precision]]


_ABOUT = {Precision.MONTH: len("2026-11"), Precision.YEAR: len("2028")}
Told = tuple[date, Precision, bool]
Reader = Callable[[re.Match[str], date], Told | None]


def dates(text: str, published_at: datetime) -> list[DateMention]:
    """Return the dates in the order of the text; a date without a year is the one nearest to publication."""
    published = published_at.date()
    found: list[DateMention] = []
    months_read: set[int] = set()
    for pattern, read in _patterns(text):
        for match in pattern.finditer(text):
            start, end = match.span()
            before = text[start - 1 : start]
            if start in months_read or (before.isascii() and before.isalnum()):
                continue
            months_read.add(match.start("month"))
            told = _valid(read, match, published)
            if told is not None:
                day, precision, inferred = told
                found.append(DateMention(day, precision, role_of(text, start, end), inferred, start, end))
    found += (
        DateMention(day, precision, role_of(text, start, end), inferred=True, start=start, end=end, relative=True)
        for day, precision, start, end in relative_dates(text, published)
    )
    found.sort(key=lambda item: item.start)
    return list(_ranged(found, text))


def _patterns(text: str) -> Iterator[tuple[re.Pattern[str], Reader]]:
    yield _NUMBER_FIRST, _number_first
    yield _MONTH_FIRST, _named
    if " de " in text or " en " in text:  # French and Spanish alone
        yield _SMALL_FIRST, _named


def _ranged(found: list[DateMention], text: str) -> Iterator[DateMention]:
    """Give the dates, where "to" joins two of them as the first day and the last."""
    for at, item in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else None
        before = found[at - 1] if at else None
        if item.role is DateRole.OCCURRED and after and joins(text, item.end, after.start):
            yield replace(item, role=DateRole.EFFECTIVE)
        elif item.role is not DateRole.EFFECTIVE and before and joins(text, before.end, item.start):
            yield replace(item, role=DateRole.UNTIL)
        else:
            yield item


def _valid(read: Reader, match: re.Match[str], published: date) -> Told | None:
    try:
        return read(match, published)
    except ValueError:  # 31 June: no date, whatever was meant
        return None


def _number_first(match: re.Match[str], published: date) -> Told | None:
    number = match["number"]
    if match["month"]:
        return _named(match, published)
    if match["iso"] or match["dm"]:
        told = f"{number}-{match['iso']}" if match["iso"] else f"{match['dy']}-{match['dm']:0>2}-{number:0>2}"
        return date.fromisoformat(told), Precision.DAY, False
    if match["zh"]:
        return _chinese(match)
    if match["zo"]:
        return _nearest(int(number), int(match["zo"]), published), Precision.DAY, True
    if not _FIRST_YEAR <= int(number) <= _LAST_YEAR or not cued_year(match.string, match.start()):
        return None
    return date(int(number), 1, 1), Precision.YEAR, False


def _chinese(match: re.Match[str]) -> Told | None:
    month, day = int(match["zm"] or 0), int(match["zd"] or 0)
    if not month and match.string.startswith("\u7b2c", match.end()):  # the year of an act's number is no date
        return None
    return date(int(match["number"]), month or 1, day or 1), _precision(month, day), False


def _precision(month: int, day: int) -> Precision:
    return Precision.DAY if day else Precision.MONTH if month else Precision.YEAR


def _named(match: re.Match[str], published: date) -> Told | None:
    month = _MONTHS[match["month"].lower()]
    day = int(match["number"] or 0)
    if match["year"]:
        return date(int(match["year"]), month, day or 1), _precision(month, day), False
    if not day and not cued_month(match.string, match.start()):  # a bare "May" is a verb as often as a month
        return None
    if match.string.startswith(" next year", match.end()):
        return date(published.year + 1, month, day or 1), _precision(month, day), False
    if not day and is_ahead(match.string, match.start()):
        return date(published.year + (month < published.month), month, 1), Precision.MONTH, True
    return _nearest(month, day or 1, published), _precision(month, day), True


def _nearest(month: int, day: int, published: date) -> date:
    near = date(published.year, month, day)
    if near - published > timedelta(days=_NEAR_DAYS):
        return near.replace(year=near.year - 1)
    if published - near > timedelta(days=_NEAR_DAYS):
        return near.replace(year=near.year + 1)
    return near
