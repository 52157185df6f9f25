"""Suggestions while a query is typed: what everybody may know, and values that this reader's own hits have."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

from schemas.base import Model
from schemas.party import Principal
from schemas.projection import Kind
from schemas.query import Search
from streams.errors import InvalidInput
from streams.knowledge.load import load
from streams.ports import SearchIndex
from streams.query.ast import Prefix, Value
from streams.query.document import fold_value
from streams.query.fields import FIELDS
from streams.query.lookup import Found
from streams.query.prefix import MAX_PREFIX_LETTERS
from streams.query.suggest import Meaning, Subject, Typed, Vocabulary, typed_in, vocabulary
from streams.query.write import write

OPEN_FIELDS: Final = ("source", "ref", "hs", "eccn", "entity")
"""Fields whose values no list holds: they come out of what the reader may see."""
ANYWHERE: Final = ("ref", "source")
_LEAST_LETTERS: Final = 2


class Suggestion(Model):
    """What may be meant: `clause` asks for it, and `query` is the whole query with it in place from the letter `start` on.

    `name` is what was found, in `language`; `count` says how many of the reader's signals have a value that no list holds.
    """

    kind: Subject
    clause: str
    label: str
    name: str
    language: str | None
    query: str
    start: int
    count: int | None = None


class SuggestService:
    """Suggests; nothing that it says of one reader's things depends on what others have."""

    def __init__(self, index: SearchIndex, known: Callable[[], Vocabulary]) -> None:
        self._index, self._known = index, known

    def suggest(self, query: str, *, by: Principal, limit: int) -> tuple[Suggestion, ...]:
        """Return at most `limit` suggestions for what stands at the end of a query, the likeliest first."""
        told: dict[str, Suggestion] = {}
        for typed in typed_in(query):
            for one in self._of(query, typed, by):
                told.setdefault(one.clause, one)
            if len(told) >= limit:
                break
        return tuple(told.values())[:limit]

    def _of(self, query: str, typed: Typed, by: Principal) -> Iterator[Suggestion]:
        known = self._known()
        if typed.nearest:
            clause = f"{typed.nearest}:{typed.text}"
            yield _suggestion(query, typed, Subject.FIELD, clause, FIELDS[typed.nearest].help, typed.nearest)
            return
        lookup = known.of_field.get(typed.field) if typed.field else known.anywhere
        for found in lookup.find(typed.text) if lookup else ():
            yield _known(query, typed, found)
        for field in OPEN_FIELDS if typed.field in OPEN_FIELDS else ANYWHERE:
            if typed.field in (None, field):
                yield from self._values(query, typed, field, by)

    def _values(self, query: str, typed: Typed, field: str, by: Principal) -> Iterator[Suggestion]:
        """Give the values of a field that begin so, among the signals that the reader may see."""
        start = typed.text.strip()
        if not _LEAST_LETTERS <= len(start) <= MAX_PREFIX_LETTERS:
            return
        asked = Search(kind=Kind.SIGNAL, limit=0, facets=(field,))
        try:
            counts = self._index.search(Prefix(field, start), asked, party=by.party).facets[field]
        except InvalidInput:  # too many values to count: whoever types on gets fewer
            return
        for one in counts:
            if fold_value(one.value).startswith(fold_value(start)):
                clause = write(Value(field, one.value))
                told = _suggestion(query, typed, Subject.VALUE, clause, f"{field}: {one.value}", one.value)
                yield told.model_copy(update={"count": one.count})


@cache
def shipped_vocabulary() -> Vocabulary:
    """Return what the knowledge base of this release lets us suggest; made when it is first asked for."""
    return vocabulary(load())


def _known(query: str, typed: Typed, found: Found[Meaning]) -> Suggestion:
    meaning = found.meaning
    told = _suggestion(query, typed, meaning.subject, meaning.clause(typed.field), meaning.label, found.name)
    return told.model_copy(update={"language": meaning.language})


def _suggestion(query: str, typed: Typed, subject: Subject, clause: str, label: str, name: str) -> Suggestion:  # noqa: PLR0913, PLR0917 - one parameter a field
    return Suggestion(
        kind=subject,
        clause=clause,
        label=label,
        name=name,
        language=None,
        query=f"{query[: typed.start]}{clause}",
        start=typed.start,
    )
