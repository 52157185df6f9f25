"""What a browser posts to the pages: only from the pages themselves, small, and in the form that a form has."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, Request

from services.api.access import Served
from services.api.body import media_type, read_body
from services.api.errors import HttpError
from streams.errors import Forbidden, InvalidInput

MAX_FORM_BYTES: Final = 2_000
MAX_TOKEN_LETTERS: Final = 200
FORM: Final = "application/x-www-form-urlencoded"
_OURS: Final = ("same-origin", "none")
_PORTS: Final = MappingProxyType({"http": 80, "https": 443})


def is_foreign(headers: Mapping[str, str], *, base_url: str) -> bool:
    """Tell whether a browser says that another site, or another host of ours, made it send this.

    `Sec-Fetch-Site` is asked first. Browsers leave it out over plain HTTP: then `Origin` must name the host that was
    asked, or the one of `base_url` where a proxy changes hosts. What sends neither is no browser, and has no cookies
    of somebody else.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OURS
    origin = headers.get("origin")
    if origin is None:
        return False
    ours = {_authority(f"//{headers.get('host', '')}"), _authority(base_url)} - {None}
    return _authority(origin) not in ours


async def from_here(request: Request, node: Served) -> None:
    """Refuse what another site has a browser send: 403."""
    if is_foreign(request.headers, base_url=node.settings.base_url):
        raise Forbidden("Another site asked for this. Nothing was changed: do it on Tocsin's own page.")


async def posted_token(request: Request) -> str:
    """Return the token of the form; 415 for another format, 413 for a large body, InvalidInput for no or a long token."""
    if media_type(request) != FORM:
        raise HttpError(415, f"A form is sent as {FORM}. Sign in on the page.")
    body = await read_body(request, max_bytes=MAX_FORM_BYTES)
    token = field_of(body, "token").strip()
    if not token or len(token) > MAX_TOKEN_LETTERS:
        raise InvalidInput(f"The token is missing, or longer than {MAX_TOKEN_LETTERS} letters.", field="token")
    return token


FromHere: Final = Depends(from_here)
PostedToken = Annotated[str, Depends(posted_token)]


def field_of(body: bytes, name: str) -> str:
    """Return the first value of a field of a form; empty where there is none, or the body is no form."""
    try:
        fields = parse_qs(body.decode("ascii", "replace"), max_num_fields=10)
    except ValueError:
        return ""
    return fields.get(name, [""])[0]


def _authority(address: str) -> tuple[str, int | None] | None:
    """Return host and port, which may be the scheme's; null of what has none, such as the origin `null`."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    standard = _PORTS.get(parts.scheme)
    return (parts.hostname, None if port == standard else port) if parts.hostname else None
