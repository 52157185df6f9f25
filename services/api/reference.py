"""An OpenAPI document as a page of reference shows it: operations by tag, types as text with links to the schemas."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi.openapi.models import OpenAPI, Operation, Parameter, PathItem, Reference, RequestBody, Response, Schema

METHODS: Final = ("get", "post", "put", "patch", "delete")
UNTAGGED: Final = "other"
_SCHEMAS: Final = "#/components/schemas/"
_EXAMPLES: Final = {"q": "material:gallium", "things": "events", "limit": "3"}
_BOUNDS: Final = (
    ("minimum", "from {}"),
    ("exclusiveMinimum", "above {}"),
    ("maximum", "to {}"),
    ("exclusiveMaximum", "below {}"),
    ("minLength", "at least {} letters"),
    ("maxLength", "at most {} letters"),
    ("minItems", "at least {} items"),
    ("maxItems", "at most {} items"),
    ("pattern", "matches {}"),
)


@dataclass(frozen=True)
class Piece:
    """A piece of a type; `anchor` is the schema it leads to, empty for none."""

    text: str
    anchor: str = ""


@dataclass(frozen=True)
class Entry:
    """A parameter or a field of a schema."""

    name: str
    place: str
    type: tuple[Piece, ...]
    is_required: bool
    notes: str
    text: str


@dataclass(frozen=True)
class Content:
    """A body or an answer: what it is called, its media types, and the type of what is in it."""

    name: str
    media_types: str
    type: tuple[Piece, ...]
    text: str


@dataclass(frozen=True)
class Call:
    """One operation; `curl` is empty for those that change something."""

    anchor: str
    method: str
    path: str
    summary: str
    text: str
    needs_token: bool
    parameters: tuple[Entry, ...]
    body: Content | None
    answers: tuple[Content, ...]
    curl: str


@dataclass(frozen=True)
class Named:
    """A schema by name: its fields, or for an enumeration its values."""

    name: str
    text: str
    type: tuple[Piece, ...]
    fields: tuple[Entry, ...]


@dataclass(frozen=True)
class Page:
    """The whole reference."""

    title: str
    version: str
    text: str
    groups: tuple[tuple[str, tuple[Call, ...]], ...]
    schemas: tuple[Named, ...]


def reference_of(document: Mapping[str, Any], *, base_url: str) -> Page:
    """Return the reference of an OpenAPI 3.1 document; `base_url` is where the examples of curl go."""
    api = OpenAPI.model_validate(document)
    groups: dict[str, list[Call]] = {}
    for path, method, operation in _operations(api.paths or {}):
        tag = operation.tags[0] if operation.tags else UNTAGGED
        groups.setdefault(tag, []).append(_call(path, method, operation, base_url))
    schemas = api.components.schemas if api.components else None
    return Page(
        title=api.info.title,
        version=api.info.version,
        text=api.info.description or "",
        groups=tuple((tag, tuple(calls)) for tag, calls in groups.items()),
        schemas=tuple(_named(name, schema) for name, schema in (schemas or {}).items() if isinstance(schema, Schema)),
    )


def type_of(schema: object) -> tuple[Piece, ...]:
    """Return a type as text: names of schemas are links, alternatives are divided by `or`."""
    match schema:
        case Reference(ref=ref) if ref.startswith(_SCHEMAS):
            name = ref.removeprefix(_SCHEMAS)
            return (Piece(name, anchor=f"schema-{name}"),)
        case Schema(ref=str(ref)):
            return type_of(Reference.model_validate({"$ref": ref}))
        case Schema():
            return _type_of_schema(schema)
    return (Piece("anything"),)


def _type_of_schema(schema: Schema) -> tuple[Piece, ...]:
    alternatives = schema.anyOf or schema.oneOf or schema.allOf
    if alternatives:
        return _joined(alternatives)
    if values := schema.enum or ([] if schema.const is None else [schema.const]):
        return (Piece(" or ".join(map(json.dumps, values))),)
    if schema.prefixItems:
        return (Piece("["), *_joined(schema.prefixItems, ", "), Piece("]"))
    if schema.type == "array":
        return (Piece("list of "), *type_of(schema.items))
    if schema.type == "object" and isinstance(schema.additionalProperties, Schema | Reference):
        return (Piece("object of "), *type_of(schema.additionalProperties))
    written = schema.type if isinstance(schema.type, str) else " or ".join(schema.type or ("anything",))
    return (Piece(f"{written} ({schema.format})" if schema.format else written),)


def _joined(schemas: Sequence[object], between: str = " or ") -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for schema in schemas:
        pieces += [Piece(between)] if pieces else []
        pieces += type_of(schema)
    return tuple(pieces)


def _operations(paths: Mapping[str, PathItem | Any]) -> Iterator[tuple[str, str, Operation]]:
    # FastAPI types paths and answers as "the model or anything", so some of them arrive as plain dictionaries.
    for path, given in paths.items():
        item = PathItem.model_validate(given)
        for method in METHODS:
            operation = getattr(item, method, None)
            if isinstance(operation, Operation):
                yield path, method, operation


def _call(path: str, method: str, operation: Operation, base_url: str) -> Call:
    parameters = [one for one in operation.parameters or () if isinstance(one, Parameter)]
    body = operation.requestBody
    return Call(
        anchor=operation.operationId or f"{method}-{path}",
        method=method.upper(),
        path=path,
        summary=operation.summary or "",
        text=operation.description or "",
        needs_token=bool(operation.security),
        parameters=tuple(map(_parameter, parameters)),
        body=_content("", body) if isinstance(body, RequestBody) else None,
        answers=tuple(
            _content(status, Response.model_validate(answer)) for status, answer in (operation.responses or {}).items()
        ),
        curl=_curl(path, operation, parameters, base_url) if method == "get" else "",
    )


def _parameter(parameter: Parameter) -> Entry:
    schema = parameter.schema_
    return Entry(
        name=parameter.name,
        place=parameter.in_.value,
        type=type_of(schema),
        is_required=bool(parameter.required),
        notes=_notes(schema),
        text=parameter.description or "",
    )


def _content(name: str, given: RequestBody | Response) -> Content:
    content = given.content or {}
    return Content(
        name=name,
        media_types=", ".join(content),
        type=next((type_of(one.schema_) for one in content.values() if one.schema_), ()),
        text=given.description or "",
    )


def _named(name: str, schema: Schema) -> Named:
    required = schema.required or ()
    fields = schema.properties or {}
    return Named(
        name=name,
        text=schema.description or "",
        type=() if fields else type_of(schema),
        fields=tuple(
            Entry(one, "", type_of(field), one in required, _notes(field), getattr(field, "description", None) or "")
            for one, field in fields.items()
        ),
    )


def _notes(schema: object) -> str:
    """Return the bounds and the default of a value, in words."""
    if not isinstance(schema, Schema):
        return ""
    told = ((text, getattr(schema, name, None)) for name, text in _BOUNDS)
    # Bounds arrive as floats: 1000.0 reads as a measurement, 1000 as the count that it is.
    notes = [
        text.format(f"{value:.15g}" if isinstance(value, float) else value) for text, value in told if value is not None
    ]
    return ", ".join([*notes, f"default {json.dumps(schema.default)}"] if schema.default is not None else notes)


def _curl(path: str, operation: Operation, parameters: Sequence[Parameter], base_url: str) -> str:
    """Return a line that can be pasted; what only the reader knows is in capitals."""
    for one in parameters:
        if one.in_.value == "path":
            path = path.replace(f"{{{one.name}}}", _EXAMPLES.get(one.name, one.name.upper()))
    asked = {
        one.name: _EXAMPLES.get(one.name, one.name.upper())
        for one in parameters
        if one.in_.value == "query" and (one.required or one.name in _EXAMPLES)
    }
    token = '-H "Authorization: Bearer $TOKEN" ' if operation.security else ""
    written = f"?{urlencode(asked, safe=':')}" if asked else ""
    return f'curl {token}"{base_url}{path}{written}"'
