"""Which words of a thing answer a query: its title, and the piece of its texts that says most."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from schemas.projection import Projection
from schemas.recent import Recent
from streams.query.ast import Node
from streams.query.document import TEXT, TITLE, Document, document_of, weight_of
from streams.query.predicate import Span, compile_predicate

FRAGMENT_LETTERS: Final = 240
_MAX_SPANS: Final = 512
_ROOM: Final = 100_663_296
_READ_LETTERS: Final = 16_000
"""As much as the analyser remembers of a text."""
_LEAD_LETTERS: Final = 40
"""How much is shown before the first word found."""
_BLANK: Final = re.compile(r"\s")
_MAX_QUERIES: Final = 16
_SLACK_LETTERS: Final = 24
"""How far an edge may move to a gap between words."""
_PREDICATE: Final = lru_cache(maxsize=128)(compile_predicate)
"""A page asks one question of each of its hits."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of original text: where it starts in the report's text, and the letters of it that answer the query."""

    text: str
    spans: tuple[tuple[int, int], ...] = ()
    report: int = 0
    start: int = 0


@dataclass(frozen=True, slots=True)
class Highlights:
    """The title whole, and about `FRAGMENT_LETTERS` letters of the report that answers best."""

    title: Fragment
    text: Fragment


def highlight(projection: Projection, node: Node) -> Highlights:
    """Return where a thing answers a query; without words to show, the title and the beginning of the leading text."""
    read = _READ(projection)
    if (told := read.told.get(node)) is None:
        if len(read.told) >= _MAX_QUERIES:
            read.told.clear()
        told = read.told[node] = _highlight(read.beginning, read.document, node)
    return told


def _highlight(projection: Projection, document: Document, node: Node) -> Highlights:
    spans = [span for span in _PREDICATE(node)(document) or () if span.part][:_MAX_SPANS]
    return Highlights(_title(projection, document, spans), _best(projection, spans))


@dataclass(frozen=True, slots=True)
class _Read:
    """A thing with the beginnings of its texts, and how it answers the queries that it was last asked."""

    beginning: Projection
    document: Document
    told: dict[Node, Highlights] = field(default_factory=dict)


def _read(projection: Projection) -> _Read:
    beginning = _beginning(projection)
    return _Read(beginning, document_of(beginning))


_READ: Final = Recent(_read, room=_ROOM, weigh=lambda projection, _read: weight_of(projection))
"""The newest things are on most pages, and the pipeline's own memory of documents soon forgets them."""


def _beginning(projection: Projection) -> Projection:
    """Return the thing with the first letters of its texts: a page of hits must not read whole books again."""
    if all(len(report.text) <= _READ_LETTERS for report in projection.reports):
        return projection
    cut = tuple(report.model_copy(update={"text": report.text[:_READ_LETTERS]}) for report in projection.reports)
    return projection.model_copy(update={"reports": cut})


def _title(projection: Projection, document: Document, spans: Iterable[Span]) -> Fragment:
    own = next((part.report for part in document.parts if part.part == TITLE and part.text == projection.title), None)
    places = ((span.start, span.end) for span in spans if span.part == TITLE and span.report == own)
    return Fragment(projection.title, _merged(places))


def _best(projection: Projection, spans: Iterable[Span]) -> Fragment:
    ordered = sorted(
        (span for span in spans if span.part == TEXT), key=lambda span: (span.report, span.start, span.end)
    )
    if not ordered:
        return _cut(projection.text, 0, 0, ())
    chosen = max(_windows(ordered), key=lambda window: (len({span.clause for span in window}), len(window)))
    report = chosen[0].report
    places = [(span.start, span.end) for span in chosen]
    return _cut(projection.reports[report].text, report, max(0, places[0][0] - _LEAD_LETTERS), places)


def _windows(ordered: list[Span]) -> Iterable[list[Span]]:
    """Give, for each span, the spans of its report that fit into one fragment with it in front."""
    keys = [(span.report, span.start) for span in ordered]
    for index, span in enumerate(ordered):
        end = bisect_left(keys, (span.report, span.start + FRAGMENT_LETTERS - _LEAD_LETTERS))
        yield ordered[index : max(end, index + 1)]


def _cut(text: str, report: int, start: int, places: Iterable[tuple[int, int]]) -> Fragment:
    first, last = _gap_after(text, start), _gap_before(text, start + FRAGMENT_LETTERS)
    inside = ((max(low, first) - first, min(high, last) - first) for low, high in places if low < last and high > first)
    return Fragment(text[first:last], _merged(inside), report, first)


def _gap_after(text: str, start: int) -> int:
    gap = _BLANK.search(text, start, start + _SLACK_LETTERS) if start else None
    return gap.end() if gap else start


def _gap_before(text: str, end: int) -> int:
    if end >= len(text):
        return len(text)
    gaps = [gap.start() for gap in _BLANK.finditer(text, end - _SLACK_LETTERS, end + 1)]
    return gaps[-1] if gaps else end


def _merged(places: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Return the places in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(places):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
