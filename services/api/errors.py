"""Our errors as HTTP: the only place that knows which error is which status."""

import math
from collections.abc import Callable

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from schemas.problem import Problem
from streams.errors import (
    ConfigError,
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    Rejected,
    TocsinError,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
log = structlog.get_logger(__name__)

STATUSES: dict[type[TocsinError], tuple[int, str]] = {
    InvalidInput: (422, "The input is not valid"),
    NotFound: (404, "Not found"),
    Conflict: (409, "It contradicts what is there"),
    Forbidden: (403, "Not allowed"),
    Rejected: (422, "Refused"),
    Unavailable: (503, "Not available now"),
    ConfigError: (500, "The server is not set up for this"),
}
TITLES = {
    400: "Bad request",
    401: "Who asks?",
    404: "Not found",
    405: "Not with this method",
    413: "Too large",
    415: "Not this format",
}


class HttpError(Exception):
    """An answer that only HTTP knows: 401, 413, 415."""

    def __init__(self, status: int, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def answer(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return the problem as an HTTP answer."""
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Make every error of the app an RFC 9457 problem."""
    handlers: dict[type[Exception], Callable[[Request, Exception], Response]] = {
        TocsinError: _ours,
        HttpError: _http,
        RequestValidationError: _invalid_request,
        HTTPException: _starlette,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def problem_of(exc: TocsinError) -> Problem:
    """Return one of our errors as a problem."""
    status, title = next((known for kind, known in STATUSES.items() if isinstance(exc, kind)), (500, "A fault of ours"))
    match exc:
        case InvalidInput():
            place = {"field": exc.field, "position": exc.position, "nearest": exc.nearest}
        case NotFound():
            place = {"nearest": exc.nearest}
        case _:
            place = {}
    return Problem.model_validate({"title": title, "status": status, "detail": str(exc), **place})


def headers_of(exc: TocsinError) -> dict[str, str]:
    """Return what else is said of it: when to come again, of what is not available now."""
    return {"Retry-After": str(math.ceil(exc.retry_after_seconds or 1))} if isinstance(exc, Unavailable) else {}


def _ours(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, TocsinError)
    return answer(problem_of(exc), headers_of(exc))


def _http(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HttpError)
    return answer(Problem(title=TITLES[exc.status], status=exc.status, detail=exc.detail), exc.headers)


def _invalid_request(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, RequestValidationError)
    first = exc.errors()[0]
    title = STATUSES[InvalidInput][1]
    _, *place = first["loc"]  # body, query, path or header comes first, then the field or, in broken JSON, the letter
    if first["type"] == "json_invalid":
        detail = f"the body is no JSON: {first['ctx']['error']}"
        return answer(Problem(title=title, status=422, detail=detail, position=int(place[0])))
    field = ".".join(map(str, place))
    detail = f"{field}: {first['msg']}" if field else first["msg"]
    return answer(Problem(title=title, status=422, detail=detail, field=field or None))


def _starlette(_request: Request, exc: Exception) -> Response:
    assert isinstance(exc, HTTPException)
    title = TITLES.get(exc.status_code, "The request failed")
    return answer(Problem(title=title, status=exc.status_code, detail=str(exc.detail)), dict(exc.headers or {}))


def _unexpected(request: Request, exc: Exception) -> Response:
    log.error("request_failed", path=request.url.path, error=repr(exc), exc_info=exc)
    detail = "This is a fault of ours; the server's log has the details."
    return answer(Problem(title="A fault of ours", status=500, detail=detail))
