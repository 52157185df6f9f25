"""GET /docs and /docs/query: how programs talk to this server, and how one asks; offline and without script."""

from fastapi import APIRouter, Request, Response

from services.api.access import Served
from services.api.query_help import query_help
from services.api.reference import reference_of
from services.console import rendering

router = APIRouter(include_in_schema=False)


@router.api_route("/docs", methods=["GET", "HEAD"])
def docs(request: Request, node: Served) -> Response:
    """Show the application's own OpenAPI document."""
    page = reference_of(request.app.openapi(), base_url=node.settings.base_url)
    return rendering.html(request, "docs.html", page)


@router.api_route("/docs/query", methods=["GET", "HEAD"])
def docs_query(request: Request) -> Response:
    """Show the query language and all its fields."""
    return rendering.html(request, "query.html", query_help())
