"""Pages of hits as they go out over HTTP: one question in, the bytes of its answer out."""

from typing import Protocol

from services.console.asked import Asked
from services.search import Question, SearchService, canonical


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
        shown_at = Asked(canonical(question.query), question.kind, question.sort).href()
        return self._search.found(question).json(permalink=f"{self._base_url}{shown_at}")
