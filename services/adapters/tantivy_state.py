"""One state of a tantivy index: what it answers never changes, so it is asked once."""

from functools import cached_property
from typing import Final

from tantivy import Schema, Searcher

from schemas.projection import Kind
from services.adapters.tantivy_query import COMMIT, key_query, query_of, since_query
from services.adapters.tantivy_terms import CURSOR
from streams.query.ast import Everything

MAX_ANSWERS: Final = 16_384

_COUNT: Final = {"count": {"value_count": {"field": COMMIT}}}
"""Each entry has one commit. Measured among 200,000, to count so takes half as long as to look for the first and count all."""


class State:
    """A searcher, and what it has been asked. It is dropped, with all that it remembers, when the index moves on."""

    def __init__(self, searcher: Searcher, schema: Schema) -> None:
        self.searcher, self.schema = searcher, schema
        self._terms: dict[tuple[str, str], bool] = {}
        self._seen: dict[tuple[Kind, str, int], int] = {}

    @cached_property
    def commit(self) -> int:
        """The number of the commit that this is the state of; 0 for an empty index."""
        return self.number_of(CURSOR, COMMIT) or 0

    def number_of(self, key: str, column: str) -> int | None:
        """Return what the entry with the key has in a column of numbers; null where there is no such entry."""
        hits = self.searcher.search(key_query(self.schema, key), 1, count=False, order_by_field=column).hits
        return int(hits[0][0]) if hits else None

    def known(self, field: str, term: str) -> bool:
        """Tell whether any thing has the term in the field; ValueError for half a character."""
        held = self._terms.get((field, term))
        if held is None:
            if len(self._terms) >= MAX_ANSWERS:  # hostile queries shall not fill the memory
                self._terms.clear()
            held = self._terms[field, term] = self.searcher.doc_freq(field, term) > 0
        return held

    def seen(self, kind: Kind, party: str, *, since: int = 0) -> int:
        """Return how many things of the kind the party sees, of those that came after the commit."""
        held = self._seen.get((kind, party, since))
        if held is None:
            if len(self._seen) >= MAX_ANSWERS:
                self._seen.clear()
            asked = query_of(Everything(), self.schema, kind=kind, party=party, known=self.known)
            if since:
                asked = since_query(asked, self.schema, since)
            held = self._seen[kind, party, since] = int(self.searcher.aggregate(asked, _COUNT)["count"]["value"])
        return held
