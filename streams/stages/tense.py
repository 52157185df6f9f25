"""Whether a sentence tells something that is happening now or something that is long past."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from schemas.signal import Precision
from streams.stages.enrich import Part

_OLD_DAYS = 300
"""A deed this long before publication is no news: an anniversary, a background, a reminder."""

_FRESH_DAYS = 100
_OLD_WORDS = re.compile(
    r"(?<=\w) years? (?:ago|later|earlier(?! than)|before)\b"
    r"|\b(?:a decade (?:ago|later|earlier)|decades ago|last year|previous year"
    r"|in the past|back in|at the time|anniversary|years on from|looking back|once (?:banned|cut|stopped|halted)"
    r"|had (?:already )?(?:banned|cut|halted|imposed|introduced|restricted|suspended))\b"
    r"|(?:十|几|[一二三四五六七八九])年前|去年|周年|vor \w+ jahren|il y a \w+ ans|hace \w+ años"
)
_FRESH_WORDS = re.compile(
    r"\b(?:today|yesterday|tomorrow|tonight|this (?:week|month|morning)|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|with immediate effect|effective immediately|same day|from now on|next (?:week|month|year)"
    r"|has (?:now )?(?:just )?(?:announced|banned|imposed|lifted|suspended|extended|raised|decided))\b"
    r"|\b(?:is|are) (?:now |also |preliminarily )?\w+ing\b|\bhereby\b|\b(?:determines|finds|announces|continues to find)\b"
    r"|今日|今天|日前|即日起|昨日|heute|gestern|aujourd'hui|hier\b|hoy\b|ayer\b"
)
_OLD_HINTS = (
    "year", "decade", "past", "back in", "at the time", "anniversary", "looking back", "once ", "had ", "年", "vor ", "il y a",
    "hace ",
)  # fmt: skip
_PAST_YEAR = re.compile(r"(?<![/\-(\d.])\b(?:19|20)\d\d\b(?!\s?[/\-(年]|\)|\.\d)")
_REFERENCE_YEAR = re.compile(r"(?:no\.?\s?\d+|\d+)\s(?:of|from)\s$|list\s(?:of\s)?$")


def is_old(part: Part, index: int, words: str, published: date) -> bool:
    """Tell whether the sentence is told as past: by its dates or its words, and with nothing recent in it."""
    begin, end = bounds(part, index)
    days = [item for item in part.dates if begin <= item.start < end] if part.dates else []
    if days:
        old = all(item.last_day < published - timedelta(days=_OLD_DAYS) for item in days)
    else:
        old = _says(words, _OLD_HINTS, _OLD_WORDS) or (part.name == "title" and _names_an_old_year(words, published))
    return old and not is_fresh(part, index, words, published)


def is_fresh(part: Part, index: int, words: str, published: date) -> bool:
    """Tell whether the sentence tells of these days: a day near publication or still to come, or words for one."""
    begin, end = bounds(part, index)
    bar = published - timedelta(days=_FRESH_DAYS)
    if any(item.last_day >= bar for item in part.dates if begin <= item.start < end and _is_narrow(item.precision)):
        return True
    return _FRESH_WORDS.search(words) is not None


def _says(words: str, hints: tuple[str, ...], pattern: re.Pattern[str]) -> bool:
    """Tell whether the pattern is there; most sentences hold none of its hints, which is found out ten times as fast."""
    return any(hint in words for hint in hints) and pattern.search(words) is not None


def bounds(part: Part, index: int) -> tuple[int, int]:
    """Return where a sentence begins and ends."""
    ends: Sequence[int] = part.sentence_ends
    return ends[index - 1] if index else 0, ends[index] if index < len(ends) else len(part.text)


def _is_narrow(precision: Precision) -> bool:
    return precision is not Precision.YEAR


def _names_an_old_year(words: str, published: date) -> bool:
    return any(
        int(match[0]) < published.year
        for match in _PAST_YEAR.finditer(words)
        if not _REFERENCE_YEAR.search(words[: match.start()])
    )
