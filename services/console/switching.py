"""/sources: who can be heard, for everybody; how it goes with each, and switching it on and off, for a signed-in operator."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from schemas.party import Principal
from services.api.access import Served
from services.api.errors import HttpError
from services.console import rendering
from services.console.forms import FromHere, PostedToken
from services.console.listening import SourcesPage, operators_page, sources_page
from services.console.refusing import PageRoute, Refusal, refusal_of
from services.console.sign_in import ASK_TOKEN, PATH, SignedIn, door_of, hand_over
from services.node import Node
from services.sources.desk import Standing
from streams.errors import Forbidden, InvalidInput, NotFound

router = APIRouter(include_in_schema=False, route_class=PageRoute)
READING: Final = ["GET", "HEAD"]
_NOT_SIGNED_IN: Final = "Not signed in"
_NOBODY: Final = Refusal(
    _NOT_SIGNED_IN, "Nobody is signed in any longer, so nothing was changed. Sign in, and do it again.", 401, ASK_TOKEN
)
_HEADERS: Final = {"Referrer-Policy": "same-origin", "Vary": "Accept-Encoding, Cookie"}
"""Under `no-referrer` browsers would post our own forms with the origin `null`."""


@router.api_route(PATH, methods=READING)
def sources(request: Request, node: Served, operator: SignedIn) -> Response:
    """Show the sources that can be listened to; to the operator also how it goes with them."""
    return _page(request, node, operator)


@router.post(f"{PATH}/sign-in", dependencies=[FromHere])
def sign_in(request: Request, node: Served, token: PostedToken) -> Response:
    """Let an operator in."""
    try:
        sealed = door_of(node).enter(token)
    except (HttpError, Forbidden) as exc:
        return _page(request, node, None, refusal=replace(refusal_of(exc), title=_NOT_SIGNED_IN))
    answer = _back()
    hand_over(answer, sealed, node.settings)
    return answer


@router.post(f"{PATH}/sign-out", dependencies=[FromHere])
def sign_out(node: Served) -> Response:
    """Let whoever is signed in out."""
    answer = _back()
    hand_over(answer, "", node.settings)
    return answer


@router.post(f"{PATH}/{{source_id}}/enable", dependencies=[FromHere])
def enable(source_id: str, request: Request, node: Served, operator: SignedIn) -> Response:
    """Switch a source on."""
    return _switched(request, node, operator, lambda by: node.sources.enable(source_id, by=by))


@router.post(f"{PATH}/{{source_id}}/disable", dependencies=[FromHere])
def disable(source_id: str, request: Request, node: Served, operator: SignedIn) -> Response:
    """Switch a source off."""
    return _switched(request, node, operator, lambda by: node.sources.disable(source_id, by=by))


@router.api_route(f"{PATH}/sign-in", methods=READING)
@router.api_route(f"{PATH}/sign-out", methods=READING)
@router.api_route(f"{PATH}/{{source_id}}/enable", methods=READING)
@router.api_route(f"{PATH}/{{source_id}}/disable", methods=READING)
def reloaded() -> Response:
    """Lead back who asks anew for the address of a refused form."""
    return _back()


def _switched(
    request: Request, node: Node, operator: Principal | None, switch: Callable[[Principal], Standing]
) -> Response:
    if operator is None:
        return _page(request, node, None, refusal=_NOBODY)
    try:
        standing = switch(operator)
    except (InvalidInput, NotFound) as exc:
        return _page(request, node, operator, refusal=refusal_of(exc))
    return _back(f"#{standing.source.id}")


def _page(request: Request, node: Node, operator: Principal | None, *, refusal: Refusal | None = None) -> Response:
    status = refusal.status if refusal else 200
    headers = {**_HEADERS, **(refusal.headers if refusal else {})}
    if operator or refusal:
        headers["Cache-Control"] = "no-store"
    return rendering.html(request, "sources.html", _shown(node, operator, refusal), status=status, headers=headers)


def _shown(node: Node, operator: Principal | None, refusal: Refusal | None) -> SourcesPage:
    if operator is None:
        return sources_page(node.sources.catalogue.values(), refusal=refusal)
    return operators_page(node.sources.all(), operator=operator, refusal=refusal)


def _back(fragment: str = "") -> Response:
    return RedirectResponse(f"{PATH}{fragment}", 303, headers={**rendering.HEADERS, "Cache-Control": "no-store"})
