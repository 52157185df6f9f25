"""What a report names: materials, places, organisations, legal references, customs and control codes, dates."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from schemas.signal import Stage
from streams.knowledge.lexicon import EXACT, Concept, Sense
from streams.knowledge.matcher import Found, Matcher, longest
from streams.knowledge.model import Knowledge
from streams.stages.dates import DateMention, dates
from streams.stages.normalise import Normalised
from streams.stages.references import Reference, references
from streams.text.analyse import Tokens, analyse

CUE_LANGUAGE = "en"
"""English cues are matched by stem, in any text; the other languages' by surface."""

MAX_READ_LETTERS = 200_000
"""What a report is about stands in its first hundred pages; annexes behind are kept and searched, not judged."""

_ALWAYS = frozenset(("en", "zh", "ja"))
_MAX_ACRONYM = 6
_UNLESS_REACH, _ONLY_IF_REACH = 2, 3
_SENTENCE_END = re.compile("[.!?\u3002\uff01\uff1f\uff1b\\n]")
_ABBREVIATIONS = frozenset(
    (
        "No",
        "Nos",
        "Mr",
        "Ms",
        "Dr",
        "Inc",
        "Co",
        "Ltd",
        "Corp",
        "vs",
        "approx",
        "Jan",
        "Feb",
        "Sept",
        "Oct",
        "Nov",
        "Dec",
    )
)
_HS = re.compile(r"[0-9][0-9]{3}(?:(?:\.[0-9]{2}){1,3}|[0-9]{2}(?:[0-9]{2}){0,2})(?![0-9])")
_HS_CUE = re.compile(
    r"\b(?:hs|hts|htsus|cn|taric|customs|tariff|heading|subheading|code|codes)\b|编号|税则", re.IGNORECASE
)
_ECCN = re.compile(r"[0-9][A-E][0-9]{3}(?:\.[a-z](?:\.\d{1,2})?){0,2}(?![0-9A-Za-z])")
_HS_LOOK_BACK = 60
_LONGEST_ABBREVIATION = 8


class Named(StrEnum):
    """What kind of thing a mention names."""

    MATERIAL = "material"
    PLACE = "place"
    ORGANISATION = "organisation"


class Mention(NamedTuple):
    """Words that name something: `first` and `last` count words (end exclusive), `start` and `end` letters.

    A named tuple, like `Cue`, because they are made by the thousand and a frozen dataclass takes three times as long.
    """

    named: Named
    values: tuple[str, ...]
    first: int
    last: int
    start: int
    end: int
    stage: Stage | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A customs or control code and its offsets."""

    code: str
    start: int
    end: int


class Cue(NamedTuple):
    """A concept of the lexicon at words `first` to `last` (end exclusive)."""

    concept: Concept
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Part:
    """The title or the text as it was read; everything is in the order of the words."""

    name: str
    text: str
    tokens: Tokens
    sentence_ends: tuple[int, ...]
    mentions: tuple[Mention, ...]
    cues: tuple[Cue, ...]
    references: tuple[Reference, ...]
    dates: tuple[DateMention, ...]
    hs: tuple[Code, ...]
    eccn: tuple[Code, ...]

    def sentence_at(self, letter: int) -> int:
        """Return which sentence the letter is in, from 0."""
        return bisect_right(self.sentence_ends, letter)


@dataclass(frozen=True, slots=True)
class Enriched:
    """A report and what it names."""

    report: Normalised
    title: Part
    text: Part

    @property
    def parts(self) -> tuple[Part, Part]:
        """Title, then text."""
        return self.title, self.text


@dataclass(frozen=True, slots=True)
class _Name:
    """A name as it is looked for. `exact`: the very letters (acronyms); `capital`: the first letter must be one."""

    named: Named
    values: tuple[str, ...]
    stage: Stage | None = None
    kind: str = ""
    exact: str | None = None
    capital: bool = False
    language: str | None = None
    sense: Sense | None = None


@dataclass(frozen=True, slots=True)
class _Matchers:
    surfaces: Matcher[_Name | Concept]
    stems: Matcher[Concept]


def enrich(report: Normalised, knowledge: Knowledge) -> Enriched:
    """Return the report with everything it names; total on any text and linear in its length."""
    matchers = _matchers(knowledge)
    return Enriched(report, _read(report, matchers, name="title"), _read(report, matchers, name="text"))


def _read(report: Normalised, matchers: _Matchers, *, name: str) -> Part:
    text = (report.title if name == "title" else report.text)[:MAX_READ_LETTERS]
    tokens = analyse(text, CUE_LANGUAGE)
    found = matchers.surfaces.find(tokens.x)
    cues = [Cue(concept, first, last) for first, last, concept in matchers.stems.find(tokens.s)]
    cues += (Cue(meaning, first, last) for first, last, meaning in found if isinstance(meaning, Concept))
    cues.sort(key=_first)
    return Part(
        name=name,
        text=text,
        tokens=tokens,
        sentence_ends=tuple(_sentence_ends(text)),
        mentions=tuple(_mentions(found, text, tokens, language=report.language)),
        cues=tuple(cues),
        references=tuple(references(text)),
        dates=tuple(dates(text, report.published_at)),
        hs=tuple(_hs(text)),
        eccn=tuple(Code(match[0], *match.span()) for match in _ECCN.finditer(text) if _stands_alone(text, match)),
    )


def _first(cue: Cue) -> int:
    return cue.first


@lru_cache(maxsize=4)
def _matchers(knowledge: Knowledge) -> _Matchers:
    surfaces: list[tuple[Sequence[str], _Name | Concept]] = [
        (analyse(text, CUE_LANGUAGE).x, name) for text, name in _names(knowledge)
    ]
    stems: list[tuple[Sequence[str], Concept]] = []
    for concept, language, phrase in knowledge.lexicon.phrases():
        by_stem = language == CUE_LANGUAGE and not phrase.startswith(EXACT)
        tokens = analyse(phrase.removeprefix(EXACT), CUE_LANGUAGE)
        if by_stem:
            stems.append((tokens.s, concept))
        else:
            surfaces.append((tokens.x, concept))
    return _Matchers(Matcher(dict.fromkeys(surfaces)), Matcher(dict.fromkeys(stems)))


def _names(knowledge: Knowledge) -> Iterator[tuple[str, _Name]]:
    senses = knowledge.lexicon.senses
    for item in knowledge.material_names:
        yield (
            item.text,
            _Name(
                Named.MATERIAL,
                item.materials,
                stage=item.stage,
                exact=_acronym(item.text),
                language=None if item.language in _ALWAYS else item.language,
                sense=senses[item.sense] if item.sense else None,
            ),
        )
    for place in knowledge.place_names:
        yield (
            place.text,
            _Name(Named.PLACE, (place.code,), kind=place.kind, exact=_acronym(place.text), capital=True),
        )
    for organisation in knowledge.organisations.values():
        for text in organisation.names:
            yield (
                text,
                _Name(
                    Named.ORGANISATION, (organisation.id,), kind=organisation.kind, exact=_acronym(text), capital=True
                ),
            )


def _acronym(text: str) -> str | None:
    """Return the text when its very letters matter: `US` is not `us`, `APT` is not `apt`."""
    return text if text.isascii() and text.isupper() and text.isalpha() and len(text) <= _MAX_ACRONYM else None


def _mentions(
    found: Iterable[Found[_Name | Concept]], text: str, tokens: Tokens, *, language: str
) -> Iterator[Mention]:
    cased = not text.islower()
    names = [
        (first, last, name)
        for first, last, name in found
        if isinstance(name, _Name) and _is_written_so(name, text, tokens.span(first, last - first), cased=cased)
    ]
    seen: tuple[int, tuple[str, ...]] | None = None
    for first, last, name in longest(names):
        if name.language is not None and not language.startswith(name.language):
            continue
        if name.kind == "none" or (name.sense and not _has_sense(name.sense, tokens.x, first, last)):
            continue
        if seen == (first, name.values):  # spelt alike in two languages
            continue
        seen = (first, name.values)
        start, end = tokens.span(first, last - first)
        yield Mention(name.named, name.values, first, last, start, end, name.stage, name.kind)


def _is_written_so(name: _Name, text: str, span: tuple[int, int], *, cased: bool) -> bool:
    start, end = span
    if name.exact is not None:
        return text[start:end] == name.exact
    return not (name.capital and cased and text[start].islower())


def _has_sense(sense: Sense, words: Sequence[str], first: int, last: int) -> bool:
    near = (*words[max(0, first - _ONLY_IF_REACH) : first], *words[last : last + _ONLY_IF_REACH])
    if sense.only_if and sense.only_if.isdisjoint(near):
        return False
    return sense.unless.isdisjoint((*words[max(0, first - _UNLESS_REACH) : first], *words[last : last + _UNLESS_REACH]))


def _sentence_ends(text: str) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text):
        end = match.start()
        if match[0] in ".!?" and not (text[end + 1 : end + 2].isspace() and not text[end + 2 : end + 3].islower()):
            continue
        if match[0] == ".":
            word = text[max(0, end - _LONGEST_ABBREVIATION) : end].replace(".", " ").rpartition(" ")[2]
            if word in _ABBREVIATIONS or (len(word) == 1 and word.isupper()):
                continue
        yield end + 1


def _hs(text: str) -> Iterator[Code]:
    for match in _HS.finditer(text):
        if not _stands_alone(text, match):
            continue
        if "." in match[0] or _HS_CUE.search(text, max(0, match.start() - _HS_LOOK_BACK), match.start()):
            yield Code(match[0].replace(".", ""), *match.span())


def _stands_alone(text: str, match: re.Match[str]) -> bool:
    before = text[match.start() - 1 : match.start()]
    return not (before.isascii() and (before.isalnum() or before in {".", ","}) and before != "")
