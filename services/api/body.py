"""Reads bodies within a bound: what is larger is refused before it is held."""

from fastapi import Request

from services.api.errors import HttpError

MAX_JSON_BYTES = 64_000
"""Bound of every body but those of the intake."""


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
    return HttpError(413, f"a body has at most {max_bytes} bytes; send less at a time", headers={"Connection": "close"})
