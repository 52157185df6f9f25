"""The first page as the template writes it, made from a question and its answer by pure functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, islice
from typing import Final

from markupsafe import Markup

from schemas.query import FacetCount
from schemas.saved import SavedQuery
from schemas.severity import Level
from services.console.asked import (
    DEFAULT_SORT,
    SHOWN_KINDS,
    Asked,
    clauses_of,
    narrowed,
    opened_id,
    page_after,
    text_of,
    values_of,
    view_href,
    without_value,
)
from services.console.charts import bar
from services.console.opened import Opened, opened_of
from services.console.row import Row, row_of
from services.console.words import FACET_TITLES, label, visible
from services.search import canonical
from services.wire import Answer
from streams.query.document import fold_value

FACETS: Final = tuple(FACET_TITLES)
FEW_VALUES: Final = 7
MANY_VALUES: Final = 100
MAX_VIEWS: Final = 20
SORTS: Final = (
    ("-published", "Newest"),
    ("-severity", "Most severe"),
    ("-severity.us", "US severity"),
    ("-severity.eu", "EU severity"),
    ("-updated", "Last changed"),
)
_BY_DAY: Final = (DEFAULT_SORT, "published")


@dataclass(frozen=True)
class Choice:
    """A link that is one of several; the chosen one is marked."""

    label: str
    href: str
    is_chosen: bool = False


@dataclass(frozen=True)
class FacetValue:
    """A value, how many hits have it, and the address that demands it, or drops the demand."""

    label: str
    count: int
    bar: Markup
    href: str
    is_chosen: bool


@dataclass(frozen=True)
class FacetGroup:
    """A facet's values; `more_href` shows the `hidden` others."""

    title: str
    values: tuple[FacetValue, ...]
    hidden: int
    more_href: str


@dataclass(frozen=True)
class Day:
    """Rows of one day in UTC; `day` is null where rows are not in order of their days."""

    day: date | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Wider:
    """A question with less in it, and how many things it finds."""

    label: str
    href: str
    total: int


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the question: the text before the place, the place, the rest, and what may have been meant."""

    text: str
    before: str = ""
    place: str = ""
    after: str = ""
    nearest: str = ""
    nearest_href: str = ""


@dataclass(frozen=True)
class FirstPage:
    """All that the first page shows. `days` is empty when nothing was found, and when there is `trouble`."""

    asked: Asked
    kinds: tuple[Choice, ...]
    sorts: tuple[Choice, ...]
    clauses: tuple[Choice, ...] = ()
    total: int = 0
    days: tuple[Day, ...] = ()
    facets: tuple[FacetGroup, ...] = ()
    next_href: str = ""
    opened: Opened | None = None
    wider: tuple[Wider, ...] = ()
    trouble: Trouble | None = None
    views: tuple[Choice, ...] = ()

    @property
    def json_href(self) -> str:
        """The same page as JSON."""
        return self.asked.twin("", FACETS)

    @property
    def csv_href(self) -> str:
        """The same hits, from the first one, as CSV."""
        return self.asked.twin(".csv")

    @property
    def ndjson_href(self) -> str:
        """The same hits, from the first one, as JSON lines."""
        return self.asked.twin(".ndjson")

    @property
    def permalink(self) -> str:
        """The address of this search from its first page on, the query as Tocsin writes it."""
        return self.asked.but(q=canonical(self.asked.q) if self.asked.q else "").href()


def page_of(asked: Asked, answer: Answer, *, wider: Sequence[tuple[Asked, int]] = ()) -> FirstPage:
    """Return the page of an answer; `wider` tells how many hits each wider question has."""
    clauses = clauses_of(asked.query)
    is_opened = opened_id(asked) is not None and len(answer.items) == 1
    return FirstPage(
        asked=asked,
        kinds=kinds_of(asked),
        sorts=_sorts(asked),
        clauses=tuple(
            Choice(visible(text_of((part,))), asked.but(q=text_of(clauses[:at] + clauses[at + 1 :])).href())
            for at, part in enumerate(clauses)
        ),
        total=answer.total,
        days=_days(asked, map(row_of, answer.items)),
        facets=() if is_opened else _facets(asked, answer),
        next_href=page_after(asked, answer.next).href() if answer.next else "",
        opened=opened_of(answer.items[0]) if is_opened else None,
        wider=tuple(Wider(visible(other.q), other.href(), total) for other, total in wider if total),
    )


def troubled(asked: Asked, trouble: Trouble) -> FirstPage:
    """Return the page of a question that has no answer: everything stays but the rows."""
    return FirstPage(asked=asked, kinds=kinds_of(asked), sorts=_sorts(asked), trouble=trouble)


def views_of(kept: Iterable[SavedQuery], *, chosen: str | None) -> tuple[Choice, ...]:
    """Return the first kept searches as links."""
    some = islice(kept, MAX_VIEWS)
    return tuple(Choice(visible(one.name), view_href(one), is_chosen=one.id == chosen) for one in some)


def kinds_of(asked: Asked) -> tuple[Choice, ...]:
    """Return the lists there are."""
    return tuple(
        Choice(f"{kind}s".capitalize(), asked.but(kind=kind).href(), is_chosen=kind is asked.kind)
        for kind in SHOWN_KINDS
    )


def _sorts(asked: Asked) -> tuple[Choice, ...]:
    return tuple(Choice(name, asked.but(sort=sort).href(), is_chosen=sort == asked.sort) for sort, name in SORTS)


def _days(asked: Asked, rows: Iterable[Row]) -> tuple[Day, ...]:
    if asked.sort not in _BY_DAY:
        told = tuple(rows)
        return (Day(None, told),) if told else ()
    return tuple(Day(day, tuple(of_day)) for day, of_day in groupby(rows, key=lambda row: row.published_at.date()))


def _facets(asked: Asked, answer: Answer) -> tuple[FacetGroup, ...]:
    return tuple(_facet(asked, name, answer.facets[name]) for name in FACETS if answer.facets.get(name))


def _facet(asked: Asked, name: str, counts: Sequence[FacetCount]) -> FacetGroup:
    ordered = sorted(counts, key=lambda one: -tuple(Level).index(Level(one.value))) if name == "level" else counts
    shown = ordered[: MANY_VALUES if asked.more == name else FEW_VALUES]
    demanded = values_of(clauses_of(asked.query), name)
    largest = max(one.count for one in counts)
    return FacetGroup(
        title=FACET_TITLES[name],
        values=tuple(_value(asked, name, one, demanded=demanded, largest=largest) for one in shown),
        hidden=len(ordered) - len(shown) if asked.more != name else 0,
        more_href=Asked(asked.q, asked.kind, asked.sort, more=name).href(),
    )


def _value(asked: Asked, name: str, one: FacetCount, *, demanded: frozenset[str], largest: int) -> FacetValue:
    is_chosen = fold_value(one.value) in demanded
    clauses = clauses_of(asked.query)
    query = without_value(clauses, name, one.value) if is_chosen else narrowed(asked.query, name, one.value)
    return FacetValue(
        label=visible(label(name, one.value)),
        count=one.count,
        bar=bar(one.count / largest),
        href=asked.but(q=query).href(),
        is_chosen=is_chosen,
    )
