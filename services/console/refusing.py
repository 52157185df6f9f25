"""What goes wrong at a page's form is told as a page: a person reads it, not a program."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from services.api.errors import TITLES, HttpError, headers_of, problem_of
from services.console import rendering
from services.console.words import visible
from streams.errors import TocsinError

Refused = TocsinError | HttpError | HTTPException


@dataclass(frozen=True)
class Refusal:
    """What was not done, and why; `headers` are for the browser."""

    title: str
    text: str
    status: int
    headers: Mapping[str, str]


class PageRoute(APIRoute):
    """A route whose refusals are pages."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        answer = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                return await answer(request)
            except (TocsinError, HttpError, HTTPException) as exc:
                refusal = refusal_of(exc)
                headers = {"Cache-Control": "no-store", **refusal.headers}
                return rendering.html(request, "refused.html", refusal, status=refusal.status, headers=headers)

        return told


def refusal_of(exc: Refused) -> Refusal:
    """Return an error as people read it."""
    if isinstance(exc, TocsinError):
        problem = problem_of(exc)
        return Refusal(problem.title, _sentence(problem.detail), problem.status, headers_of(exc))
    status = exc.status if isinstance(exc, HttpError) else exc.status_code
    title = TITLES.get(status, "The request failed")
    return Refusal(title, _sentence(str(exc.detail)), status, dict(exc.headers or {}))


def _sentence(detail: str) -> str:
    text = visible(detail).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."
