"""/feeds/public.atom: the TLP:CLEAR feed, for everybody and without a token."""

from fastapi import APIRouter, Request, Response

from schemas.marking import EVERYBODY, PUBLIC, Tlp
from schemas.projection import Projection
from services.api.access import Served
from services.partners.atom import atom

router = APIRouter(tags=["feeds"])
ENTRIES = 100


@router.get(
    "/feeds/public.atom", response_class=Response, responses={200: {"content": {"application/atom+xml": {}}}, 304: {}}
)
def public_atom(request: Request, node: Served) -> Response:
    """Return the newest events that are TLP:CLEAR, as Atom (RFC 4287)."""
    entries = node.history.newest(EVERYBODY.key, limit=2 * ENTRIES)
    etag = f'"{entries[0].sequence if entries else 0}"'
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers={"ETag": etag})
    latest = {entry.projected.id: entry for entry in reversed(entries)}
    told = [
        entry
        for entry in sorted(latest.values(), key=lambda entry: -entry.sequence)
        if isinstance(entry.projected, Projection)
        and entry.projected.tlp is Tlp.CLEAR
        and entry.projected.audience.includes(PUBLIC)
    ]
    body = atom(told[:ENTRIES], base_url=node.settings.base_url)
    headers = {"ETag": etag, "Cache-Control": "public, max-age=30"}
    return Response(body, media_type="application/atom+xml; charset=utf-8", headers=headers)
