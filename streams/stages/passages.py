"""Which words of a report are about which of the acts that it announces."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from streams.stages.acts import Acts, Named
from streams.stages.dates import DateMention
from streams.stages.enrich import Mention, Part

_JOINT = 16
"""Letters between two acts of one enumeration at most: "No. 55, No. 56"."""

_MORE_SENTENCES = 2
_MAX_PASSAGES = 12
"""What an act is stands where it is named first; an annex may name it a thousand times."""

_BRACKET_REACH = 40
_OPENING, _CLOSING = "(\uff08", ")\uff09"


@dataclass(frozen=True, slots=True)
class Passage:
    """Letters of a part that are about one act."""

    part: Part
    start: int
    end: int

    def dates(self) -> Iterator[DateMention]:
        """Give the dates told there."""
        return (item for item in self.part.dates if self.start <= item.start < self.end)

    def mentions(self) -> Iterator[Mention]:
        """Give what is named there."""
        return (item for item in self.part.mentions if self.start <= item.start < self.end)

    def words(self) -> str:
        """Return the words in small letters."""
        return self.part.text[self.start : self.end].lower()


def passages(acts: Acts) -> Mapping[str | None, tuple[Passage, ...]]:
    """Return the passages about each announced act, in the order of the text; under null those about the acts changed.

    An act's words are those from its name to the next act's, or those before its name where names stand in brackets behind;
    acts of one enumeration share theirs. The sentences that follow belong to the act until another is named.
    """
    announced = {item.ref for item in acts.announced}
    found: dict[str | None, list[Passage]] = {}
    by_part: dict[str, list[Named]] = {}
    for one in acts.named:
        if one.item.ref in announced or (one.kind and not announced):
            by_part.setdefault(one.part.name, []).append(one)
    for named in by_part.values():
        groups = list(_enumerations(named))
        for at, group in enumerate(groups):
            passage = _passage(groups, at)
            for ref in dict.fromkeys(one.item.ref if announced else None for one in group):
                told = found.setdefault(ref, [])
                if len(told) < _MAX_PASSAGES:
                    told.append(passage)
    return {ref: tuple(items) for ref, items in found.items()}


def _enumerations(named: Sequence[Named]) -> Iterator[list[Named]]:
    group: list[Named] = []
    for one in named:
        last = group[-1] if group else None
        if last and (one.sentence != last.sentence or not _is_joined(last, one)):
            yield group
            group = []
        group.append(one)
    if group:
        yield group


def _is_joined(last: Named, one: Named) -> bool:
    between = one.part.text[last.item.end : one.item.start]
    return len(between) <= _JOINT and not any(char in between for char in f"{_OPENING}{_CLOSING};:")


def _passage(groups: Sequence[Sequence[Named]], at: int) -> Passage:
    group = groups[at]
    first, last = group[0], group[-1]
    part = first.part
    before = groups[at - 1][-1] if at else None
    begin = part.sentence_ends[first.sentence - 1] if first.sentence else 0
    if before is not None and before.sentence == first.sentence:
        begin = before.item.end
    if _is_bracketed(first):
        return Passage(part, begin, last.item.end)
    following = groups[at + 1][0] if at + 1 < len(groups) else None
    alone = before is None or before.sentence != first.sentence
    start = begin if alone and (following is None or following.sentence != first.sentence) else first.item.start
    return Passage(part, start, _end(part, last, following))


def _end(part: Part, last: Named, following: Named | None) -> int:
    """Return where the passage ends: at the next act, after two further sentences, or with the paragraph."""
    ends = part.sentence_ends
    reach = last.sentence + _MORE_SENTENCES
    end = ends[reach] if reach < len(ends) else len(part.text)
    paragraph = part.text.find("\n", last.item.end)
    if following is not None:
        begin = ends[following.sentence - 1] if following.sentence > last.sentence else following.item.start
        end = min(end, begin)
    return min(end, paragraph) if paragraph >= 0 else end


def _is_bracketed(one: Named) -> bool:
    near = one.part.text[max(0, one.item.start - _BRACKET_REACH) : one.item.start]
    return max(near.rfind(char) for char in _OPENING) > max(near.rfind(char) for char in _CLOSING)
