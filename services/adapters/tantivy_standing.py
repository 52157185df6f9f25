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
from services.adapters.tantivy_page import Matches, few_matches_of, matches_of
from services.adapters.tantivy_query import since_query
from services.adapters.tantivy_state import State
from services.adapters.tantivy_terms import Terms
from streams.query.ast import Node

ROOM: Final = 33_554_432
"""Bytes of memory for questions that were asked once, and as many for those that were asked again."""

_KEY_BYTES: Final = 4
"""Memory of a query for each letter that tells it: measured, a clause takes some 350 bytes."""

_MOST_FRESH: Final = 8
"""Where more than this part has come since, all is looked for: among all hits, the first are looked for in few days only."""

Question = tuple[Node, Search, str]
"""A query, what is asked besides, and the party that asks: what no other party's answer is ever taken for."""


@dataclass(frozen=True, slots=True)
class _Then:
    """What was found as of a commit, when the party saw so many things of the kind."""

    commit: int
    seen: int
    matches: Matches


class Standing:
    """What questions had found when they were last asked.

    Those that were asked once, as all are that are counted from this very moment, never push out those that were asked again.
    """

    def __init__(self) -> None:
        self._once, self._again = Kept[Question, _Then](room=ROOM), Kept[Question, _Then](room=ROOM)

    def matches(self, state: State, asked: Query, question: Question, terms: Terms) -> Matches:
        """Return what a question finds as of a state of the index; `asked` is its query as tantivy reads it."""
        search = question[1]
        if not search.facets and not search.days:  # nothing is counted: to look costs less than to keep
            return matches_of(state.searcher, asked, search, terms)
        then = self._again.get(question) or self._once.get(question)
        if then is not None and then.commit == state.commit:
            return then.matches
        if then is not None and _only_grew(state, then, question):
            fresh = since_query(asked, state.schema, then.commit)
            matches = then.matches.joined(few_matches_of(state.searcher, fresh, search, terms), search)
        else:
            matches = matches_of(state.searcher, asked, search, terms)
        kept = self._once if then is None else self._again
        weight = matches.weight + _KEY_BYTES * len(repr(question[0]))
        kept.keep(question, _Then(state.commit, _seen(state, question), matches), weight=weight)
        return matches


def _only_grew(state: State, then: _Then, question: Question) -> bool:
    """Tell whether all that the party saw then is still there as it was, and little has come since."""
    if then.commit > state.commit:
        return False
    seen, came = _seen(state, question), _seen(state, question, since=then.commit)
    return seen == then.seen + came and came * _MOST_FRESH <= seen


def _seen(state: State, question: Question, *, since: int = 0) -> int:
    _node, search, party = question
    return state.seen(search.kind, party, since=since)
