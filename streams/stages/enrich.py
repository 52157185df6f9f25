"""What a report names: materials, places, organisations, legal references, customs and control codes, dates."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from schemas.signal import Stage
from streams.knowledge.lexicon import Concept
from streams.knowledge.matcher import Found
from streams.knowledge.model import Knowledge
from streams.stages.dates import DateMention, dates
from streams.stages.names import CUE_LANGUAGE, Matchers, Name, Named, matchers
from streams.stages.normalise import Normalised
from streams.stages.references import Reference, references_apart
from streams.stages.senses import FIRM, Context, Passage, ends_a_firm, meant
from streams.text.analyse import Tokens, analyse

__all__ = ("MAX_READ_LETTERS", "Code", "Cue", "Enriched", "Mention", "Named", "Part", "enrich")

MAX_READ_LETTERS = 200_000
"""What a report is about stands in its first hundred pages; annexes behind are kept and searched, not judged."""

_SENTENCE_END = re.compile("[.!?\u3002\uff01\uff1f\uff1b\\n]")
_ABBREVIATIONS = frozenset(
    (
        "No", "Nos", "no", "nos", "Mr", "Mrs", "Ms", "Dr", "Prof", "Gov", "Sen", "Rep", "Gen", "Inc", "Co", "Ltd",
        "Corp", "Bros", "Pty", "Pte", "Pvt", "Sdn", "Bhd", "vs", "al", "approx", "Art", "Sec", "Reg", "Ct", "Consol",
        "Op", "Fed", "St", "Mt", "Ft", "Jan", "Feb", "Aug", "Sept", "Oct", "Nov", "Dec",
    )
)  # fmt: skip
_HS = re.compile(r"[0-9][0-9]{3}(?:(?:\.[0-9]{2}){1,3}|[0-9]{2}(?:[0-9]{2}){0,2})(?![0-9])")
_HS_CUE = re.compile(
    r"\b(?:hs|hts|htsus|cn|taric|customs|tariff|heading|subheading|code|codes)\b|编号|税则", re.IGNORECASE
)
_ECCN = re.compile(r"[0-9][A-E][0-9]{3}(?:\.[a-z](?:\.\d{1,2})?){0,2}(?![0-9A-Za-z])")
_HS_LOOK_BACK = 60
_LONGEST_ABBREVIATION = 8


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


def enrich(report: Normalised, knowledge: Knowledge) -> Enriched:
    """Return the report with everything it names; total on any text and linear in its length."""
    texts = {"title": report.title[:MAX_READ_LETTERS], "text": report.text[:MAX_READ_LETTERS]}
    tokens = {name: analyse(text, CUE_LANGUAGE) for name, text in texts.items()}
    context = Context(tuple(tokens.values()))
    named = dict(zip(texts, references_apart(texts["title"], texts["text"], report.published_at.year), strict=True))
    parts = {
        name: _read(
            report,
            matchers(knowledge),
            Passage(text, tokens[name], report.language, context),
            name=name,
            acts=named[name],
        )
        for name, text in texts.items()
    }
    return Enriched(report, **parts)


def _read(report: Normalised, searched: Matchers, passage: Passage, *, name: str, acts: Sequence[Reference]) -> Part:
    text, tokens = passage.text, passage.tokens
    found = searched.surfaces.find(tokens.x)
    cues = [Cue(concept, first, last) for first, last, concept in searched.stems.find(tokens.s)]
    cues += (Cue(meaning, first, last) for first, last, meaning in found if isinstance(meaning, Concept))
    cues.sort(key=_first)
    return Part(
        name=name,
        text=text,
        tokens=tokens,
        sentence_ends=tuple(_sentence_ends(text)),
        mentions=tuple(_mentions(found, passage)),
        cues=tuple(cues),
        references=tuple(acts),
        dates=tuple(dates(text, report.published_at)),
        hs=tuple(_hs(text)),
        eccn=tuple(Code(match[0], *match.span()) for match in _ECCN.finditer(text) if _stands_alone(text, match)),
    )


def _first(cue: Cue) -> int:
    return cue.first


def _mentions(found: Iterable[Found[Name | Concept]], passage: Passage) -> Iterator[Mention]:
    seen: tuple[int, tuple[str, ...]] | None = None
    for first, last, name in meant(found, passage):
        if seen == (first, name.values):  # spelt alike in two languages
            continue
        seen = (first, name.values)
        start, end = passage.tokens.span(first, last - first)
        kind = FIRM if ends_a_firm(name, last, passage) else name.kind
        yield Mention(name.named, name.values, first, last, start, end, name.stage, kind)


def _sentence_ends(text: str) -> Iterator[int]:
    for match in _SENTENCE_END.finditer(text):
        end = match.start()
        if match[0] in ".!?" and not (text[end + 1 : end + 2].isspace() and not text[end + 2 : end + 3].islower()):
            continue
        if match[0] == ".":
            word = text[max(0, end - _LONGEST_ABBREVIATION) : end].replace(".", " ").rpartition(" ")[2]
            if word in _ABBREVIATIONS or len(word) == 1:
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
