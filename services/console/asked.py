"""What the address of the first page asks for, and the addresses that lead on from it: the URL is the state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from schemas.projection import Kind
from schemas.query import DEFAULT_LIMIT
from schemas.saved import SavedQuery
from services.search import parsed
from streams.errors import InvalidInput
from streams.query.ast import Both, Either, Everything, Node, Value
from streams.query.document import fold_value
from streams.query.write import write

ROWS: Final = 30
"""Rows a page: with its facets it stays below 1,200 elements and 12 kB compressed."""
MAX_DROPPED: Final = 6
"""Clauses without which an empty answer is tried again, to offer what finds something."""
DEFAULT_SORT: Final = "-published"
SHOWN_KINDS: Final = (Kind.EVENT, Kind.MEASURE, Kind.SIGNAL)


@dataclass(frozen=True)
class Asked:
    """The state of the first page: query text, kind, order, cursor, and the facet that is shown in full."""

    q: str = ""
    kind: Kind = Kind.EVENT
    sort: str = DEFAULT_SORT
    cursor: str = ""
    more: str = ""

    @property
    def query(self) -> str:
        """The query text with nothing meaning everything."""
        return self.q or "*"

    @property
    def plural(self) -> str:
        """The kind as addresses and people name many of it."""
        return f"{self.kind}s"

    def but(self, *, q: str | None = None, kind: Kind | None = None, sort: str | None = None) -> "Asked":
        """Return the first page of a changed question."""
        return Asked(
            q=self.q if q is None else q,
            kind=kind or self.kind,
            sort=sort or self.sort,
            more=self.more,
        )

    def href(self) -> str:
        """Return the address of this very page; what is as by default is left out."""
        told = {
            "q": self.q,
            "kind": self.plural if self.kind is not Kind.EVENT else "",
            "sort": self.sort if self.sort != DEFAULT_SORT else "",
            "cursor": self.cursor,
            "more": self.more,
        }
        written = urlencode({name: value for name, value in told.items() if value}, safe=":*")
        return f"/?{written}" if written else "/"

    def twin(self, suffix: str, facets: tuple[str, ...] = ()) -> str:
        """Return the address of the same hits for programs: JSON without a suffix, `.csv`."""
        told = {"q": self.query, "sort": self.sort if self.sort != DEFAULT_SORT else ""}
        if not suffix:
            told |= {"limit": str(ROWS) if ROWS != DEFAULT_LIMIT else "", "cursor": self.cursor}
            told |= {"facets": ",".join(facets)}
        written = urlencode({name: value for name, value in told.items() if value}, safe=":*,")
        return f"/v1/{self.plural}{suffix}?{written}"


def with_view(address: Mapping[str, str], saved: SavedQuery) -> dict[str, str]:
    """Return the address with what a kept search asks; what is asked beside `view` goes before."""
    kept = {"q": saved.query, "kind": saved.kind.value, "sort": saved.sort}
    return kept | {name: value for name, value in address.items() if value and name != "view"}


def view_href(saved: SavedQuery) -> str:
    """Return the address of a kept search; it stays when the search is changed."""
    return f"/?{urlencode({'view': saved.id})}"


def asked_of(address: Mapping[str, str]) -> Asked:
    """Return what the query string asks; InvalidInput for a kind that has no list. Unknown names are left alone."""
    named = address.get("kind", "") or Kind.EVENT.value
    kind = next((kind for kind in SHOWN_KINDS if named in (kind.value, f"{kind}s")), None)
    if kind is None:
        raise InvalidInput("The kind is `events`, `measures` or `signals`.", field="kind")
    return Asked(
        q=address.get("q", "").strip(),
        kind=kind,
        sort=address.get("sort", "") or DEFAULT_SORT,
        cursor=address.get("cursor", ""),
        more=address.get("more", ""),
    )


def clauses_of(query: str) -> tuple[Node, ...]:
    """Return the parts that must all hold; none for everything. InvalidInput for a text that is no query."""
    match parsed(query):
        case Everything():
            return ()
        case Both(parts):
            return tuple(part for part in parts if part != Everything())
        case node:
            return (node,)


def text_of(clauses: tuple[Node, ...]) -> str:
    """Return the query text in which all of the parts must hold; empty for none."""
    return " ".join(f"({write(part)})" if isinstance(part, Either) else write(part) for part in clauses)


def values_of(clauses: tuple[Node, ...], field: str) -> frozenset[str]:
    """Return the values that the query demands of a field, folded for comparison."""
    return frozenset(fold_value(part.value) for part in clauses if isinstance(part, Value) and part.field == field)


def narrowed(query: str, field: str, value: str) -> str:
    """Return the query with one more value demanded, what was written before left as it was written."""
    clause = write(Value(field, value))
    if not clauses_of(query):
        return clause
    return f"({query}) {clause}" if isinstance(parsed(query), Either) else f"{query} {clause}"


def without_value(clauses: tuple[Node, ...], field: str, value: str) -> str:
    """Return the query text in which this value is no longer demanded."""
    dropped = (field, fold_value(value))
    return text_of(
        tuple(
            part
            for part in clauses
            if not (isinstance(part, Value) and (part.field, fold_value(part.value)) == dropped)
        )
    )


def wider(asked: Asked) -> tuple[Asked, ...]:
    """Return what may be asked instead when nothing was found: without one of the last clauses, or without all."""
    clauses = clauses_of(asked.query)
    if not clauses:
        return ()
    droppable = range(len(clauses) - 1, -1, -1)[:MAX_DROPPED] if len(clauses) > 1 else ()
    return (*(asked.but(q=text_of(clauses[:at] + clauses[at + 1 :])) for at in droppable), asked.but(q=""))


def opened_id(asked: Asked) -> str | None:
    """Return the id that the query asks for and nothing else, if it does: the page then shows the thing whole."""
    match clauses_of(asked.query):
        case (Value("id", value),):
            return value
    return None


def page_after(asked: Asked, cursor: str) -> Asked:
    """Return the page that begins where this one ends."""
    return replace(asked, cursor=cursor)
