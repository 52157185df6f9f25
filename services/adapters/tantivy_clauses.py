"""How each clause of a query is asked of a tantivy index: pure, and without any score."""

import re
from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

from tantivy import FieldType, Occur, Query, Schema

from streams.errors import Bug
from streams.query.ast import (
    Both,
    Either,
    Everything,
    Never,
    Node,
    Phrase,
    Prefix,
    Present,
    Range,
    Relative,
    Value,
    Words,
)
from streams.query.document import fold_value
from streams.query.fields import FIELDS, FieldKind, names_of
from streams.query.near import arrangements
from streams.query.prefix import folded_prefix, is_of_words
from streams.text.analyse import alternatives

HAS: Final = "_has"
"""The names of the fields in which a thing has a value."""

_ANYTHING: Final = "(.|\n)*"
_TANTIVY_TYPES: Final = MappingProxyType({FieldKind.NUMBER: FieldType.Float, FieldKind.TIME: FieldType.Integer})


def compiled(node: Node, schema: Schema) -> Query:  # noqa: C901, PLR0911 - one return a kind of node
    """Return what finds the things for which the query holds, whoever may read them."""
    match node:
        case Everything():
            return Query.all_query()
        case Phrase():
            return _phrase(node, schema)
        case Words():
            return _words(node, schema)
        case Prefix():
            return _prefix(node, schema)
        case Present(field):
            return Query.term_query(schema, HAS, field, "basic")
        case Value(field, value):
            return Query.term_query(schema, field, fold_value(value), "basic")
        case Relative():
            raise Bug(f"{node.field} is counted from now, and nobody has said when that is")
        case Range():
            return _range(node, schema)
        case Both(parts):
            return Query.boolean_query([(Occur.Must, compiled(part, schema)) for part in parts])
        case Either(parts):
            return _any(compiled(part, schema) for part in parts)
        case Never(part):
            return Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, compiled(part, schema))])


def _any(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, one) for one in queries])


def _fields(field: str | None) -> tuple[str, ...]:
    return (field,) if field else names_of(FieldKind.TEXT)


def _phrase(node: Phrase, schema: Schema) -> Query:
    wanted = alternatives(node.text)
    spelt = [(f"{field}.{words}", phrases) for field in _fields(node.field)
             for words, phrases in (("x", (wanted.x,)), ("s", wanted.s)) if phrases]  # fmt: skip
    match len(wanted.x):
        case 0:
            return Query.empty_query()
        case 1:
            return _any(Query.term_set_query(schema, name, [one[0] for one in phrases]) for name, phrases in spelt)
        case _:
            return _any(Query.phrase_query(schema, name, list(one)) for name, phrases in spelt for one in phrases)


def _words(node: Words, schema: Schema) -> Query:
    """Ask for each way in which the words may stand: tantivy's own slop also finds them out of order."""
    wanted = alternatives(node.text).x
    names = [f"{field}.x" for field in _fields(node.field)]
    match len(wanted):
        case 0:
            return Query.empty_query()
        case 1:
            return _any(Query.term_query(schema, name, wanted[0], "basic") for name in names)
        case count:
            return _any(
                Query.phrase_query(schema, name, list(zip(places, wanted, strict=True)))
                for name in names
                for places in arrangements(count, node.gap)
            )


def _prefix(node: Prefix, schema: Schema) -> Query:
    pattern = f"{re.escape(folded_prefix(node))}{_ANYTHING}"
    if is_of_words(node):
        return _any(Query.regex_query(schema, f"{field}.x", pattern) for field in _fields(node.field))
    assert node.field is not None, "a value's beginning belongs to a field"
    return Query.regex_query(schema, node.field, pattern)


def _range(node: Range, schema: Schema) -> Query:
    low, high, kind = node.low, node.high, FIELDS[node.field].kind
    if low is None and high is None:
        return Query.exists_query(node.field)
    closed = node.low_included and node.high_included
    if low is not None and high is not None and (low > high or (low == high and not closed)):
        return Query.empty_query()
    if kind is FieldKind.TIME:
        low, high = (None if bound is None else int(bound) for bound in (low, high))
    # tantivy wants an open bound to be an included one.
    included = (low is None or node.low_included, high is None or node.high_included)
    return Query.range_query(schema, node.field, _TANTIVY_TYPES[kind], low, high, *included)
