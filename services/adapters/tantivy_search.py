"""Searching a tantivy index, in the process that writes it or in another one beside it."""

from pathlib import Path

from tantivy import Index, Query, Schema

from schemas.query import Page, Search
from services.adapters.tantivy_folder import opened
from services.adapters.tantivy_page import Matches, matches_of, page_of
from services.adapters.tantivy_query import index_schema, query_of
from services.adapters.tantivy_standing import Standing
from services.adapters.tantivy_state import State
from services.adapters.tantivy_terms import Terms
from streams.errors import InvalidInput, Unavailable
from streams.query.ast import Node
from streams.query.order import checked
from streams.query.write import write


class TantivySearch:
    """A `Searchable`: what an index holds, as of the last `refresh`; all threads of a process share it.

    Raises ConfigError when it was written in another format, or when it cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self.schema: Schema = index_schema()
        self.index: Index = opened(root, self.schema)
        self._state, self._standing = State(self.index.searcher(), self.schema), Standing()

    @property
    def state(self) -> State:
        """The state of the index that is searched."""
        return self._state

    def refresh(self) -> None:
        """Go on to what was committed last."""
        self.index.reload()
        self._state = State(self.index.searcher(), self.schema)

    def search(self, query: Node, search: Search, *, party: str) -> Page:
        """Return one page of what the party reads; all of it comes from one state of the index.

        Raises InvalidInput for a limit, a sort key or a facet that does not exist, Unavailable when it cannot be read.
        """
        checked(search)
        state = self._state
        try:
            return page_of(self._matches(state, query, search, party), search)
        except (OSError, ValueError) as exc:
            raise Unavailable(
                f"The search index could not be read: run `tocsin rebuild` if this stays. ({exc})"
            ) from exc

    def _matches(self, state: State, query: Node, search: Search, party: str) -> Matches:
        asked, terms = self._asked(state, query, search, party), Terms(self.schema, search.kind, state.known)
        if search.after is not None:  # nobody else is at the same place
            return matches_of(state.searcher, asked, search, terms)
        return self._standing.matches(state, asked, (query, search, party), terms)

    def _asked(self, state: State, query: Node, search: Search, party: str) -> Query:
        try:
            return query_of(query, self.schema, kind=search.kind, party=party, known=state.known)
        except ValueError:
            _check_characters(query)
            raise


def _check_characters(query: Node) -> None:
    try:
        write(query).encode()
    except UnicodeEncodeError as exc:
        raise InvalidInput("The query holds half a character (a lone surrogate).") from exc
