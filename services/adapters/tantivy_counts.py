"""Values and days among the hits of a question to a tantivy index, counted in one pass over them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tantivy import Query, Searcher

from schemas.query import MAX_DAYS, MAX_FACET_VALUES, DayHits, FacetCount, Search
from services.adapters.tantivy_columns import day_column, rare_columns, value_columns, value_in
from services.adapters.tantivy_terms import RARE, Terms
from streams.errors import InvalidInput
from streams.query.times import DAY_MS

_MAX_VALUES: Final = 60_000
"""Just below the 65,000 values that tantivy counts at most: up to here counts are exact."""

_Bucket = Mapping[str, Any]
"""A value and how many hits have it: `key` and `doc_count`."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted among the hits: facets, and how many there are on each day that has any."""

    facets: dict[str, tuple[FacetCount, ...]]
    by_day: Sequence[DayHits] = ()

    @property
    def days(self) -> tuple[DayHits, ...]:
        """The newest days, oldest first."""
        return tuple(self.by_day[-MAX_DAYS:])


def counts(searcher: Searcher, query: Query, search: Search, terms: Terms) -> Counts:
    """Return the facets and the days asked for; InvalidInput where there are more than can be counted."""
    columns = {name: _columns(name, terms) for name in search.facets}
    counted = _counted(searcher, query, columns, search.days)
    facets = {name: _facet(bucket for column in held for bucket in counted[column]) for name, held in columns.items()}
    days = counted[day_column(search.days)] if search.days else ()
    return Counts(facets, [(int(one["key"]) * DAY_MS, one["doc_count"]) for one in days])


def counts_of(facets: Iterable[str], days: str | None, terms: Terms) -> dict[str, Any]:
    """Return what tantivy is to count in one pass over the hits: by column, its values."""
    return _asked([column for name in facets for column in _columns(name, terms)], days)


def _columns(facet: str, terms: Terms) -> tuple[str, ...]:
    """Return the columns with values of a facet; those in which no thing has any are not asked for."""
    return value_columns(facet) + tuple(column for column in rare_columns(facet) if terms.has_value(RARE, column))


def _asked(columns: Iterable[str], days: str | None) -> dict[str, Any]:
    counted = {column: _values(column) for column in columns}
    if days:
        counted[day_column(days)] = _values(day_column(days), order={"_key": "asc"})
    return counted


def _values(column: str, **besides: object) -> dict[str, Any]:
    return {"terms": {"field": column, "size": _MAX_VALUES, "segment_size": _MAX_VALUES, **besides}}


def _counted(
    searcher: Searcher, query: Query, columns: Mapping[str, Sequence[str]], days: str | None
) -> dict[str, Sequence[_Bucket]]:
    """Return the buckets of each column, counted in one pass, or one by one where that is too much at once."""
    facets = {column: name for name, held in columns.items() for column in held}
    asked = _asked(facets, days)
    if not asked:
        return {}
    try:
        return {column: told["buckets"] for column, told in searcher.aggregate(query, asked).items()}
    except ValueError:
        return {column: _alone(searcher, query, column, one, facets.get(column)) for column, one in asked.items()}


def _alone(
    searcher: Searcher, query: Query, column: str, asked: Mapping[str, object], facet: str | None
) -> Sequence[_Bucket]:
    try:
        buckets: Sequence[_Bucket] = searcher.aggregate(query, {column: asked})[column]["buckets"]
    except ValueError as exc:
        what = f"`{facet}` has too many values" if facet else "There are too many days"
        raise InvalidInput(f"{what} to count: narrow the query.", field=facet or "days") from exc
    return buckets


def _facet(buckets: Iterable[_Bucket]) -> tuple[FacetCount, ...]:
    """Return the values of a field among the hits: most frequent first, then by value. No thing has a value twice."""
    told: dict[str, int] = {}
    for one in buckets:
        if (value := value_in(one["key"])) is not None:
            told[value] = told.get(value, 0) + one["doc_count"]
    counted = sorted((-count, value) for value, count in told.items())
    return tuple(FacetCount(value=value, count=-negative) for negative, value in counted[:MAX_FACET_VALUES])
