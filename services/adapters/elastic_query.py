"""How a query is asked of Elasticsearch: pure. Nothing is scored, so nothing tells of what a reader may not see."""

from typing import Any

from schemas.projection import Kind
from schemas.query import Search
from services.adapters.elastic_entry import ALL_READERS, READERS, THING, TIE, field_of, order_of, term_of, words_of
from streams.errors import Bug
from streams.query.ast import Both, Either, Everything, Never, Node, Phrase, Range, Relative, Value
from streams.query.document import fold_value
from streams.query.fields import FIELDS, FieldKind, names_of
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


def _compiled(node: Node) -> Clause:  # noqa: PLR0911 - one return a kind of node
    match node:
        case Everything():
            return {"match_all": {}}
        case Phrase():
            return _phrase(node)
        case Value(field, value):
            return {"term": {field_of(field): term_of(fold_value(value))}}
        case Relative():
            raise Bug(f"{node.field} is counted from now, and nobody has said when that is")
        case Range():
            return _range(node)
        case Both(parts):
            return {"bool": {"filter": [_compiled(part) for part in parts]}}
        case Either(parts):
            return {"bool": {"should": [_compiled(part) for part in parts], "minimum_should_match": 1}}
        case Never(part):
            return {"bool": {"must_not": [_compiled(part)]}}


def _phrase(node: Phrase) -> Clause:
    wanted = alternatives(node.text)
    if not wanted.x:
        return NOTHING
    fields = (node.field,) if node.field else names_of(FieldKind.TEXT)
    spelt = [(words_of(field, words), phrase) for field in fields
             for words, phrases in (("x", (wanted.x,)), ("s", wanted.s)) for phrase in phrases]  # fmt: skip
    found = [
        {"term": {field: phrase[0]}} if len(phrase) == 1 else {"match_phrase": {field: " ".join(phrase)}}
        for field, phrase in spelt
    ]
    return {"bool": {"should": found, "minimum_should_match": 1}}


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
