"""One way to search, for the API, the console and the exports: a query text in, a page of what this reader may see out."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Final, TypedDict, Unpack

from schemas.party import Principal
from schemas.projection import Kind, Projection
from schemas.query import DEFAULT_LIMIT, After, Page, Search, SortKey
from schemas.rule import MAX_QUERY_LETTERS
from services.found import Found, Hit
from services.records.history import HistoryRecords
from services.secrets import Seal
from services.wire import Answer, Highlight, Item
from streams.errors import InvalidInput, NotFound
from streams.ports import Searchable
from streams.query.ast import Everything, Node, Value
from streams.query.highlight import highlight
from streams.query.names import MaterialNames, named
from streams.query.order import sort_named
from streams.query.parse import parse
from streams.query.relative import resolved
from streams.query.times import instant_ms
from streams.query.write import write

EXPORT_PAGE: Final = 500
"""Things that an export reads at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a party asks for: a page, measures as they stand on the day `at`; `days` names the time whose days are counted."""

    kind: Kind
    query: str
    party: str
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    sort: str = "-published"
    facets: tuple[str, ...] = ()
    days: str | None = None
    at: date | None = None


class Asking(TypedDict, total=False):
    """What a `Question` holds besides kind, query and party."""

    limit: int
    cursor: str | None
    sort: str
    facets: tuple[str, ...]
    days: str | None
    at: date | None


class SearchService:
    """Answers queries; cursors are sealed, because what they hold is nobody's business."""

    def __init__(
        self,
        index: Searchable,
        history: HistoryRecords,
        seal: Seal,
        *,
        now: Callable[[], datetime],
        names: MaterialNames,
    ) -> None:
        self._index, self._history, self._seal, self._now, self._names = index, history, seal, now, names

    def search(self, kind: Kind, query: str, *, by: Principal, **asking: Unpack[Asking]) -> Answer:
        """Return the same as `found` in the shape that goes out."""
        return self.found(Question(kind=kind, query=query, party=by.party, **asking)).answer()

    def found(self, question: Question) -> Found:
        """Return a page; InvalidInput points at what is wrong with the query, the sort key, a facet, the days or the cursor."""
        kind, query, sort = question.kind, question.query, question.sort
        node = named(parsed(query), self._names)
        asked = Search(
            kind=kind,
            limit=question.limit,
            sort=sort_key(sort),
            after=self._after(question.cursor, kind, query, sort),
            facets=question.facets,
            days=question.days,
        )
        page = self._index.search(resolved(node, instant_ms(self._now())), asked, party=question.party)
        return Found(
            hits=self._hits(page, node, kind, question.at),
            total=page.total,
            next=self._next(page.after, kind, query, sort),
            facets=page.facets,
            days=page.days,
        )

    def everything(
        self, kind: Kind, query: str, *, by: Principal, sort: str = "-published", limit: int | None = None
    ) -> tuple[int, Iterator[tuple[Item, ...]]]:
        """Return how many hits there are (at most `limit`), and all of them page by page, each read when it is asked for.

        What is written meanwhile neither repeats nor skips any. InvalidInput comes before the first page, Unavailable also later.
        """
        node = resolved(named(parsed(query), self._names), instant_ms(self._now()))
        asked = Search(kind=kind, limit=min(limit or EXPORT_PAGE, EXPORT_PAGE), sort=sort_key(sort))
        first = self._index.search(node, asked, party=by.party)
        return min(first.total, limit or first.total), self._pages(node, asked, first, by=by, limit=limit)

    def _pages(
        self, node: Node, asked: Search, page: Page, *, by: Principal, limit: int | None
    ) -> Iterator[tuple[Item, ...]]:
        left = limit
        while page.items:
            yield tuple(hit.item() for hit in self._hits(page, Everything(), asked.kind, None)[:left])
            left = None if left is None else left - len(page.items)
            if page.after is None or (left is not None and left <= 0):
                return
            page = self._index.search(node, asked.model_copy(update={"after": page.after}), party=by.party)

    def signal(self, signal_id: str, *, by: Principal) -> Projection:
        """Return one signal; NotFound also for what the reader may not see."""
        page = self._index.search(Value("id", signal_id), Search(kind=Kind.SIGNAL, limit=1), party=by.party)
        if not page.items:
            raise NotFound(f"there is no signal {signal_id}")
        return page.items[0]

    def _hits(self, page: Page, node: Node, kind: Kind, at: date | None) -> tuple[Hit, ...]:
        counts: dict[str, int] = {}
        if kind is not Kind.SIGNAL and page.items:
            ids = [thing.id for thing in page.items]
            counts = self._history.counts(kind, ids, audience=page.items[0].audience)
        return tuple(
            Hit(thing, version=counts.get(thing.id), highlights=_highlights(thing, node), at=at) for thing in page.items
        )

    def _next(self, after: After | None, kind: Kind, query: str, sort: str) -> str | None:
        return self._seal.close(json.dumps([_digest(kind, query, sort), after.value, after.ids])) if after else None

    def _after(self, cursor: str | None, kind: Kind, query: str, sort: str) -> After | None:
        if not cursor:
            return None
        digest, value, ids = json.loads(self._opened(cursor))
        if digest != _digest(kind, query, sort):
            raise InvalidInput("the cursor belongs to another query; start again without it", field="cursor")
        return After(value=value, ids=tuple(ids))

    def _opened(self, cursor: str) -> str:
        try:
            return self._seal.open(cursor)
        except InvalidInput as exc:
            detail = "the cursor is not one that this server gave; start again without it"
            raise InvalidInput(detail, field="cursor") from exc


def sort_key(sort: str) -> SortKey:
    """Return the order that is written as a key with `-` before it for descending; InvalidInput for no such key."""
    return SortKey(field=sort_named(sort.removeprefix("-")), descending=sort.startswith("-"))


@lru_cache(maxsize=512)
def canonical(query: str) -> str:
    """Return the query as Tocsin writes it, or as it was written where that would be longer than a query may be."""
    told = write(parsed(query))
    return told if len(told) <= MAX_QUERY_LETTERS else query.strip()


@lru_cache(maxsize=512)
def parsed(query: str) -> Node:
    """Return what the query means; an empty one means everything."""
    return parse(query.strip() or "*")


def is_lasting(query: str) -> bool:
    """Tell whether the query means the same whenever it is asked; InvalidInput for none."""
    node = parsed(query)
    return resolved(node, 0) == node


def _digest(*asked: str) -> str:
    """Return what a cursor keeps of the question it belongs to."""
    return blake2b("\0".join(asked).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _highlights(thing: Projection, node: Node) -> dict[str, Highlight]:
    found = highlight(thing, node)
    return {
        part: Highlight(text=piece.text, spans=piece.spans)
        for part, piece in (("title", found.title), ("text", found.text))
        if piece.spans
    }
