"""What every operation may answer besides its result: RFC 9457 problems, told in the OpenAPI document by one table."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI

from schemas.problem import Problem
from services.api.errors import MEDIA_TYPE

TEXTS: Final = {
    400: "The body cannot be read.",
    401: "There is no token, or one that is not known here.",
    403: "The token's holder may not do this.",
    404: "There is no such thing, or none that you may know of.",
    409: "It contradicts what is there.",
    413: "The body is too large.",
    415: "The body is of another media type.",
    422: "What is asked or sent is not valid.",
    503: "Not available now; try again after `Retry-After` seconds.",
}
"""Status -> what it means at every operation."""

_METHODS: Final = ("get", "put", "post", "delete", "patch")


class DocumentedApi(FastAPI):
    """An application whose OpenAPI document names the problems of every operation."""

    def openapi(self) -> dict[str, Any]:
        """Return the document; it is made once."""
        if self.openapi_schema is None:
            self.openapi_schema = with_problems(super().openapi())
        return self.openapi_schema


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route whose problems do not follow from what it takes."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {status: {"description": TEXTS[status], "content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the problems of each operation; those that FastAPI assumes are not ours, and go."""
    schemas = document["components"]["schemas"]
    for assumed in ("HTTPValidationError", "ValidationError"):
        schemas.pop(assumed, None)
    schemas["Problem"] = Problem.model_json_schema()
    for item in document["paths"].values():
        for operation in (item[method] for method in _METHODS if method in item):
            found = {str(status): told for status, told in problems(*_statuses_of(operation)).items()}
            operation["responses"] = dict(sorted({**operation["responses"], **found}.items()))
    return document


def _statuses_of(operation: Mapping[str, Any]) -> Iterator[int]:
    """Yield the problems that follow from what an operation takes: a token, a body, parameters, an id in its path."""
    parameters = operation.get("parameters", ())
    if "security" in operation:
        yield from (401, 403, 503)
    if "requestBody" in operation:
        yield from (400, 413, 422)
    if parameters:
        yield 422
    if any(one["in"] == "path" for one in parameters):
        yield 404
