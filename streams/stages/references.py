"""Legal references in a text, in one canonical form each: `CN-MOFCOM-2025-61`, `WT-DS592`, `CD-ARECOMS-2025-4`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from streams.knowledge.matcher import Spotter
from streams.stages.chinese_acts import CHINESE_FORMS, is_chinese, named_again
from streams.stages.reference_forms import FORMS, Act

_DIGIT = re.compile(r"\d")
"""Every form has a number; most titles have none."""

_ALL_FORMS = (*CHINESE_FORMS, *FORMS)
_TRIGGERED = tuple((trigger, form) for form in _ALL_FORMS for trigger in form.triggers)
_SPOTTER = Spotter(trigger for trigger, _ in _TRIGGERED)


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


def references(text: str) -> list[Reference]:
    """Return the references in the order of the text, each as often as it is named; linear in its length."""
    if not _DIGIT.search(text):
        return []
    lowered = _lowered(text)
    found = [_reference(act) for act in _acts(lowered)]
    known = {item.number: item for item in found if is_chinese(item.issuer)}
    if known:
        found += (
            _reference(Act(known[number].issuer, number, known[number].year, start, end, clause))
            for number, start, end, clause in named_again(lowered, known.keys())
        )
    return list(_apart(sorted(found, key=lambda item: (item.start, -item.end, item.clause or ""))))


def _lowered(text: str) -> str:
    """Return the text in small letters of the same offsets: a dotted capital I grows when lowered."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def _acts(lowered: str) -> Iterator[Act]:
    for form in dict.fromkeys(_TRIGGERED[at][1] for at in sorted(_SPOTTER.find(lowered))):
        for match in form.pattern.finditer(lowered):
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
