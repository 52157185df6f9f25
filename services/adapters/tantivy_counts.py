"""Values and days among the hits of a question to a tantivy index, counted in one pass over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tantivy import Query, Searcher

from schemas.query import MAX_DAYS, MAX_FACET_VALUES, DayHits, FacetCount, Search
from services.adapters.tantivy_query import FURTHER, facet_field, further_field
from streams.errors import InvalidInput
from streams.query.times import DAY_MS

_DAYS: Final = "_days"
_MORE: Final = "+"
"""Behind a facet's name: its further values, which stand in a field of their own."""

_MAX_VALUES: Final = 60_000
"""Just below the 65,000 values that tantivy counts at most: up to here counts are exact."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted among the hits: facets, and how many there are on each day that has any."""

    facets: dict[str, tuple[FacetCount, ...]]
    by_day: Sequence[DayHits] = ()

    @property
    def days(self) -> tuple[DayHits, ...]:
        """The newest days, oldest first."""
        return tuple(self.by_day[-MAX_DAYS:])


def counts(searcher: Searcher, query: Query, search: Search) -> Counts:
    """Return the facets and the days asked for; InvalidInput where there are more than can be counted."""
    counted = _counted(searcher, query, search)
    facets = {name: _facet(counted[name]["buckets"], counted[name + _MORE]["buckets"]) for name in search.facets}
    days = counted[_DAYS]["buckets"] if search.days else ()
    return Counts(facets, [(int(one["key"]), one["doc_count"]) for one in days])


def counts_of(facets: Sequence[str], days: str | None) -> dict[str, Any]:
    """Return what tantivy is to count in one pass over the hits."""
    counts: dict[str, Any] = {}
    for name in facets:
        counts |= {name: _terms(facet_field(name)), name + _MORE: _terms(further_field(name))}
    if days:
        counts[_DAYS] = {"histogram": {"field": days, "interval": float(DAY_MS), "min_doc_count": 1}}
    return counts


def _terms(field: str) -> dict[str, Any]:
    return {"terms": {"field": field, "size": _MAX_VALUES, "segment_size": _MAX_VALUES}}


def _counted(searcher: Searcher, query: Query, search: Search) -> dict[str, Any]:
    """Return the buckets of each facet and of the days, counted in one pass, or one by one where that is too much at once."""
    asked = counts_of(search.facets, search.days)
    if not asked:
        return {}
    try:
        return dict(searcher.aggregate(query, asked))
    except ValueError:
        return {name: _alone(searcher, query, name, one)[name] for name, one in asked.items()}


def _alone(searcher: Searcher, query: Query, name: str, count: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(searcher.aggregate(query, {name: count}))
    except ValueError as exc:
        if name == _DAYS:
            raise InvalidInput(
                f"`{count['histogram']['field']}` has too many days to count: narrow the query.", field="days"
            ) from exc
        facet = name.removesuffix(_MORE)
        raise InvalidInput(f"`{facet}` has too many values to count: narrow the query.", field=facet) from exc


def _facet(firsts: Sequence[Mapping[str, Any]], others: Sequence[Mapping[str, Any]]) -> tuple[FacetCount, ...]:
    """Return the values of a field among the hits: most frequent first, then by value. No thing has a value twice."""
    told = {one["key"]: one["doc_count"] for one in firsts}
    for one in others:
        value = one["key"].removeprefix(FURTHER)
        told[value] = told.get(value, 0) + one["doc_count"]
    counts = sorted((-count, value) for value, count in told.items())
    return tuple(FacetCount(value=value, count=-negative) for negative, value in counts[:MAX_FACET_VALUES])
