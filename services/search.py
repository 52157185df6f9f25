"""One way to search, for the API, the console and the exports: a query text in, a page of what this reader may see out."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b

from schemas.party import Principal
from schemas.projection import Kind, Projection
from schemas.query import DEFAULT_LIMIT, After, Page, Search, SortKey
from services.records.history import HistoryRecords
from services.secrets import Seal
from services.wire import Answer, Facet, Highlight, Item, item_of
from streams.errors import InvalidInput, NotFound
from streams.ports import SearchIndex
from streams.query.ast import Node, Value
from streams.query.highlight import highlight
from streams.query.names import MaterialNames, named
from streams.query.order import sort_named
from streams.query.parse import parse
from streams.query.relative import resolved
from streams.query.times import instant_ms


class SearchService:
    """Answers queries; cursors are sealed, because what they hold is nobody's business."""

    def __init__(
        self,
        index: SearchIndex,
        history: HistoryRecords,
        seal: Seal,
        *,
        now: Callable[[], datetime],
        names: MaterialNames,
    ) -> None:
        self._index, self._history, self._seal, self._now, self._names = index, history, seal, now, names

    def search(  # noqa: PLR0913 - one parameter for each thing a reader can ask
        self,
        kind: Kind,
        query: str,
        *,
        by: Principal,
        limit: int = DEFAULT_LIMIT,
        cursor: str | None = None,
        sort: str = "-published",
        facets: Sequence[str] = (),
        at: date | None = None,
    ) -> Answer:
        """Return a page, measures as they stand on the day `at`.

        InvalidInput points at what is wrong with the query, the sort key, a facet or the cursor.
        """
        node = named(parsed(query), self._names)
        asked = Search(
            kind=kind,
            limit=limit,
            sort=SortKey(field=sort_named(sort.removeprefix("-")), descending=sort.startswith("-")),
            after=self._after(cursor, kind, query, sort),
            facets=tuple(facets),
        )
        page = self._index.search(resolved(node, instant_ms(self._now())), asked, party=by.party)
        return Answer.model_construct(
            items=self._items(page, node, kind, at),
            total=page.total,
            next=self._next(page.after, kind, query, sort),
            facets={
                name: tuple(Facet(value=one.value, count=one.count) for one in counts)
                for name, counts in page.facets.items()
            },
        )

    def signal(self, signal_id: str, *, by: Principal) -> Projection:
        """Return one signal; NotFound also for what the reader may not see."""
        page = self._index.search(Value("id", signal_id), Search(kind=Kind.SIGNAL, limit=1), party=by.party)
        if not page.items:
            raise NotFound(f"there is no signal {signal_id}")
        return page.items[0]

    def _items(self, page: Page, node: Node, kind: Kind, at: date | None) -> tuple[Item, ...]:
        counts: dict[str, int] = {}
        if kind is not Kind.SIGNAL and page.items:
            ids = [thing.id for thing in page.items]
            counts = self._history.counts(kind, ids, audience=page.items[0].audience)
        return tuple(
            item_of(thing, version=counts.get(thing.id), highlights=_highlights(thing, node), at=at)
            for thing in page.items
        )

    def _next(self, after: After | None, kind: Kind, query: str, sort: str) -> str | None:
        return self._seal.close(json.dumps([_digest(kind, query, sort), after.value, after.ids])) if after else None

    def _after(self, cursor: str | None, kind: Kind, query: str, sort: str) -> After | None:
        if not cursor:
            return None
        digest, value, ids = json.loads(self._seal.open(cursor))
        if digest != _digest(kind, query, sort):
            raise InvalidInput("the cursor belongs to another query; start again without it", field="cursor")
        return After(value=value, ids=tuple(ids))


@lru_cache(maxsize=512)
def parsed(query: str) -> Node:
    """Return what the query means; an empty one means everything."""
    return parse(query.strip() or "*")


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
