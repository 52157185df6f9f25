"""A query as a function: does this thing match, and which of its words say so."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from streams.query.ast import (
    Both,
    Either,
    Everything,
    Never,
    Node,
    Phrase,
    Prefix,
    Present,
    Range,
    Relative,
    Value,
    Words,
)
from streams.query.document import Document, TextPart, fold_value
from streams.query.prefix import folded_prefix, is_of_words
from streams.query.relative import range_of
from streams.query.write import write
from streams.text.analyse import alternatives

MAX_SPANS: Final = 64
"""Places given for one clause; a word can stand in a text a hundred thousand times."""


@dataclass(frozen=True, slots=True)
class Span:
    """A clause that held, in canonical text, and the words that made it hold.

    `part` is `title` or `text` of the report with this index (-1: the thing's own title), and start and end are letters
    in it. A clause about a value shows the words that led to it; where none did, and for sizes, its part is empty.
    """

    clause: str
    report: int = 0
    part: str = ""
    start: int = 0
    end: int = 0


Spans = tuple[Span, ...]
Predicate = Callable[[Document], Spans | None]
Row = tuple[int, int]
"""The index of a first word, and how many there are from it on."""


def compile_predicate(node: Node) -> Predicate:  # noqa: C901, PLR0911 - one return a kind of node
    """Return the query as a function: the spans that say why a document matches, or null if it does not.

    A NOT that holds gives no span. The order is that of the query, then of the document.
    """
    match node:
        case Everything():
            return lambda _document: ()
        case Phrase():
            return _phrase(node)
        case Words():
            return _words(node)
        case Prefix():
            return _prefix(node)
        case Present(field):
            held = (Span(write(node)),)
            return lambda document: held if field in document.present else None
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

    return _by_places(name, node.field, lambda part: _occurrences(part, phrases))


def _occurrences(part: TextPart, phrases: Mapping[str, Sequence[tuple[str, ...]]]) -> list[Row]:
    """Return where one of the phrases, by their first words, stands in the part."""
    found = {
        (place, len(phrase))
        for first in phrases.keys() & part.words
        for place in part.places(first)
        for phrase in phrases[first]
        if len(phrase) == 1 or _stands_at(part, place, phrase)
    }
    return sorted(found)


def _stands_at(part: TextPart, place: int, phrase: tuple[str, ...]) -> bool:
    end = place + len(phrase)
    return part.tokens.x[place:end] == phrase or part.tokens.s[place:end] == phrase


def _words(node: Words) -> Predicate:
    name, wanted = write(node), alternatives(node.text).x
    return _by_places(name, node.field, lambda part: _near(part, wanted, node.gap))


def _near(part: TextPart, wanted: Sequence[str], gap: int) -> Iterator[Row]:
    """Yield first word and length of each row of words that has the wanted ones in order and at most `gap` others."""
    if not wanted or not part.words.issuperset(wanted):
        return
    places = [part.places(word) for word in wanted]
    for first in places[0]:
        last: int | None = first
        for following in places[1:]:
            last = next((place for place in following if last is not None and place > last), None)
        if last is not None and last - first + 1 - len(wanted) <= gap:
            yield first, last - first + 1


def _prefix(node: Prefix) -> Predicate:
    name, start = write(node), folded_prefix(node)
    if is_of_words(node):
        return _by_places(name, node.field, lambda part: _beginning(part, start))
    held, field = (Span(name),), node.field or ""
    return lambda document: held if any(one.startswith(start) for one in document.folded.get(field, ())) else None


def _beginning(part: TextPart, start: str) -> Iterator[Row]:
    return ((place, 1) for place, word in enumerate(part.tokens.x) if word.startswith(start))


def _by_places(clause: str, field: str | None, places: Callable[[TextPart], Iterable[Row]]) -> Predicate:
    """Return what holds where a part of the field (null: title or text) has words that say so."""

    def matches(document: Document) -> Spans | None:
        parts = (part for part in document.parts if field in (None, part.part))
        found = ((part, place, length) for part in parts for place, length in places(part))
        spans = (Span(clause, part.report, part.part, *part.tokens.span(*row)) for part, *row in found)
        return tuple(islice(spans, MAX_SPANS)) or None

    return matches


def _value(node: Value) -> Predicate:
    name, wanted = write(node), fold_value(node.value)
    held = (Span(name),)

    def matches(document: Document) -> Spans | None:
        if wanted not in document.folded.get(node.field, ()):
            return None
        quotes = document.quotes.get((node.field, wanted), ())
        return tuple(Span(name, 0, *quote) for quote in quotes[:MAX_SPANS]) or held

    return matches


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
