"""A question to the index and its answer."""

from dataclasses import dataclass

from schemas.base import Model
from schemas.projection import Kind, Projection

MAX_LIMIT = 1_000
DEFAULT_LIMIT = 20
MAX_FACETS = 10
MAX_FACET_VALUES = 1_000
MAX_DAYS = 3_660
"""Days that are counted: the newest ten years."""


@dataclass(frozen=True, slots=True)
class FacetCount:
    """How many of the hits carry the value."""

    value: str
    count: int


DayHits = tuple[int, int]
"""The first millisecond of a day (UTC, since 1970), and how many of the hits fall on it: a pair, because a page has hundreds.

Measured for 630 days: 0.4 ms less a page than as frozen dataclasses.
"""


class SortKey(Model):
    """A field to order by; `-published`, newest first, is the default."""

    field: str = "published"
    descending: bool = True


class After(Model):
    """Where the last page ended: its last sort value, and the ids at that very value that were already given."""

    value: int
    ids: tuple[str, ...]


class Page(Model):
    """Hits in order, how many there are in all, facets in the order asked for, and where the next page begins.

    `days` are those with hits, oldest first, if they were asked for.
    """

    items: tuple[Projection, ...]
    total: int
    facets: dict[str, tuple[FacetCount, ...]]
    after: After | None
    days: tuple[DayHits, ...] = ()


class Search(Model):
    """What is asked besides the query itself: kind, page and facets. The reader's party is given apart, never optional.

    `days` names the time whose days are counted.
    """

    kind: Kind
    limit: int = DEFAULT_LIMIT
    sort: SortKey = SortKey()
    after: After | None = None
    facets: tuple[str, ...] = ()
    days: str | None = None
