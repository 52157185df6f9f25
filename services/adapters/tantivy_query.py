"""How a thing lies in a tantivy index, and who may ask for it: pure, and apart from any folder."""

from collections.abc import Iterator
from typing import Final

from tantivy import Document, FieldType, Occur, Query, Schema, SchemaBuilder, SearchResult

from schemas import codec
from schemas.base import Keyed
from schemas.marking import Audience
from schemas.projection import Kind, Projected, Projection
from schemas.query import SortKey
from services.adapters.tantivy_clauses import Clause, all_of, any_of, clauses
from services.adapters.tantivy_columns import NOTHING, add_columns, fill_columns, order_column, rare_columns_of
from services.adapters.tantivy_terms import CURSOR, HAS, IS, KEY, RARE, SEEN, Known, Terms, value_of, words_of
from streams.query.ast import Node
from streams.query.document import TEXT, TITLE, document_of
from streams.query.document import Document as Fields
from streams.query.fields import FieldKind, names_of
from streams.query.near import MAX_GAP

BODY: Final = "_body"
VERSION: Final = "_version"
COMMIT: Final = "_commit"
_SENTINEL: Final = " \u241f" * (MAX_GAP + 1) + " "
"""Stands between two parts of one field: the analyser never makes such a token, and nothing near reaches across so many."""

_EVERYBODY: Final = "*"


def index_schema() -> Schema:
    """Return the fields of the index, derived from the table of the query language."""
    builder = SchemaBuilder()
    builder.add_text_field(IS, tokenizer_name="raw", index_option="basic")
    add_columns(builder)
    for name in names_of(FieldKind.TEXT):
        for words in ("x", "s", "e"):
            builder.add_text_field(f"{name}.{words}", tokenizer_name="whitespace", index_option="position")
    for name in (VERSION, COMMIT):
        builder.add_integer_field(name, indexed=False, fast=True)
    builder.add_bytes_field(BODY, stored=True)
    return builder.build()


def key_of(projected: Projected) -> str:
    """Return the term of what one version of a thing replaces another by: kind, id and audience."""
    return value_of(projected.kind, KEY, f"{projected.id}/{projected.audience.key}")


def entry_of(projected: Projected, commit: int) -> Document:
    """Return the entry of a thing as of a commit; a tombstone's has a key, and nothing else finds it."""
    entry = _entry(key_of(projected), projected.version, commit)
    document = document_of(projected) if isinstance(projected, Projection) else NOTHING
    fill_columns(entry, document)
    if isinstance(projected, Projection):
        _add_keywords(entry, document, projected.kind)
        _add_words(entry, document, projected.kind)
        entry.add_bytes(BODY, b"%b\n%b" % (codec.type_of(projected).encode(), codec.encode(projected)))
        for seen in _seen(projected.audience):
            entry.add_text(IS, value_of(projected.kind, SEEN, seen))
    return entry


def thing_in(body: bytes) -> Keyed:
    """Return the thing that an entry's body holds; ValueError when it is none."""
    told, _, value = body.partition(b"\n")
    return codec.decode(told.decode(), value)


def key_query(schema: Schema, key: str) -> Query:
    """Return what finds the entry with this key."""
    return Query.term_query(schema, IS, key, "basic")


def cursor_entry(position: int, commit: int) -> Document:
    """Return the entry that keeps how far the index has come, and with which commit."""
    entry = _entry(CURSOR, position, commit)
    fill_columns(entry, NOTHING)
    return entry


def query_of(node: Node, schema: Schema, *, kind: Kind, party: str, known: Known) -> Query:
    """Return the query of one party for one kind of thing; it scores nothing and counts only what the party reads."""
    terms = Terms(schema, kind, known)
    return all_of([*_seen_by(party, terms), *clauses(node, terms)])


def total_of(found: SearchResult) -> int:
    """Return how many hits there are in all."""
    return int(found.count)  # type: ignore[attr-defined] # there, though tantivy's stub lacks it


def after_query(asked: Query, schema: Schema, sort: SortKey, value: int) -> Query:
    """Return the part of a query that is ordered at this number or after it."""
    return _ordered(asked, schema, sort.field, *((None, value) if sort.descending else (value, None)))


def until_query(asked: Query, schema: Schema, sort: SortKey, value: int) -> Query:
    """Return the part of a query that is ordered at this number or before it."""
    return _ordered(asked, schema, sort.field, *((value, None) if sort.descending else (None, value)))


def since_query(asked: Query, schema: Schema, commit: int) -> Query:
    """Return the part of a query that came after this commit."""
    return _both(asked, Query.range_query(schema, COMMIT, FieldType.Integer, commit + 1, None))


def _ordered(asked: Query, schema: Schema, sort: str, low: int | None, high: int | None) -> Query:
    part = Query.range_query(schema, order_column(sort), FieldType.Integer, low, high)
    return _both(asked, part)


def _both(asked: Query, part: Query) -> Query:
    return Query.boolean_query([(Occur.Must, asked), (Occur.Must, part)])


def _entry(key: str, version: int, commit: int) -> Document:
    entry = Document()
    entry.add_text(IS, key)
    entry.add_integer(VERSION, version)
    entry.add_integer(COMMIT, commit)
    return entry


def _add_keywords(entry: Document, document: Fields, kind: Kind) -> None:
    for name, values in document.folded.items():
        for value in values:
            entry.add_text(IS, value_of(kind, name, value))
    for name in document.present:
        entry.add_text(IS, value_of(kind, HAS, name))
    for column in rare_columns_of(document):
        entry.add_text(IS, value_of(kind, RARE, column))


def _add_words(entry: Document, document: Fields, kind: Kind) -> None:
    """Add surfaces, stems, and the surfaces of those parts that stems are not enough for: of most texts there are none."""
    for name in (TITLE, TEXT):
        tokens = [part.tokens for part in document.parts if part.part == name]
        entry.add_text(f"{name}.x", _SENTINEL.join([words_of(kind, one.x) for one in tokens]))
        entry.add_text(f"{name}.s", _SENTINEL.join([words_of(kind, one.s) for one in tokens]))
        entry.add_text(f"{name}.e", _SENTINEL.join([words_of(kind, one.x) for one in tokens if not one.enough]))


def _seen(audience: Audience) -> tuple[str, ...]:
    """Return what is said of who sees a thing: everybody and who does not, or who alone does."""
    if audience.base:
        return (_EVERYBODY, *(_barred(party) for party in audience.parties))
    return tuple(_reader(party) for party in audience.parties)


def _seen_by(party: str, terms: Terms) -> Iterator[Clause]:
    readable = [seen for seen in (_EVERYBODY, _reader(party)) if terms.has_value(SEEN, seen)]
    yield Occur.Must, any_of([terms.value(SEEN, seen) for seen in readable])
    if terms.has_value(SEEN, _barred(party)):
        yield Occur.MustNot, terms.value(SEEN, _barred(party))


def _reader(party: str) -> str:
    return f"+{party}"


def _barred(party: str) -> str:
    return f"-{party}"
