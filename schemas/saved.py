"""A search that somebody keeps under a name, for themselves or for those whom its marking allows."""

from typing import Annotated

from pydantic import StringConstraints

from schemas.base import Model, Utc
from schemas.marking import PUBLIC, Marking, Tlp
from schemas.projection import Kind
from schemas.rule import MAX_QUERY_LETTERS, Title

EVERYBODY, MEMBERS = "*", "+"
"""Readers beside single parties: the public too, and every party of the group."""

QueryText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_QUERY_LETTERS)]
SortText = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class SavedQueryChange(Model):
    """What its owner may change: all but the name. Without a marking nobody else sees it."""

    query: QueryText
    kind: Kind = Kind.EVENT
    sort: SortText = "-published"
    marking: Marking | None = None


class SavedQueryIn(SavedQueryChange):
    """A search as it is posted."""

    name: Title


class SavedQuery(SavedQueryIn):
    """A search as it is kept; its owner is the one of that name within the party."""

    id: str
    party: str
    owner: str
    created_at: Utc
    updated_at: Utc


def shared_with(marking: Marking | None, *, party: str) -> tuple[str, ...]:
    """Return who may see it beside its owner: `*`, `+`, or `=` and a party; none without a marking, and for RED.

    A release set is those parties and the owner's own, at any other label. Without one CLEAR is for everybody, GREEN for
    the group, and AMBER for the owner's party.
    """
    if marking is None or marking.tlp is Tlp.RED:
        return ()
    if marking.release:
        return tuple(sorted({f"={one}" for one in (*marking.release, party)}))
    match marking.tlp:
        case Tlp.CLEAR:
            return (EVERYBODY,)
        case Tlp.GREEN:
            return (MEMBERS,)
        case _:
            return (f"={party}",)


def readers_of(party: str) -> tuple[str, ...]:
    """Return what a query has to be shared with for this party to see it."""
    return (EVERYBODY,) if party == PUBLIC else (EVERYBODY, MEMBERS, f"={party}")
