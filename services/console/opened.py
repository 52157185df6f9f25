"""One thing shown whole: its text, and the way from each side's number to the terms that make it."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from schemas.measure import Status, covers
from schemas.severity import Term
from services.console.words import label, source_title, visible
from services.wire import Item, MeasureItem

SHOWN_LETTERS: Final = 6_000


@dataclass(frozen=True)
class TermRow:
    """A factor of one side's score, as the table says it."""

    side: str
    name: str
    value: str
    why: str
    source: str


@dataclass(frozen=True)
class StateRow:
    """A state of a measure in time, as the table says it; `is_present` for the one that it is in."""

    status: str
    since: str
    until: str
    by: str
    reports: str
    is_present: bool


@dataclass(frozen=True)
class Opened:
    """The details under a row. `is_cut` when the text goes on; the JSON of `json_href` has all of it.

    A measure has its `states` in time, and what sources `dispute`.
    """

    text: str
    is_cut: bool
    terms: tuple[TermRow, ...]
    scores: str
    sources: str
    json_href: str
    states: tuple[StateRow, ...] = ()
    disputes: tuple[str, ...] = ()


def opened_of(item: Item) -> Opened:
    """Return the details of a thing."""
    severity = item.severity
    return Opened(
        text=visible(item.text[:SHOWN_LETTERS]),
        is_cut=len(item.text) > SHOWN_LETTERS,
        terms=tuple(map(_term, severity.terms)) if item.relevant else (),
        scores=f"US {_score(severity.us, severity.us_band)} and EU {_score(severity.eu, severity.eu_band)}",
        sources=visible(", ".join(item.sources)),
        json_href=f"/v1/{item.kind}s/{item.id}",
        states=_states(item) if isinstance(item, MeasureItem) else (),
        disputes=_disputes(item) if isinstance(item, MeasureItem) else (),
    )


def _states(measure: MeasureItem) -> tuple[StateRow, ...]:
    return tuple(
        StateRow(
            status="outcome unknown, check" if one.status is Status.UNKNOWN else label("status", one.status),
            since=_day(one.since, "not told"),
            until=_day(one.until, "open"),
            by=visible(one.by or ""),
            reports=str(len(one.sources)),
            is_present=covers(one, measure.today),
        )
        for one in measure.intervals
    )


def _disputes(measure: MeasureItem) -> tuple[str, ...]:
    return tuple(
        f"{label('date', one.field)} of {visible(one.by or 'the act')}: "
        + " or ".join(_day(stated.value, "") for stated in one.values)
        for one in measure.contradictions
    )


def _day(day: date | None, otherwise: str) -> str:
    return f"{day:%-d %b %Y}" if day else otherwise


def _term(term: Term) -> TermRow:
    of_year = f", {term.year}" if term.year else ""
    return TermRow(
        side=term.side.upper(),
        name=term.name.replace("_", " "),
        value=f"{term.value:.2f}",
        why=visible(term.why) + (" (assumed: nobody published it)" if term.assumed else ""),
        source=visible(f"{source_title(term.source)}{of_year}") if term.source else "",
    )


def _score(score: int, band: tuple[int, int]) -> str:
    return f"{score} (likely {band[0]} to {band[1]})"
