"""Values and days among the hits of a question to a tantivy index, counted in one pass over them."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from tantivy import Query, Searcher

from schemas.query import MAX_DAYS, MAX_FACET_VALUES, DayHits, FacetCount, Search
from services.adapters.tantivy_columns import day_column, facet_of, rare_columns, usual_columns, value_in
from services.adapters.tantivy_terms import RARE, Terms
from streams.errors import InvalidInput
from streams.query.times import DAY_MS

MAX_VALUES: Final = 60_000
"""Just below the 65,000 that tantivy counts at most at once, in all columns together; a column alone is cut here, and says so."""

T = TypeVar("T")

_Bucket = Mapping[str, Any]
"""A value and how many hits have it: `key` and `doc_count`."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted among the hits: how many have each value of a facet, and how many there are on each day that has any."""

    values: Mapping[str, Counter[str]]
    on_day: Counter[int]

    @property
    def facets(self) -> dict[str, tuple[FacetCount, ...]]:
        """The values of each facet, most frequent first, then by value."""
        return {name: _facet(values) for name, values in self.values.items()}

    @property
    def by_day(self) -> list[DayHits]:
        """The days, oldest first."""
        return sorted(self.on_day.items())

    @property
    def days(self) -> tuple[DayHits, ...]:
        """The newest days, oldest first."""
        return tuple(self.by_day[-MAX_DAYS:])

    def __len__(self) -> int:
        """Return how many numbers it holds."""
        return sum(map(len, self.values.values())) + len(self.on_day)

    def __add__(self, other: "Tally") -> "Tally":
        """Return what is counted among the hits of both, of which none is in both."""
        values = {name: _sum(held, other.values[name]) for name, held in self.values.items()}
        return Tally(values, _sum(self.on_day, other.on_day))

    @classmethod
    def of_nothing(cls, search: Search) -> "Tally":
        """Return what is counted where there are no hits."""
        return cls({name: Counter() for name in search.facets}, Counter())


def tallied(searcher: Searcher, query: Query, search: Search, terms: Terms) -> Tally:
    """Return the facets and the days asked for; InvalidInput where there are more than can be counted."""
    counted = _counted(searcher, query, counts_of(search.facets, search.days, terms))
    values = {
        name: _values_in(bucket for column in _columns(name, terms) for bucket in counted[column])
        for name in search.facets
    }
    days = counted[day_column(search.days)] if search.days else ()
    return Tally(values, Counter({int(one["key"]) * DAY_MS: one["doc_count"] for one in days}))


def counts_of(facets: Iterable[str], days: str | None, terms: Terms) -> dict[str, Any]:
    """Return what tantivy is to count in one pass over the hits: by column, its values."""
    counted = {column: _values(column) for name in facets for column in _columns(name, terms)}
    if days:
        counted[day_column(days)] = _values(day_column(days))
    return counted


def _columns(facet: str, terms: Terms) -> tuple[str, ...]:
    """Return the columns with values of a facet; rare ones in which no thing has any are not asked for."""
    return usual_columns(facet) + tuple(column for column in rare_columns(facet) if terms.has_value(RARE, column))


def _values(column: str) -> dict[str, Any]:
    return {"terms": {"field": column, "size": MAX_VALUES, "segment_size": MAX_VALUES}}


def _counted(searcher: Searcher, query: Query, asked: dict[str, object]) -> dict[str, Sequence[_Bucket]]:
    """Return the buckets of each column, counted in one pass, or one by one where that is too much at once."""
    if not asked:
        return {}
    try:
        counted = searcher.aggregate(query, asked)
    except ValueError:
        counted = {column: searcher.aggregate(query, {column: one})[column] for column, one in asked.items()}
    return {column: _whole(told, column) for column, told in counted.items()}


def _whole(told: Mapping[str, Any], column: str) -> Sequence[_Bucket]:
    """Return the buckets of a column; InvalidInput where some are left out, because then none of its numbers could be trusted."""
    if told["sum_other_doc_count"]:
        raise _too_many(column)
    buckets: Sequence[_Bucket] = told["buckets"]
    return buckets


def _too_many(column: str) -> InvalidInput:
    facet = facet_of(column)
    what = f"`{facet}` has too many values" if facet else "There are too many days"
    return InvalidInput(f"{what} to count: narrow the query.", field=facet or "days")


def _values_in(buckets: Iterable[_Bucket]) -> Counter[str]:
    """Return how many hits have each value of a field; no thing has a value twice."""
    told = Counter[str]()
    for one in buckets:
        if (value := value_in(one["key"])) is not None:
            told[value] += one["doc_count"]
    return told


def _sum(many: Counter[T], few: Counter[T]) -> Counter[T]:
    """Return both together; Counter's own sum costs by the many."""
    together = many.copy()
    together.update(few)
    return together


def _facet(told: Counter[str]) -> tuple[FacetCount, ...]:
    counted = sorted((-count, value) for value, count in told.items())
    return tuple(FacetCount(value=value, count=-negative) for negative, value in counted[:MAX_FACET_VALUES])
