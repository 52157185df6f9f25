"""What a tantivy index holds of a question, and the page of it that goes out."""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final

from tantivy import Order, Query, Schema, Searcher, SearchResult

from schemas import codec
from schemas.projection import Projection
from schemas.query import After, DayHits, Page, Search, SortKey
from schemas.recent import Recent
from services.adapters.tantivy_columns import order_column
from services.adapters.tantivy_counts import Tally, tallied
from services.adapters.tantivy_query import BODY, after_query, thing_in, total_of, until_query
from services.adapters.tantivy_terms import Terms
from streams.errors import Bug
from streams.query.order import place_of
from streams.query.times import DAY_MS

_ROOM: Final = 67_108_864

_NUMBER_BYTES: Final = 150
"""Memory that a number with what it counts takes."""

_Hit = tuple[int, bytes]
"""The number it is ordered by, and its entry's body."""


@dataclass(frozen=True, slots=True)
class Matches:
    """The hits that come first in the order asked for, how many there are in all, and what was counted among all of them.

    One hit more than a page has room for tells that there is a next one.
    """

    hits: tuple[_Hit, ...]
    total: int
    tally: Tally

    @property
    def weight(self) -> int:
        """About how many bytes of memory it takes."""
        return sum(len(body) for _value, body in self.hits) + _NUMBER_BYTES * (len(self.hits) + len(self.tally))

    def joined(self, other: "Matches", search: Search) -> "Matches":
        """Return the same of the hits of both, of which none is in both."""
        descending = search.sort.descending
        both = merge(self.hits, other.hits, key=lambda hit: hit[0], reverse=descending)
        return Matches(tuple(islice(both, search.limit + 1)), self.total + other.total, self.tally + other.tally)


def matches_of(searcher: Searcher, asked: Query, search: Search, terms: Terms) -> Matches:
    """Return what there is after `search.after`, counted among all hits.

    Hits with equal order numbers come in any order: a page goes on at the last number and leaves out what was given.
    """
    tally = tallied(searcher, asked, search, terms)
    after = search.after
    wanted = _wanted(search)
    total = _total(search, tally)
    if after is not None:
        rest = after_query(asked, terms.schema, search.sort, after.value)
    elif total is not None:
        rest = _first_days(asked, terms.schema, search.sort, tally.by_day, wanted)
    else:
        rest = asked
    looked = _looked(searcher, rest, search, wanted)
    if total is None:
        total = total_of(looked if after is None else _looked(searcher, asked, search, 1))
    return Matches(_hits(searcher, looked, search), total, tally)


def few_matches_of(searcher: Searcher, fresh: Query, search: Search, terms: Terms) -> Matches:
    """Return the same as `matches_of` for a question that has few hits, or none: nothing is counted before there is any."""
    looked = _looked(searcher, fresh, search, _wanted(search))
    total = total_of(looked)
    tally = tallied(searcher, fresh, search, terms) if total else Tally.of_nothing(search)
    return Matches(_hits(searcher, looked, search), total, tally)


def page_of(matches: Matches, search: Search) -> Page:
    """Return the page as it is read."""
    page = [(value, _read(body)) for value, body in matches.hits[: search.limit]]
    return Page(
        items=tuple(item for _value, item in page),
        total=matches.total,
        facets=matches.tally.facets,
        days=matches.tally.days,
        after=_next(page, search.after) if page and len(matches.hits) > search.limit else None,
    )


def _wanted(search: Search) -> int:
    """Return how many hits are looked for: one more than the page has room for, and those that were given."""
    return search.limit + 1 + (len(search.after.ids) if search.after else 0)


def _looked(searcher: Searcher, asked: Query, search: Search, wanted: int) -> SearchResult:
    order = Order.Desc if search.sort.descending else Order.Asc
    return searcher.search(asked, wanted, order_by_field=order_column(search.sort.field), order=order)


def _total(search: Search, tally: Tally) -> int | None:
    """Return how many hits there are, where the days say it: those of the time that the hits are ordered by."""
    return tally.on_day.total() if search.days == search.sort.field else None


def _first_days(asked: Query, schema: Schema, sort: SortKey, by_day: Sequence[DayHits], wanted: int) -> Query:
    """Return what finds the hits of so many days that come first as are enough: most hits need not be looked at twice."""
    together = 0
    for start, count in reversed(by_day) if sort.descending else by_day:
        together += count
        if together >= wanted:
            return until_query(asked, schema, sort, place_of((start if sort.descending else start + DAY_MS) // 1000))
    return asked


def _hits(searcher: Searcher, looked: SearchResult, search: Search) -> tuple[_Hit, ...]:
    after = search.after
    hits = ((value, bytes(searcher.doc(address).get_first(BODY) or b"")) for value, address in looked.hits)
    fresh = (hit for hit in hits if after is None or hit[0] != after.value or _read(hit[1]).id not in after.ids)
    return tuple(islice(fresh, search.limit + 1))


def _next(page: Sequence[tuple[int, Projection]], before: After | None) -> After:
    last = page[-1][0]
    ids = tuple(item.id for value, item in page if value == last)
    return After(value=last, ids=before.ids + ids if before and before.value == last else ids)


_DECODED: Final = Recent(
    thing_in, room=_ROOM, weigh=lambda body, _item: codec.IN_MEMORY * len(body), key=lambda body: body
)
"""The newest things are on most pages. What is remembered is what these bytes mean, and never who may read them."""


def _read(body: bytes) -> Projection:
    item = _DECODED(body)
    if not isinstance(item, Projection):
        raise Bug(f"The search index holds a {type(item).__name__} where a projection is expected.")
    return item
