"""Reads bodies within a bound: what is larger is refused before it is held."""

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.api.errors import HttpError

MAX_JSON_BYTES = 64_000
"""Bound of every body but those of the intake."""


class Bounded:
    """Refuses bodies above `max_bytes`, told or not, at every address but those of `except_for`.

    FastAPI reads a body before it asks whose it is, so the bound stands before all routes.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, except_for: frozenset[str]) -> None:
        self._app, self._max_bytes, self._except_for = app, max_bytes, except_for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and count what is read of it."""
        if scope["type"] != "http" or scope["path"] in self._except_for:
            await self._app(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise HTTPException(413, _told(self._max_bytes), headers={"Connection": "close"})
            return message

        await self._app(scope, counted, send)


async def read_body(request: Request, *, max_bytes: int) -> bytes:
    """Return the body; 413 as soon as it is known to be larger."""
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > max_bytes:
        raise _too_large(max_bytes)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(body)


def media_type(request: Request) -> str:
    """Return the body's media type without parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _too_large(max_bytes: int) -> HttpError:
    return HttpError(413, _told(max_bytes), headers={"Connection": "close"})


def _told(max_bytes: int) -> str:
    return f"a body has at most {max_bytes} bytes; send less at a time"
