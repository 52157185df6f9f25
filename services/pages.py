"""Pages of hits as they go out over HTTP: one question in, the bytes of its answer out."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from schemas.party import Principal
from schemas.projection import Kind
from services.console.asked import Asked
from services.search import SearchService, canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a reader asks for, as `SearchService.found` takes it."""

    kind: Kind
    query: str
    by: Principal
    limit: int
    cursor: str | None
    sort: str
    facets: tuple[str, ...]
    days: str | None
    at: date | None = None


class Pages(Protocol):
    """Whoever makes pages: this process, or others beside it."""

    def json(self, question: Question) -> bytes:
        """Return the JSON of `Answer`; raises what `SearchService.found` raises."""


class OwnPages:
    """Makes pages in this process."""

    def __init__(self, search: SearchService, base_url: str) -> None:
        self._search, self._base_url = search, base_url

    def json(self, question: Question) -> bytes:
        """Return the page with the address at which the console shows the same search."""
        asked = question
        found = self._search.found(
            asked.kind,
            asked.query,
            by=asked.by,
            limit=asked.limit,
            cursor=asked.cursor,
            sort=asked.sort,
            facets=asked.facets,
            days=asked.days,
            at=asked.at,
        )
        shown_at = Asked(canonical(asked.query), asked.kind, asked.sort).href()
        return found.json(permalink=f"{self._base_url}{shown_at}")
