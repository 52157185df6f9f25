"""Legal references in a text, in one canonical form each: `CN-MOFCOM-2025-61`, `WT-DS592`, `CD-ARECOMS-2025-4`."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from streams.knowledge.matcher import Spotter
from streams.stages.chinese_acts import CHINESE_FORMS, UNDATED, is_chinese, named_again, undated
from streams.stages.reference_forms import FORMS, Act

_DIGIT = re.compile(r"\d")
"""Every form has a number; most titles have none."""

_YEAR = re.compile(r"(?<![\d,.])(?:19|20)\d\d(?![\d%]|[.,]\d)")
_CENTURY = "\u4e8c"
_ZH_YEAR = re.compile(
    "\u4e8c[\u3007\u96f6\u25cb][\u3007\u96f6\u25cb\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d]{2}(?=\\s?\u5e74)"
)
_ZH_DIGITS = str.maketrans("\u3007\u96f6\u25cb\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b\u4e5d", "000123456789")
"""A year in characters, as decrees write it; each digit is one letter still."""

_YEARLY = frozenset(("CN-STATECOUNCIL",))
"""Issuers whose acts are cited without a year and held with it."""

_BETWEEN = "\n~\n"
"""No form reads across it."""

_ALL_FORMS = (*CHINESE_FORMS, *FORMS, UNDATED)
_TRIGGERS = tuple(dict.fromkeys(trigger for form in _ALL_FORMS for trigger in form.triggers))
_SPOTTER = Spotter(_TRIGGERS)
_CALLED = tuple(tuple(at for at, form in enumerate(_ALL_FORMS) if trigger in form.triggers) for trigger in _TRIGGERS)
"""The forms, by their places, that each trigger calls for."""

_UNDATED_PLACE = _ALL_FORMS.index(UNDATED)

_Starts = Mapping[int, Sequence[int]]
"""The forms that are called for, by their places, and the letters where their triggers begin."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One legal reference: canonical form, its offsets, issuer, number and year where it has them.

    `clause` is the part of the act that is meant, where the words say so: `ref` is the act's all the same.
    """

    ref: str
    start: int
    end: int
    issuer: str
    number: str
    year: int | None
    clause: str | None = None

    @property
    def part(self) -> str:
        """The act, or the clause of it that is meant: `CN-MOFCOM-2024-46/2`."""
        return f"{self.ref}/{self.clause}" if self.clause else self.ref


def references_apart(title: str, text: str, published: int) -> tuple[list[Reference], list[Reference]]:
    """Return the references of a title and of its text: issuer and year may stand in the one for an act of the other.

    `published` is the year of publication: that of an act without a year, where the report prints no other.
    """
    offset = len(title) + len(_BETWEEN)
    found = references(f"{title}{_BETWEEN}{text}", published)
    ahead = [item for item in found if item.start < offset]
    behind = (item for item in found if item.start >= offset)
    return ahead, [replace(item, start=item.start - offset, end=item.end - offset) for item in behind]


def references(text: str, published: int | None = None) -> list[Reference]:
    """Return the references in the order of the text, each as often as it is named; linear in its length."""
    if not _DIGIT.search(text):
        return []
    lowered = _lowered(text)
    starts = _starts(lowered)
    found = [_reference(act) for act in _acts(lowered, starts)]
    if published:
        found = _dated(found, lowered, starts, published)
    known = {item.number: item for item in found if is_chinese(item.issuer)}
    if known:
        found += (
            _reference(Act(known[number].issuer, number, known[number].year, start, end, clause))
            for number, start, end, clause in named_again(lowered, known.keys())
        )
    return list(_apart(sorted(found, key=lambda item: (item.start, -item.end, item.clause or ""))))


def _dated(found: list[Reference], lowered: str, starts: _Starts, published: int) -> list[Reference]:
    """Return the acts, those without a year as of the year of publication: in a title, or where no earlier one is told."""
    known = {item.number for item in found if item.year}
    called = starts.get(_UNDATED_PLACE, ())
    bare = [_reference(act) for act in undated(lowered, called) if act.number not in known]
    bare += (item for item in found if not item.year and item.issuer in _YEARLY)
    if not bare:
        return found
    is_alone = all(int(year) >= published for year in _YEAR.findall(lowered))
    reach = len(lowered) if is_alone else lowered.find(_BETWEEN)
    told = {
        item: replace(item, ref=f"{item.issuer}-{published}-{item.number}", year=published)
        for item in bare
        if item.start < reach
    }
    return [*(item for item in found if item not in told), *told.values()]


def _lowered(text: str) -> str:
    """Return the text in small letters of the same offsets: a dotted capital I grows when lowered."""
    if _CENTURY in text:
        text = _ZH_YEAR.sub(lambda match: match[0].translate(_ZH_DIGITS), text)
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def _starts(lowered: str) -> _Starts:
    starts: dict[int, list[int]] = {}
    for trigger, begun in _SPOTTER.find(lowered).items():
        for place in _CALLED[trigger]:
            starts.setdefault(place, []).extend(begun)
    return starts


def _acts(lowered: str, starts: _Starts) -> Iterator[Act]:
    for place in sorted(starts):
        if place == _UNDATED_PLACE:
            continue
        form = _ALL_FORMS[place]
        for match in form.matches(lowered, starts[place]):
            before = lowered[match.start() - 1 : match.start()]
            if not (before.isascii() and before.isalnum()):
                yield from form.read(match)


def _reference(act: Act) -> Reference:
    number = act.number.lstrip("0") or act.number
    if act.issuer == "WT-DS":
        ref = f"{act.issuer}{number}"
    else:
        ref = f"{act.issuer}-{act.year}-{number}" if act.year else f"{act.issuer}-{number}"
    return Reference(ref, act.start, act.end, act.issuer, act.number, act.year, act.clause)


def _apart(found: Iterable[Reference]) -> Iterator[Reference]:
    """Give the references without those that a second form reads from the same letters."""
    ends: dict[tuple[str, str | None], int] = {}
    whole: dict[str, int] = {}
    for item in found:
        if item.start < ends.get((item.ref, item.clause), 0) or (
            not item.clause and item.start < whole.get(item.ref, 0)
        ):
            continue
        ends[item.ref, item.clause] = whole[item.ref] = item.end
        yield item
