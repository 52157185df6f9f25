"""All measures that a reader may see, page by page, for what is made of the whole register."""

from collections.abc import Iterator

from schemas.party import Principal
from schemas.projection import Kind
from schemas.query import MAX_LIMIT
from services.node import Node
from services.wire import MeasureItem
from streams.errors import InvalidInput

MOST = 20_000


def all_measures(node: Node, query: str, *, by: Principal) -> Iterator[MeasureItem]:
    """Yield the measures that the query finds, newest first; InvalidInput where there are too many for one file."""
    cursor, count = None, 0
    while True:
        page = node.search.search(Kind.MEASURE, query, by=by, limit=MAX_LIMIT, cursor=cursor)
        if page.total > MOST:
            raise InvalidInput(
                f"{page.total} measures are too many for one file: narrow the query to {MOST}", field="q"
            )
        for item in page.items:
            assert isinstance(item, MeasureItem)
            count += 1
            yield item
        cursor = page.next
        if cursor is None or count >= MOST:
            return
