"""From a template to an answer: HTML that loads nothing but our own styles, fonts and pictures, and runs no script."""

import gzip
import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.console import assets

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS: Final = MappingProxyType(
    {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
)
NO_HEADERS: Final[Mapping[str, str]] = MappingProxyType({})
_CODE: Final = re.compile("`([^`]+)`")
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@cache
def templates() -> Environment:
    """Return the templates: everything is escaped, and a name that a page does not have is an error."""
    environment = Environment(
        loader=PackageLoader("services.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["asset"] = assets.href
    environment.filters["coded"] = coded
    return environment


def coded(text: str) -> Markup:
    """Return the text with what stands between backticks as code."""
    pieces = enumerate(_CODE.split(text))
    return Markup("").join(Markup("<code>{}</code>").format(piece) if at % 2 else piece for at, piece in pieces)


def html(
    request: Request, template: str, shown: object, *, status: int = 200, headers: Mapping[str, str] = NO_HEADERS
) -> Response:
    """Answer with a template that shows one thing, under the name `page`; `headers` go before those of every page."""
    body = templates().get_template(template).render(page=shown).encode("utf-8", "replace")
    told = {**HEADERS, "Cache-Control": "no-cache", "Vary": "Accept-Encoding", **headers}
    if _takes_gzip(request):
        body = gzip.compress(body, compresslevel=5, mtime=0)
        told["Content-Encoding"] = "gzip"
    return Response(body, status_code=status, media_type="text/html", headers=told)


def static(request: Request, version: str, name: str) -> Response:
    """Answer with a static file; one asked for under an older version is given, and not to be kept."""
    asset = assets.assets().get(name)
    if asset is None:
        return Response("There is no such file.", status_code=404, media_type="text/plain")
    headers = {**HEADERS, "Vary": "Accept-Encoding"}
    headers["Cache-Control"] = _FOR_EVER if version == assets.version() else "no-cache"
    if asset.packed and _takes_gzip(request):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.media_type, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "").lower()
