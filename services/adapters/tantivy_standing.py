"""Questions that are asked again: what was found and counted is kept, and only what has come since is looked for.

Saved queries, dashboards and partners ask the same from commit to commit, and most of what there is stays as it was. To find and
count what has come since costs a fraction. It is enough as long as nothing has gone of what there was, which the index itself says:
what the party sees of the kind is then as much as what it saw and what has come.
"""

from dataclasses import dataclass
from typing import Final

from tantivy import Query

from schemas.query import Search
from schemas.recent import Kept
from services.adapters.tantivy_page import Found, came_to, found_of
from services.adapters.tantivy_query import since_query
from services.adapters.tantivy_state import State
from services.adapters.tantivy_terms import Terms
from streams.query.ast import Node

ROOM: Final = 67_108_864
"""Bytes of memory for what is kept; a question that takes more than a megabyte of it is looked for anew each time."""

Question = tuple[Node, Search, str]
"""A query, what is asked besides, and the party that asks: what no other party's answer is ever taken for."""


@dataclass(frozen=True, slots=True)
class _Then:
    """What was found as of a commit, when the party saw so many things of the kind."""

    commit: int
    seen: int
    found: Found


class Standing:
    """What questions had found when they were last asked."""

    def __init__(self) -> None:
        self._kept = Kept[Question, _Then](room=ROOM)

    def found(self, state: State, asked: Query, question: Question, terms: Terms) -> Found:
        """Return what a question finds as of a state of the index; `asked` is its query as tantivy reads it."""
        _node, search, party = question
        then = self._kept.get(question)
        if then is None or not _only_grew(state, then, search, party):
            found = found_of(state.searcher, asked, search, terms)
        elif then.commit == state.commit:
            return then.found
        else:
            fresh = since_query(asked, state.schema, then.commit)
            found = then.found.joined(came_to(state.searcher, fresh, search, terms), search)
        now = _Then(state.commit, state.seen(search.kind, party), found)
        self._kept.keep(question, now, weight=found.weight)
        return found


def _only_grew(state: State, then: _Then, search: Search, party: str) -> bool:
    """Tell whether all that the party saw then is still there as it was."""
    came = state.seen(search.kind, party, since=then.commit)
    return then.commit <= state.commit and state.seen(search.kind, party) == then.seen + came
