"""GET /v1/suggest: what may be meant by what is being typed."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from schemas.base import Model
from schemas.rule import MAX_QUERY_LETTERS
from services.api.access import Reader, Served
from services.api.things import json_of
from services.suggest import Suggestion

router = APIRouter(tags=["search"])

MAX_SUGGESTIONS = 50


class Suggestions(Model):
    """The likeliest first."""

    items: tuple[Suggestion, ...]


@router.get("/v1/suggest", response_model=Suggestions)
def suggest(
    node: Served,
    principal: Reader,
    *,
    q: Annotated[str, Query(max_length=MAX_QUERY_LETTERS, description="The query as far as it is typed.")] = "",
    limit: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS)] = 10,
) -> Response:
    """Return materials, places, organisations, classes, fields and values that the end of the query may mean.

    Names in every language of the knowledge base, also with mistakes in typing. Values that no list holds come from what
    the reader may see.
    """
    return json_of(Suggestions(items=node.suggest.suggest(q, by=principal, limit=limit)))
