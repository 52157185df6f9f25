"""A page of hits on its way out: as models for the house, as bytes for the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import orjson

from schemas.projection import Projection
from schemas.query import MAX_DAYS, DayHits, FacetCount
from schemas.recent import Recent
from services.wire import Answer, DayCount, Highlight, Item, item_of
from streams.query.times import day_of

_ROOM: Final = 67_108_864
_IN_MEMORY: Final = 3
"""Bytes of memory for each byte of what is remembered, with the thing that it was made of: measured, 23 KB beside 7 KB."""

_OWN: Final = frozenset(("version", "highlights"))
"""What an item says that depends on who asks and for what."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing that was found, the version of it that the reader is told, and where it answers; a measure stands as on `at`."""

    thing: Projection
    version: int | None
    highlights: Mapping[str, Highlight]
    at: date | None = None

    def item(self) -> Item:
        """Return the hit as it goes out."""
        return item_of(self.thing, version=self.version, highlights=self.highlights, at=self.at)

    def json(self) -> bytes:
        """Return the JSON of `item`."""
        told = _rendered(self.thing, self.at) if self.at else _RENDERED(self.thing)
        return b"%b,%b" % (told[:-1], orjson.dumps({"version": self.version, "highlights": self.highlights})[1:])


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, how many there are in all, where the next page begins, and the counts asked for."""

    hits: Sequence[Hit]
    total: int
    next: str | None
    facets: Mapping[str, tuple[FacetCount, ...]]
    days: Sequence[DayHits]

    def answer(self) -> Answer:
        """Return the page as it goes out, without a permalink."""
        return Answer.model_construct(
            items=tuple(hit.item() for hit in self.hits),
            total=self.total,
            next=self.next,
            facets=self.facets,
            days=tuple(DayCount(day_of(start), count) for start, count in self.days),
        )

    def json(self, *, permalink: str) -> bytes:
        """Return the JSON of `answer` with this permalink."""
        items = b",".join([hit.json() for hit in self.hits])
        days = ",".join([f"{_day(start)}{count}}}" for start, count in self.days]).encode()
        counts = orjson.dumps({"total": self.total, "next": self.next, "facets": self.facets})[1:-1]
        return b'{"items":[%b],%b,"days":[%b],"permalink":%b}' % (items, counts, days, orjson.dumps(permalink))


@lru_cache(maxsize=MAX_DAYS)
def _day(start: int) -> str:
    """Return how a day with its count begins; page after page counts the same ones."""
    return f'{{"day":"{day_of(start).isoformat()}","count":'


def _rendered(thing: Projection, at: date | None = None) -> bytes:
    """Return the JSON of an item without what is the reader's own."""
    item = item_of(thing, at=at)
    return item.__pydantic_serializer__.to_json(item, exclude=set(_OWN))


_RENDERED: Final = Recent(_rendered, room=_ROOM, weigh=lambda _thing, told: _IN_MEMORY * len(told))
"""The newest things are on most pages; a projection is what its audience sees, whoever of it asks."""
