"""Days told by their distance from publication: "on Friday", "from Monday", "tomorrow", "last week", "heute"."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from schemas.signal import Precision
from streams.knowledge.matcher import Spotter, anchored

_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("Monday", "Montag"), ("Tuesday", "Dienstag"), ("Wednesday", "Mittwoch"), ("Thursday", "Donnerstag"),
            ("Friday", "Freitag"), ("Saturday", "Samstag", "Sonnabend"), ("Sunday", "Sonntag"),
        )
    )
    for name in names
}  # fmt: skip
_DISTANCES = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1, "heute": 0, "gestern": -1}
_BEGUN = Spotter((*_WEEKDAYS, *_DISTANCES, "next", "last"))
_RELATIVE = re.compile(
    rf"(?P<told>{'|'.join((*_WEEKDAYS, *_DISTANCES))}|next\s(?:week|month|year)|last\s(?:week|month|year))(?!\w|['\u2019]s\b)"
)
_AHEAD = re.compile(
    r"\b(?:next|from|until|till|by|before|starting|beginning|effective|due|begins|starts|ab|bis)\s(?:on\s|this\s|next\s|kommenden\s)?$"
    r"|\b(?:will|shall|set to|due to|is to|are to|would)\b(?![^.;,]*\b(?:said|told|announced|showed|reported)\b)[^.;,]{0,50}$"
)
_TO_DO = re.compile(
    r"(?:^|[\w:] )to (?:stop|ban|shut|halt|end|start|begin|curb|limit|lift|raise|impose|suspend|cut)\b[^.;,]{0,50}$"
)
_BACK = re.compile(r"\b(?:last|past|since|seit)\s$")
_LOOK_BACK = 70
_WEEK, _MONTHS = 7, 12


class Relative(NamedTuple):
    """A day, month or year and the letters that tell it."""

    day: date
    precision: Precision
    start: int
    end: int


def relative_dates(text: str, published: date) -> Iterator[Relative]:
    """Give what is told by its distance from publication, in the order of the text."""
    for match in anchored(_RELATIVE, text, chain.from_iterable(_BEGUN.find(text).values())):
        start, end = match.span()
        told = match["told"]
        if text[start - 1 : start].isalnum():
            continue
        if told in _WEEKDAYS:
            before = text[max(0, start - _LOOK_BACK) : start].lower()
            yield Relative(_weekday(_WEEKDAYS[told], before, published), Precision.DAY, start, end)
        elif told in _DISTANCES:
            yield Relative(published + timedelta(days=_DISTANCES[told]), Precision.DAY, start, end)
        else:
            day, precision = _unit(told[len("next ") :], published, side=1 if told.startswith("next") else -1)
            yield Relative(day, precision, start, end)


def is_ahead(text: str, start: int) -> bool:
    """Tell whether the words before make a day or a month one to come: "will stop in June", "from Monday"."""
    before = text[max(0, start - _LOOK_BACK) : start].lower()
    return _AHEAD.search(before) is not None or _TO_DO.search(before) is not None


def _weekday(number: int, before: str, published: date) -> date:
    """Return the nearest such day: before publication or on it, unless the words look ahead."""
    since = (published.weekday() - number) % _WEEK
    if _BACK.search(before):
        return published - timedelta(days=since or _WEEK)
    if _AHEAD.search(before):
        return published + timedelta(days=_WEEK - since if since else 0)
    return published - timedelta(days=since)


def _unit(unit: str, published: date, *, side: int) -> tuple[date, Precision]:
    if unit == "year":
        return date(published.year + side, 1, 1), Precision.YEAR
    if unit == "week":  # a week has no precision of its own: the month that it lies in
        return (published + timedelta(days=side * _WEEK)).replace(day=1), Precision.MONTH
    at = published.year * _MONTHS + published.month - 1 + side
    return date(at // _MONTHS, at % _MONTHS + 1, 1), Precision.MONTH
