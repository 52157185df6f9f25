"""How a query is asked of Elasticsearch: pure. Nothing is scored, so nothing tells of what a reader may not see."""

from collections.abc import Sequence
from typing import Any

from schemas.projection import Kind
from schemas.query import Search
from services.adapters.elastic_entry import (
    ALL_READERS,
    HAS,
    READERS,
    THING,
    TIE,
    field_of,
    order_of,
    term_of,
    words_of,
)
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
from streams.query.prefix import folded_prefix, is_of_words
from streams.text.analyse import alternatives

Clause = dict[str, Any]
NOTHING: Clause = {"match_none": {}}


def query_of(node: Node, *, kind: Kind, party: str) -> Clause:
    """Return the query of one party for one kind of thing; it counts only what the party reads."""
    read_by = {
        "bool": {
            "should": [{"term": {READERS: ALL_READERS}}, {"term": {READERS: f"+{party}"}}],
            "must_not": [{"term": {READERS: f"-{party}"}}],
            "minimum_should_match": 1,
        }
    }
    return {"bool": {"filter": [{"term": {THING: kind.value}}, read_by, _compiled(node)]}}


def rest_of(search: Search) -> list[Clause]:
    """Return what narrows a query to the part after the page before: at its last number or after it, without what was given."""
    if search.after is None:
        return []
    bound = "lte" if search.sort.descending else "gte"
    value = search.after.value
    given = {
        "bool": {"must_not": [{"bool": {"filter": [{"term": {order_of(search.sort.field): value}}, _given(search)]}}]}
    }
    return [{"range": {order_of(search.sort.field): {bound: value}}}, given]


def order_by(search: Search) -> list[Clause]:
    """Return the order of the hits: by the number, then by id."""
    direction = "desc" if search.sort.descending else "asc"
    return [{order_of(search.sort.field): {"order": direction}}, {TIE: {"order": "asc"}}]


def _given(search: Search) -> Clause:
    assert search.after is not None
    return {"terms": {TIE: list(search.after.ids)}}


def _compiled(node: Node) -> Clause:  # noqa: C901, PLR0911 - one return a kind of node
    match node:
        case Everything():
            return {"match_all": {}}
        case Phrase():
            return _phrase(node)
        case Words():
            return _words(node)
        case Prefix():
            return _prefix(node)
        case Present(field):
            return {"term": {HAS: field}}
        case Value(field, value):
            return {"term": {field_of(field): term_of(fold_value(value))}}
        case Relative():
            raise Bug(f"{node.field} is counted from now, and nobody has said when that is")
        case Range():
            return _range(node)
        case Both(parts):
            return {"bool": {"filter": [_compiled(part) for part in parts]}}
        case Either(parts):
            return _any([_compiled(part) for part in parts])
        case Never(part):
            return {"bool": {"must_not": [_compiled(part)]}}


def _phrase(node: Phrase) -> Clause:
    wanted = alternatives(node.text)
    if not wanted.x:
        return NOTHING
    spelt = [(words_of(field, words), phrase) for field in _fields(node.field)
             for words, phrases in (("x", (wanted.x,)), ("s", wanted.s)) for phrase in phrases]  # fmt: skip
    return _any([_in_a_row(field, phrase) for field, phrase in spelt])


def _words(node: Words) -> Clause:
    wanted = alternatives(node.text).x
    if not wanted:
        return NOTHING
    names = [words_of(field, "x") for field in _fields(node.field)]
    if not node.gap or len(wanted) == 1:
        return _any([_in_a_row(name, wanted) for name in names])
    near = {"query": " ".join(wanted), "analyzer": "whitespace", "ordered": True, "max_gaps": node.gap}
    return _any([{"intervals": {name: {"match": near}}} for name in names])


def _prefix(node: Prefix) -> Clause:
    start = folded_prefix(node)
    if is_of_words(node):
        return _any([{"prefix": {words_of(field, "x"): start}} for field in _fields(node.field)])
    assert node.field is not None, "a value's beginning belongs to a field"
    return {"prefix": {field_of(node.field): start}}


def _in_a_row(field: str, words: Sequence[str]) -> Clause:
    return {"term": {field: words[0]}} if len(words) == 1 else {"match_phrase": {field: " ".join(words)}}


def _any(clauses: list[Clause]) -> Clause:
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _fields(field: str | None) -> tuple[str, ...]:
    return (field,) if field else names_of(FieldKind.TEXT)


def _range(node: Range) -> Clause:
    field = field_of(node.field)
    if node.low is None and node.high is None:
        return {"exists": {"field": field}}
    is_time = FIELDS[node.field].kind is FieldKind.TIME
    bounds = {}
    for bound, value in (
        ("gte" if node.low_included else "gt", node.low),
        ("lte" if node.high_included else "lt", node.high),
    ):
        if value is not None:
            bounds[bound] = int(value) if is_time else value
    return {"range": {field: bounds}}
