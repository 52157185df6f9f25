"""A query as a function: does this thing match, and which of its words say so."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from streams.query.ast import Both, Either, Everything, Never, Node, Phrase, Range, Relative, Value
from streams.query.document import Document, TextPart, fold_value
from streams.query.relative import range_of
from streams.query.write import write
from streams.text.analyse import alternatives

MAX_SPANS: Final = 64
"""Places given for one clause; a word can stand in a text a hundred thousand times."""


@dataclass(frozen=True, slots=True)
class Span:
    """A clause that held, in canonical text, and the words that made it hold.

    `part` is `title` or `text` of the report with this index (-1: the thing's own title), and start and end are letters
    in it. A clause about a field holds without words: its part is empty.
    """

    clause: str
    report: int = 0
    part: str = ""
    start: int = 0
    end: int = 0


Spans = tuple[Span, ...]
Predicate = Callable[[Document], Spans | None]


def compile_predicate(node: Node) -> Predicate:  # noqa: PLR0911 - one return a kind of node
    """Return the query as a function: the spans that say why a document matches, or null if it does not.

    A NOT that holds gives no span. The order is that of the query, then of the document.
    """
    match node:
        case Everything():
            return lambda _document: ()
        case Phrase():
            return _phrase(node)
        case Value():
            return _value(node)
        case Range():
            return _range(node)
        case Relative():
            return _relative(node)
        case Both(parts):
            return _both([compile_predicate(part) for part in parts])
        case Either(parts):
            return _either([compile_predicate(part) for part in parts])
        case Never(part):
            inner = compile_predicate(part)
            return lambda document: () if inner(document) is None else None


def _phrase(node: Phrase) -> Predicate:
    name, wanted = write(node), alternatives(node.text)
    phrases: dict[str, list[tuple[str, ...]]] = {}
    for phrase in filter(None, (wanted.x, *wanted.s)):
        phrases.setdefault(phrase[0], []).append(phrase)

    def matches(document: Document) -> Spans | None:
        parts = (part for part in document.parts if node.field in (None, part.part))
        places = chain.from_iterable(_occurrences(name, part, phrases) for part in parts)
        return tuple(islice(places, MAX_SPANS)) or None

    return matches


def _occurrences(clause: str, part: TextPart, phrases: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[Span]:
    """Yield where one of the phrases, by their first words, stands in the part."""
    found = {
        (place, len(phrase))
        for first in phrases.keys() & part.words
        for place in part.places(first)
        for phrase in phrases[first]
        if len(phrase) == 1 or _stands_at(part, place, phrase)
    }
    for place, length in sorted(found):
        yield Span(clause, part.report, part.part, *part.tokens.span(place, length))


def _stands_at(part: TextPart, place: int, phrase: tuple[str, ...]) -> bool:
    end = place + len(phrase)
    return part.tokens.x[place:end] == phrase or part.tokens.s[place:end] == phrase


def _value(node: Value) -> Predicate:
    held, wanted = (Span(write(node)),), fold_value(node.value)
    return lambda document: held if wanted in document.folded.get(node.field, ()) else None


def _range(node: Range) -> Predicate:
    return _bounded(node, (Span(write(node)),))


def _relative(node: Relative) -> Predicate:
    """Return what compares with the thing's own now: a rule is asked as of the moment that made the thing what it is."""
    held = (Span(write(node)),)
    return lambda document: _bounded(range_of(node, document.now), held)(document)


def _bounded(node: Range, held: Spans) -> Predicate:
    def matches(document: Document) -> Spans | None:
        values: Sequence[float] = document.numbers.get(node.field) or document.times.get(node.field) or ()
        return held if any(_within(value, node) for value in values) else None

    return matches


def _within(value: float, bounds: Range) -> bool:
    if bounds.low is not None and (value < bounds.low or (value == bounds.low and not bounds.low_included)):
        return False
    return bounds.high is None or value < bounds.high or (value == bounds.high and bounds.high_included)


def _both(parts: Sequence[Predicate]) -> Predicate:
    def matches(document: Document) -> Spans | None:
        spans: list[Span] = []
        for part in parts:
            found = part(document)
            if found is None:
                return None
            spans += found
        return tuple(spans)

    return matches


def _either(parts: Sequence[Predicate]) -> Predicate:
    def matches(document: Document) -> Spans | None:
        answers = [found for part in parts if (found := part(document)) is not None]
        return tuple(chain.from_iterable(answers)) if answers else None

    return matches
