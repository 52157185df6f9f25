"""Whether a word means what it may name: the metal or the verb, the country or the bird, by the words around it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from streams.knowledge.lexicon import Sense
from streams.knowledge.matcher import Found, longest
from streams.stages.names import NOTHING, Name, Named
from streams.text.analyse import Tokens

_UNLESS_REACH, _ONLY_IF_REACH = 2, 3
_PARTED = re.compile(r"[.!?;]\s|[\n\u3002\uff0c\u3001\uff1b\uff1a]")
"""What stands between words that are no phrase."""

_MONIES = frozenset(
    (
        "cent", "cents", "crown", "crowns", "currency", "dlr", "dlrs", "dollar", "dollars", "franc", "francs", "krona",
        "krone", "mark", "marks", "peso", "pesos", "pound", "pounds", "rand", "ringgit", "rouble", "roubles", "ruble",
        "rubles", "rupee", "rupees", "won", "yen", "yuan",
    )
)  # fmt: skip
"""What is counted in Canadian dollars has nothing to do with Canada."""

FIRM = "firm"
"""The kind of a place's name that ends a firm's: Hanwha Malaysia Sdn. Bhd."""

_FIRMS = frozenset(
    (
        "ag",
        "bhd",
        "bv",
        "co",
        "corp",
        "gmbh",
        "inc",
        "llc",
        "limited",
        "ltd",
        "nv",
        "plc",
        "pte",
        "pty",
        "pvt",
        "sdn",
        "spa",
    )
)

_IN_A_FIRM = frozenset(("name", "region", "city"))
_FIRM_GAP = re.compile(r"\)?,? ")
_HONORIFICS = frozenset(("dr", "judge", "miss", "mr", "mrs", "ms", "prof", "professor", "sir"))
_COUNTED = "\u65e5"
"""The day of a Chinese date: where `14\u65e5` ends one sentence, `\u672c` begins the next, and Japan is in neither."""


_KANA = re.compile("[\u30a1-\u30fa\u30fc]")
"""Katakana spell foreign words: \u30a6\u30e9\u30f3 is uranium, and the beginning of Ulaanbaatar."""


@dataclass(frozen=True, eq=False)
class Context:
    """Title and text of one report: words that are told anywhere in it decide what a name means."""

    parts: tuple[Tokens, ...]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of the report; made only for the few names that ask for it."""
        return frozenset(word for tokens in self.parts for word in tokens.x)


@dataclass(frozen=True, slots=True)
class Passage:
    """The title or the text in which names were found, with its language and the report around it."""

    text: str
    tokens: Tokens
    language: str
    context: Context


def meant(found: Iterable[Found[object]], passage: Passage) -> Iterator[Found[Name]]:
    """Return the names that a passage means, in its order: the longest of several, in the sense that the words give."""
    cased = not passage.text.isupper() and not passage.text.islower()
    written = [
        (first, last, name)
        for first, last, name in found
        if isinstance(name, Name) and _is_written_so(name, (first, last), passage, cased=cased)
    ]
    for first, last, name in longest(written):
        if name.kind != NOTHING and _is_meant(name, first, last, passage):
            yield first, last, name


def _is_written_so(name: Name, words: tuple[int, int], passage: Passage, *, cased: bool) -> bool:
    if name.language is not None and not passage.language.startswith(name.language):
        return False
    start, end = passage.tokens.span(words[0], words[1] - words[0])
    text = passage.text
    if name.exact is not None:
        return text[start:end] in {name.exact, name.exact.upper()}
    if name.characters and (end - start != words[1] - words[0] or _is_inside(text, start, end)):
        return False
    if name.capital and cased and text[start].islower():
        return False
    return words[1] - words[0] == 1 or name.characters or not _PARTED.search(text, start, end)


def _is_inside(text: str, start: int, end: int) -> bool:
    """Tell whether the characters belong to another word: the day of a date, or a longer one in katakana."""
    if text[start] == _COUNTED:
        return text[start - 1 : start].isdigit()
    around = text[max(0, start - 1) : start], text[end : end + 1]
    return bool(_KANA.match(text, end - 1)) and any(map(_KANA.match, around))


def _is_meant(name: Name, first: int, last: int, passage: Passage) -> bool:
    if name.sense and not has_sense(name.sense, (first, last), passage):
        return False
    return name.named is not Named.PLACE or _is_a_place(first, last, passage)


def _is_a_place(first: int, last: int, passage: Passage) -> bool:
    words = passage.tokens.x
    if last < len(words) and words[last] in _MONIES:
        return False
    return not (first and words[first - 1] in _HONORIFICS)


def ends_a_firm(name: Name, last: int, passage: Passage) -> bool:
    """Tell whether the place that ends before this word is part of a firm's name."""
    words = passage.tokens.x
    return name.kind in _IN_A_FIRM and last < len(words) and words[last] in _FIRMS and _adjoins(last, passage)


def _adjoins(at: int, passage: Passage) -> bool:
    """Tell whether the word at this place belongs to what stands before it: written large, with no end between."""
    before, start = passage.tokens.span(at - 1)[1], passage.tokens.span(at)[0]
    return bool(_FIRM_GAP.fullmatch(passage.text, before, start)) and not passage.text[start].islower()


def has_sense(sense: Sense, at: tuple[int, int], passage: Passage) -> bool:
    """Tell whether the words around, and those told anywhere in the report, leave the name its sense."""
    words: Sequence[str] = passage.tokens.x
    if not sense.unless.isdisjoint(_near(words, at, _UNLESS_REACH)):
        return False
    if sense.only_if and sense.only_if.isdisjoint(_near(words, at, _ONLY_IF_REACH)):
        return False
    told = passage.context.words if sense.unless_told or sense.only_if_told else frozenset()
    if sense.only_if_told and sense.only_if_told.isdisjoint(told):
        return False
    return sense.unless_told.isdisjoint(told)


def _near(words: Sequence[str], at: tuple[int, int], reach: int) -> tuple[str, ...]:
    first, last = at
    return (*words[max(0, first - reach) : first], *words[last : last + reach])
