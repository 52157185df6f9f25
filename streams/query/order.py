"""What hits can be ordered by: one number a key, so that both engines give the same order and the same pages."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

from schemas.projection import Projection
from schemas.query import MAX_FACETS, MAX_LIMIT, Search
from streams.errors import InvalidInput
from streams.query.fields import facet_named, nearest_of, time_named
from streams.query.times import EPOCH

SORTS: Final = ("published", "updated", "received", "severity", "severity.us", "severity.eu", "confidence", "sources")
"""The first three are the times of those names: each thing has each of them once."""

_ORDER_BITS: Final = 63
"""A signed 64-bit integer holds the number: Elasticsearch has no larger one everywhere."""
_SECOND_BITS: Final = 39
"""Seconds since the year 1, up to 9999."""
_SCORE_BITS: Final = 7
_CONFIDENCE_BITS: Final = 10
_SOURCES_BITS: Final = 10
"""More sources than a thousand count as a thousand."""
_YEAR_ONE: Final = datetime(1, 1, 1, tzinfo=UTC)


def sort_named(name: str) -> str:
    """Return the name; InvalidInput with the nearest existing one if nothing is ordered by it."""
    if name not in SORTS:
        raise InvalidInput(
            f"Nothing is ordered by `{name[:64]}`: sort by {', '.join(SORTS)}, with `-` before it for descending.",
            field="sort",
            nearest=nearest_of(name, SORTS),
        )
    return name


def checked(search: Search) -> Search:
    """Return what is asked; InvalidInput for a limit, a sort key, a facet or days that no index can answer."""
    if not 0 <= search.limit <= MAX_LIMIT:
        raise InvalidInput(f"A page has 0 to {MAX_LIMIT} items, not {search.limit}.", field="limit")
    if len(search.facets) > MAX_FACETS:
        raise InvalidInput(
            f"At most {MAX_FACETS} facets are counted at once, not {len(search.facets)}.", field="facets"
        )
    sort_named(search.sort.field)
    for name in search.facets:
        facet_named(name)
    if search.days is not None:
        time_named(search.days)
    return search


def order_of(projection: Projection) -> Mapping[str, int]:
    """Return, for each sort key, a number of 63 bits: the value, then the second published, then a hash of the id.

    Equal numbers are rare but happen: a page goes on by number and the ids already given at it.
    """
    published = _seconds(projection.published_at)
    severity = projection.severity
    tie = int.from_bytes(blake2b(projection.id.encode(), digest_size=8).digest(), "big")
    keys = {
        "published": (0, 0, published),
        "updated": (0, 0, _seconds(projection.updated_at)),
        "received": (0, 0, _seconds(projection.first_seen_at)),
        "severity": (severity.joint, _SCORE_BITS, published),
        "severity.us": (severity.us, _SCORE_BITS, published),
        "severity.eu": (severity.eu, _SCORE_BITS, published),
        "sources": (min(projection.source_count, (1 << _SOURCES_BITS) - 1), _SOURCES_BITS, published),
        "confidence": (round(projection.judgement.confidence * 1000), _CONFIDENCE_BITS, published),
    }
    return {name: _packed(*key, tie=tie) for name, key in keys.items()}


def place_of(second: int) -> int:
    """Return the lowest number that a sort by time gives to what has this second since 1970 UTC."""
    return _packed(0, 0, second + _seconds(EPOCH), tie=0)


def _packed(value: int, value_bits: int, seconds: int, *, tie: int) -> int:
    tie_bits = _ORDER_BITS - value_bits - _SECOND_BITS
    return ((value << _SECOND_BITS) | seconds) << tie_bits | tie >> (64 - tie_bits)


def _seconds(moment: datetime) -> int:
    return (moment - _YEAR_ONE) // timedelta(seconds=1)
