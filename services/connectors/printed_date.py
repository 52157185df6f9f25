"""Days as lists of notices print them, in the forms and languages of the pages that we read."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from typing import Final

MAX_LETTERS: Final = 2_000
"""How much of an item is searched: a list prints its dates near its titles."""

# The beginnings of each month's names in en, de, fr, es, it, pt, nl, id, pl and ru, without marks.
_MONTHS: Final = (
    "jan ene gen sty янв", "feb fev lut фев", "mar мар", "apr avr abr kwi апр", "may mai mei mag maj мая май",
    "jun juin giu cze июн", "jul juil lug lip июл", "aug aou ago agu sie авг", "sep set wrz сен",
    "oct okt ott out paz окт", "nov lis ноя", "dec dez dic des gru дек",
)  # fmt: skip
_MONTH_OF: Final = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names.split()}
_REIWA_BEGAN: Final = 2019
_CENTURY: Final = r"(?<!\d)(?P<y>(?:19|20)\d\d)"
_DAY: Final = r"(?P<d>\d{1,2})"
_WORD: Final = r"(?P<word>[^\W\d_]{3,12})"

Read = Callable[[re.Match[str], bool], date]


def printed_day(text: str, *, month_first: bool = False) -> date | None:
    """Return the first whole day that is printed in a text, or null.

    Read are 2025-10-09 (with `-`, `/` or `.`), 20251009, 2025年10月9日, 2025년 10월 9일, 令和7年10月9日, 09.10.2025 (the
    same three signs), 9 October 2025 and October 9, 2025. `month_first` reads 10/09/2025 as Americans do; where only
    one order makes a day, it is that one. Years are 1900 to 2099: whether a day is believable is not judged here.
    """
    plain = unicodedata.normalize("NFKC", text[:MAX_LETTERS])
    found = ((match.start(), day) for match, day in _days(plain, month_first=month_first))
    return min(found, default=(0, None))[1]


def moment_of(day: date | None) -> datetime | None:
    """Return the beginning of a day in UTC: a list gives no hour."""
    return datetime.combine(day, time(), UTC) if day else None


def _days(text: str, *, month_first: bool) -> Iterator[tuple[re.Match[str], date]]:
    """Yield for each form the first place that is a day."""
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            try:
                yield match, read(match, month_first)
            except ValueError:  # 31 June, or a word that is no month
                continue
            break


def _year_first(match: re.Match[str], _month_first: bool) -> date:  # noqa: FBT001 - all readers have one shape
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def _reiwa(match: re.Match[str], _month_first: bool) -> date:  # noqa: FBT001
    year = 1 if match["y"] == "元" else int(match["y"])
    return date(_REIWA_BEGAN - 1 + year, int(match["m"]), int(match["d"]))


def _year_last(match: re.Match[str], month_first: bool) -> date:  # noqa: FBT001
    one, other, year = int(match["d"]), int(match["m"]), int(match["y"])
    day, month = (other, one) if month_first else (one, other)
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, day, month)


def _named(match: re.Match[str], _month_first: bool) -> date:  # noqa: FBT001
    return date(int(match["y"]), _month(match["word"]), int(match["d"]))


def _month(word: str) -> int:
    """Return the number of a month by its name or the beginning of it; ValueError for another word."""
    bare = "".join(letter for letter in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(letter))
    for letters in (4, 3):
        if number := _MONTH_OF.get(bare[:letters]):
            return number
    raise ValueError("no month has such a name")


_FORMS: Final[tuple[tuple[re.Pattern[str], Read], ...]] = (
    (re.compile(rf"{_CENTURY}(?P<sign>[-/.])(?P<m>\d{{1,2}})(?P=sign){_DAY}(?!\d)"), _year_first),
    (re.compile(rf"{_CENTURY}(?P<m>\d\d)(?P<d>\d\d)(?!\d)"), _year_first),
    (re.compile(rf"{_CENTURY}\s?[年년]\s?(?P<m>\d{{1,2}})\s?[月월]\s?{_DAY}\s?[日일]"), _year_first),
    (re.compile(rf"令和\s?(?P<y>元|\d{{1,2}})\s?年\s?(?P<m>\d{{1,2}})\s?月\s?{_DAY}\s?日"), _reiwa),
    (re.compile(rf"(?<!\d){_DAY}(?P<sign>[-/.])(?P<m>\d{{1,2}})(?P=sign)(?P<y>(?:19|20)\d\d)(?!\d)"), _year_last),
    (
        re.compile(rf"(?<!\d){_DAY}(?:st|nd|rd|th|er|\.|º)?[\s-](?:de\s)?{_WORD}\.?,?[\s-](?:de\s)?{_CENTURY}(?!\d)"),
        _named,
    ),
    (re.compile(rf"(?<!\w){_WORD}\.?\s{_DAY}(?:st|nd|rd|th)?,?\s{_CENTURY}(?!\d)"), _named),
)
