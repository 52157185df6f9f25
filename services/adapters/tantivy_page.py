"""One page of hits out of a tantivy index, and where the next one begins."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from tantivy import DocAddress, Order, Query, Schema, Searcher, SearchResult

from schemas import codec
from schemas.projection import Projection
from schemas.query import After, DayHits, Page, Search, SortKey
from schemas.recent import Recent
from services.adapters.tantivy_columns import order_column
from services.adapters.tantivy_counts import Counts
from services.adapters.tantivy_query import BODY, after_query, thing_in, until_query
from streams.errors import Bug
from streams.query.order import place_of
from streams.query.times import DAY_MS

_ROOM: Final = 67_108_864

_Hit = tuple[int, Projection]
"""The number it is ordered by, and the thing."""


def page_of(searcher: Searcher, schema: Schema, asked: Query, search: Search, counted: Counts) -> Page:
    """Return the hits after `search.after`, the total of all hits, and what was counted among them.

    Hits with equal order numbers come in any order: a page goes on at the last number and leaves out what was given.
    """
    after, given = search.after, search.after.ids if search.after else ()
    field, order = order_column(search.sort.field), Order.Desc if search.sort.descending else Order.Asc
    # One hit more than the page tells whether there is a next one.
    wanted = search.limit + 1 + len(given)
    total = _total(search, counted)
    if after is not None:
        rest = after_query(asked, schema, search.sort, after.value)
    elif total is not None:
        rest = _first_days(asked, schema, search.sort, counted.by_day, wanted)
    else:
        rest = asked
    found = searcher.search(rest, wanted, order_by_field=field, order=order)
    if total is None:
        total = _count(found if after is None else searcher.search(asked, 1, order_by_field=field))
    fresh = list(islice(_fresh(searcher, found.hits, after), search.limit + 1))
    page = fresh[: search.limit]
    return Page(
        items=tuple(item for _value, item in page),
        total=total,
        facets=counted.facets,
        days=counted.days,
        after=_next(page, after) if page and len(fresh) > search.limit else None,
    )


def _count(found: SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined] # there, though tantivy's stub lacks it


def _total(search: Search, counted: Counts) -> int | None:
    """Return how many hits there are, where the days say it: those of the time that the hits are ordered by."""
    if search.days != search.sort.field:
        return None
    return sum(count for _start, count in counted.by_day)


def _first_days(asked: Query, schema: Schema, sort: SortKey, by_day: Sequence[DayHits], wanted: int) -> Query:
    """Return what finds the hits of so many days that come first as are enough: most hits need not be looked at twice."""
    together = 0
    for start, count in reversed(by_day) if sort.descending else by_day:
        together += count
        if together >= wanted:
            return until_query(asked, schema, sort, place_of((start if sort.descending else start + DAY_MS) // 1000))
    return asked


def _fresh(searcher: Searcher, hits: Sequence[tuple[int, DocAddress]], after: After | None) -> Iterator[_Hit]:
    for value, address in hits:
        item = _read(searcher, address)
        if after is None or value != after.value or item.id not in after.ids:
            yield value, item


def _next(page: Sequence[_Hit], before: After | None) -> After:
    last = page[-1][0]
    ids = tuple(item.id for value, item in page if value == last)
    return After(value=last, ids=before.ids + ids if before and before.value == last else ids)


_DECODED: Final = Recent(
    thing_in, room=_ROOM, weigh=lambda body, _item: codec.IN_MEMORY * len(body), key=lambda body: body
)
"""The newest things are on most pages. What is remembered is what these bytes mean, and never who may read them."""


def _read(searcher: Searcher, address: DocAddress) -> Projection:
    entry = searcher.doc(address)
    item = _DECODED(bytes(entry.get_first(BODY) or b""))
    if not isinstance(item, Projection):
        raise Bug(f"The search index holds a {type(item).__name__} where a projection is expected.")
    return item
