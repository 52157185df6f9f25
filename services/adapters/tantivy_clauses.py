"""How each clause of a query is asked of a tantivy index: pure, and without any score."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
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


Known = Callable[[str, str], bool]
"""Whether any thing has a term in a field."""

Clause = tuple[Occur, Query]


def clauses(node: Node, schema: Schema, known: Known) -> Iterator[Clause]:
    """Yield what has to hold, and what must not, for the query to hold, whoever may read what is found."""
    match node:
        case Everything():
            return
        case Both(parts):
            for part in parts:
                yield from clauses(part, schema, known)
        case Never(part):
            yield Occur.MustNot, _compiled(part, schema, known)
        case _:
            yield Occur.Must, _compiled(node, schema, known)


def all_of(told: Sequence[Clause]) -> Query:
    """Return what finds the things for which all clauses hold; tantivy wants something that the others take away from."""
    if any(occur is Occur.Must for occur, _query in told):
        return Query.boolean_query(list(told))
    return Query.boolean_query([(Occur.Must, Query.all_query()), *told])


def any_term(schema: Schema, terms: Iterable[tuple[str, str]], known: Known) -> Query:
    """Return what finds the things that have any of these terms in their fields.

    Terms that nothing has are left out: measured, asking a large index for each of 19 languages' stems costs ten times as much
    as asking for those of the one that is there, and a set of terms is read from end to end however few a query still needs.
    """
    return _any([Query.term_query(schema, field, term, "basic") for field, term in terms if known(field, term)])


def _compiled(node: Node, schema: Schema, known: Known) -> Query:  # noqa: PLR0911 - one return a kind of node
    match node:
        case Phrase():
            return _phrase(node, schema, known)
        case Words():
            return _words(node, schema, known)
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
        case Either(parts):
            return _any([_compiled(part, schema, known) for part in parts])
        case Everything() | Both() | Never():
            return all_of(list(clauses(node, schema, known)))


def _any(queries: Sequence[Query]) -> Query:
    match queries:
        case []:
            return Query.empty_query()
        case [one]:
            return one
        case _:
            return Query.boolean_query([(Occur.Should, one) for one in queries])


def _fields(field: str | None) -> tuple[str, ...]:
    return (field,) if field else names_of(FieldKind.TEXT)


def _phrase(node: Phrase, schema: Schema, known: Known) -> Query:
    wanted = alternatives(node.text)
    # Either-or is read from end to end, and surfaces stand where their stems do: so they are asked for only where they say more.
    surfaces = "e" if wanted.plain else "x"
    spelt = [(f"{field}.{words}", phrase) for field in _fields(node.field)
             for words, phrases in ((surfaces, (wanted.x,)), ("s", wanted.s)) for phrase in phrases]  # fmt: skip
    if len(wanted.x) == 1:
        return any_term(schema, ((name, phrase[0]) for name, phrase in spelt), known)
    stand = [(name, phrase) for name, phrase in spelt if phrase and all(known(name, word) for word in phrase)]
    return _any([Query.phrase_query(schema, name, list(phrase)) for name, phrase in stand])


def _words(node: Words, schema: Schema, known: Known) -> Query:
    """Ask for each way in which the words may stand: tantivy's own slop also finds them out of order."""
    wanted = alternatives(node.text).x
    names = [f"{field}.x" for field in _fields(node.field) if all(known(f"{field}.x", word) for word in wanted)]
    match len(wanted):
        case 0:
            return Query.empty_query()
        case 1:
            return any_term(schema, ((name, wanted[0]) for name in names), known)
        case count:
            return _any(
                [
                    Query.phrase_query(schema, name, list(zip(places, wanted, strict=True)))
                    for name in names
                    for places in arrangements(count, node.gap)
                ]
            )


def _prefix(node: Prefix, schema: Schema) -> Query:
    pattern = f"{re.escape(folded_prefix(node))}{_ANYTHING}"
    if is_of_words(node):
        return _any([Query.regex_query(schema, f"{field}.x", pattern) for field in _fields(node.field)])
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
