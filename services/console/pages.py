"""GET /: the first page, for everybody, rendered here and readable without any script; and the files of all pages."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request, Response

from schemas.party import ANONYMOUS
from services.api.access import Served
from services.console import rendering
from services.console.asked import ROWS, Asked, asked_of, wider, with_view
from services.console.trouble import trouble_of
from services.console.view import FACETS, FirstPage, Trouble, page_of, troubled, views_of
from services.search import SearchService
from streams.errors import InvalidInput, NotFound, Unavailable

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
def first_page(request: Request, node: Served) -> Response:
    """Show what the public may see of what the address asks; a bad question keeps the page and points at the place."""
    address: Mapping[str, str] = request.query_params
    asked = Asked(q=address.get("q", "").strip())
    try:
        if view := address.get("view"):
            address = with_view(address, node.queries.get(view, by=ANONYMOUS))
        asked = asked_of(address)
        shown = replace(_answered(node.search, asked), views=views_of(node.queries.all(by=ANONYMOUS), chosen=view))
        return rendering.html(request, "feed.html", shown)
    except NotFound as exc:
        return rendering.html(request, "feed.html", troubled(asked, Trouble(f"{str(exc).capitalize()}.")), status=404)
    except InvalidInput as exc:
        return rendering.html(request, "feed.html", troubled(asked, trouble_of(asked, exc)), status=422)
    except Unavailable as exc:
        text = f"The search does not answer at the moment ({exc}). Try again in a little while."
        return rendering.html(request, "feed.html", troubled(asked, Trouble(text)), status=503)


@router.api_route("/static/{version}/{name:path}", methods=["GET", "HEAD"])
def static_file(request: Request, version: str, name: str) -> Response:
    """Give a style sheet, a font or a picture of the console."""
    return rendering.static(request, version, name)


def _answered(search: SearchService, asked: Asked) -> FirstPage:
    answer = search.search(
        asked.kind,
        asked.query,
        by=ANONYMOUS,
        limit=ROWS,
        cursor=asked.cursor or None,
        sort=asked.sort,
        facets=FACETS,
    )
    others = () if answer.items else wider(asked)
    found = [(other, search.search(other.kind, other.query, by=ANONYMOUS, limit=1).total) for other in others]
    return page_of(asked, answer, wider=found)
