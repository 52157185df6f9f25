"""When a text says that things happen: announced, in effect, over, or simply done, whether or not a law is behind them."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import islice

from schemas.signal import DateRole, MeasureClaim, Precision, ToldDate
from streams.stages.date_roles import is_day_of_issue, is_halt
from streams.stages.dates import DateMention
from streams.stages.enrich import Enriched, Part
from streams.stages.measures import is_immediate, is_set_aside

_MAX_DATES = 12
_DATELINE_REACH = 48
"""Letters before the day of a dateline, which is the first of its text: "DAR ES SALAAM (Reuters), March 7 -"."""

_LINE_REACH = 32
"""Letters before the day in a last line: "Kinshasa, Democratic Republic of Congo, "."""

_When = tuple[DateRole, date | None, str | None]
_DONE = (DateRole.ANNOUNCED, DateRole.OCCURRED)
_LEAD = 4
_BACKGROUND = timedelta(days=400)
"""A start or an end that lies further back is told as history."""

_ENDING = re.compile(r"[\s.)\]\u3002]*$")
_DATELINE = re.compile(r"[^.]{0,24}[-\u2013\u2014.:]")
_AHEAD = re.compile(r"\s(?:in|on|by|before|after|end of|early in|late in)$")
_AHEAD_REACH = 16


def timeline(enriched: Enriched, claims: Iterable[MeasureClaim]) -> tuple[ToldDate, ...]:
    """Return the dates of what a text tells, each once: its day of issue, starts, ends, and past days of its lead.

    The days of the measures come with them. What the report overtakes, and the years of its background, are left out.
    """
    published = enriched.report.published_at.date()
    told = [item for part in enriched.parts for item in _of_part(part, published)]
    begun = {item.day for role, item in told if role is DateRole.EFFECTIVE}
    if not begun:
        told += ((DateRole.EFFECTIVE, item) for part in enriched.parts for item in _ahead(part, published))
    begun = begun.difference(item.day for role, item in told if role in _DONE)
    found: list[_When] = [(role, None if item.about else item.day, item.about) for role, item in told]
    found += _of_claims(claims, begun)
    issued = next((day for wanted in _DONE for role, day, _ in found if role is wanted and day), None)
    if issued and any(is_immediate(part.text.lower()) for part in enriched.parts):
        found.append((DateRole.EFFECTIVE, issued, None))
    announced = {item[1:] for item in found if item[0] is DateRole.ANNOUNCED}
    kept = dict.fromkeys(item for item in found if item[0] is not DateRole.OCCURRED or item[1:] not in announced)
    return tuple(_told(*item) for item in islice(kept, _MAX_DATES))


def _of_part(part: Part, published: date) -> Iterator[tuple[DateRole, DateMention]]:
    for item in part.dates:
        if is_set_aside(part, item):
            continue
        is_day, is_past = item.precision is Precision.DAY, item.day <= published
        if _is_of_issue(part, item) or (
            item.role is DateRole.EFFECTIVE and is_day_of_issue(part.text, item.start, item.end)
        ):
            yield DateRole.ANNOUNCED, item
        if item.role is not DateRole.OCCURRED and item.last_day >= published - _BACKGROUND:
            yield item.role, item
        if is_past and _is_done(part, item) and (is_day or not item.relative) and part.sentence_at(item.start) < _LEAD:
            yield DateRole.OCCURRED, item


def _is_done(part: Part, item: DateMention) -> bool:
    return item.role is DateRole.OCCURRED or (item.role is DateRole.EFFECTIVE and is_halt(part.text, item.start))


def _is_of_issue(part: Part, item: DateMention) -> bool:
    """Tell whether the day stands alone at the beginning of a text or at its end: BEIJING, Nov 3 - ... (13 June 2025)."""
    if part.name != "text" or item.role is not DateRole.OCCURRED or item.precision is not Precision.DAY:
        return False
    if _ENDING.match(part.text, item.end):
        sentence = part.sentence_at(item.start)
        begin = part.sentence_ends[sentence - 1] if sentence else 0
        before = part.text[begin : item.start].rstrip()
        return before.endswith("(") or (item.start - begin < _LINE_REACH and before[-1:] in {"", ","})
    begins = item.start < _DATELINE_REACH and not part.sentence_at(item.start) and not item.relative
    return begins and _DATELINE.match(part.text, item.end) is not None


def _ahead(part: Part, published: date) -> Iterator[DateMention]:
    """Give the days to come on which something will be done: "will stop selling the ore in 2029"."""
    for item in part.dates:
        if item.role is DateRole.OCCURRED and item.day > published and not is_set_aside(part, item):
            before = part.text[max(0, item.start - _AHEAD_REACH) : item.start].lower().rstrip()
            if item.precision is Precision.DAY or item.relative or _AHEAD.search(f" {before}"):
                yield item


def _of_claims(claims: Iterable[MeasureClaim], begun: Collection[date]) -> Iterator[_When]:
    """Give the measures' days; one that the words tell as a start alone is not the day of the announcement."""
    for claim in claims:
        days: Sequence[_When] = (
            (DateRole.ANNOUNCED, claim.announced, claim.announced_about),
            (DateRole.EFFECTIVE, claim.effective_from, claim.effective_from_about),
            (DateRole.UNTIL, claim.effective_to, claim.effective_to_about),
        )
        yield from (item for item in days if (item[1] or item[2]) and _is_so(item[0], item[1], begun))


def _is_so(role: DateRole, day: date | None, begun: Collection[date]) -> bool:
    return role is not DateRole.ANNOUNCED or day not in begun


def _told(role: DateRole, day: date | None, about: str | None) -> ToldDate:
    if not about:
        return ToldDate(role=role, precision=Precision.DAY, day=day)
    is_month = len(about) > len("2028")
    return ToldDate(role=role, precision=Precision.MONTH if is_month else Precision.YEAR, about=about)
