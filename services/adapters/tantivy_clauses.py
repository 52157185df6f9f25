"""How each clause of a query is asked of a tantivy index: pure, and without any score."""

from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Final

from tantivy import FieldType, Occur, Query, Schema

from services.adapters.tantivy_terms import HAS, Terms
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

_TANTIVY_TYPES: Final = MappingProxyType({FieldKind.NUMBER: FieldType.Float, FieldKind.TIME: FieldType.Integer})

Clause = tuple[Occur, Query]


def clauses(node: Node, terms: Terms) -> Iterator[Clause]:
    """Yield what has to hold, and what must not, for the query to hold, whoever may read what is found."""
    match node:
        case Everything():
            return
        case Both(parts):
            for part in parts:
                yield from clauses(part, terms)
        case Never(part):
            yield Occur.MustNot, _compiled(part, terms)
        case _:
            yield Occur.Must, _compiled(node, terms)


def all_of(told: Sequence[Clause]) -> Query:
    """Return what finds the things for which all clauses hold; tantivy wants something that the others take away from."""
    if any(occur is Occur.Must for occur, _query in told):
        return Query.boolean_query(list(told))
    return Query.boolean_query([(Occur.Must, Query.all_query()), *told])


def any_of(queries: Sequence[Query]) -> Query:
    """Return what finds the things that any of these finds."""
    match queries:
        case []:
            return Query.empty_query()
        case [one]:
            return one
        case _:
            return Query.boolean_query([(Occur.Should, one) for one in queries])


def _compiled(node: Node, terms: Terms) -> Query:
    match node:
        case Range():
            return _range(node, terms.schema)
        case Everything() | Both() | Never():
            return all_of(list(clauses(node, terms)))
        case _:
            return any_of(_ways(node, terms))


def _ways(node: Node, terms: Terms) -> list[Query]:  # noqa: PLR0911 - one return a kind of node
    """Return what finds the things for which the node holds, each in one of its ways.

    An either-or inside another is part of it: measured, tantivy takes half as long again for one in the other.
    """
    match node:
        case Phrase():
            return _phrase(node, terms)
        case Words():
            return _words(node, terms)
        case Prefix():
            return _prefix(node, terms)
        case Present(field):
            return [terms.value(HAS, field)]
        case Value(field, value):
            return [terms.value(field, fold_value(value))]
        case Relative():
            raise Bug(f"{node.field} is counted from now, and nobody has said when that is")
        case Either(parts):
            return [way for part in parts for way in _ways(part, terms)]
        case _:
            return [_compiled(node, terms)]


def _fields(field: str | None) -> tuple[str, ...]:
    return (field,) if field else names_of(FieldKind.TEXT)


def _any_word(spelt: Iterable[tuple[str, str]], terms: Terms) -> list[Query]:
    """Return, for each of these words in its field, what finds the things that have it.

    Those that nothing has are left out: measured, asking a large index for each of 19 languages' stems costs ten times as much
    as asking for those of the one that is there, and a set of terms is read from end to end however few a query still needs.
    """
    return [terms.word(field, word) for field, word in spelt if terms.has_word(field, word)]


def _phrase(node: Phrase, terms: Terms) -> list[Query]:
    wanted = alternatives(node.text)
    # Either-or is read from end to end, and surfaces stand where their stems do: so they are asked for only where they say more.
    surfaces = "e" if wanted.plain else "x"
    spelt = [(f"{field}.{words}", phrase) for field in _fields(node.field)
             for words, phrases in ((surfaces, (wanted.x,)), ("s", wanted.s)) for phrase in phrases]  # fmt: skip
    if len(wanted.x) == 1:
        return _any_word(((name, phrase[0]) for name, phrase in spelt), terms)
    stand = [(name, phrase) for name, phrase in spelt if phrase and all(terms.has_word(name, word) for word in phrase)]
    return [terms.phrase(name, phrase) for name, phrase in stand]


def _words(node: Words, terms: Terms) -> list[Query]:
    """Ask for each way in which the words may stand: tantivy's own slop also finds them out of order."""
    wanted = alternatives(node.text).x
    names = [
        f"{field}.x" for field in _fields(node.field) if all(terms.has_word(f"{field}.x", word) for word in wanted)
    ]
    match len(wanted):
        case 0:
            return []
        case 1:
            return _any_word(((name, wanted[0]) for name in names), terms)
        case count:
            return [terms.placed(name, wanted, places) for name in names for places in arrangements(count, node.gap)]


def _prefix(node: Prefix, terms: Terms) -> list[Query]:
    beginning = folded_prefix(node)
    if is_of_words(node):
        return [terms.words_from(f"{field}.x", beginning) for field in _fields(node.field)]
    assert node.field is not None, "a value's beginning belongs to a field"
    return [terms.values_from(node.field, beginning)]


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
