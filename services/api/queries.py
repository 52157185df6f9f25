"""/v1/queries: searches kept under a name, one's own and those that others share."""

from fastapi import APIRouter, Response

from schemas.base import Model
from schemas.marking import Tlp
from schemas.party import Principal
from schemas.saved import SavedQuery, SavedQueryChange, SavedQueryIn
from services.api.access import Reader, Served, Writer
from services.api.problems import problems
from services.console.asked import Asked
from services.node import Node
from services.search import parsed, sort_key
from streams.errors import InvalidInput

router = APIRouter(tags=["search"])


class SavedQueryOut(SavedQuery):
    """A kept search as its readers get it; `permalink` is where the console shows what it finds."""

    mine: bool
    permalink: str


class SavedQueries(Model):
    """Kept searches by name."""

    items: tuple[SavedQueryOut, ...]


@router.get("/v1/queries")
def queries(node: Served, principal: Reader) -> SavedQueries:
    """Return the searches that this token's holder keeps, and those that are shared with the party."""
    return SavedQueries(items=tuple(_shown(one, node, principal) for one in node.queries.all(by=principal)))


@router.post("/v1/queries", status_code=201, responses=problems(409))
def keep(posted: SavedQueryIn, node: Served, principal: Writer) -> SavedQueryOut:
    """Keep a search under a name; who else sees it follows from its marking, and without one nobody does."""
    _check(posted)
    return _shown(node.queries.create(posted, by=principal), node, principal)


@router.get("/v1/queries/{query_id}")
def query(query_id: str, node: Served, principal: Reader) -> SavedQueryOut:
    """Return one kept search."""
    return _shown(node.queries.get(query_id, by=principal), node, principal)


@router.put("/v1/queries/{query_id}")
def change(query_id: str, posted: SavedQueryChange, node: Served, principal: Writer) -> SavedQueryOut:
    """Change what one's own search asks, its order, and whom it is shared with."""
    _check(posted)
    return _shown(node.queries.change(query_id, posted, by=principal), node, principal)


@router.delete("/v1/queries/{query_id}", status_code=204)
def forget(query_id: str, node: Served, principal: Writer) -> Response:
    """Delete one's own search."""
    node.queries.delete(query_id, by=principal)
    return Response(status_code=204)


def _check(posted: SavedQueryChange) -> None:
    """Refuse what could not be asked, and markings that a search cannot keep to."""
    parsed(posted.query)
    sort_key(posted.sort)
    if posted.marking is not None and posted.marking.tlp is Tlp.RED:
        raise InvalidInput("RED is for named persons: leave the marking out, then nobody else sees it", field="marking")
    if posted.marking is not None and posted.marking.embargo_until is not None:
        raise InvalidInput("a saved search has no embargo: share it when it is to be seen", field="marking")


def _shown(saved: SavedQuery, node: Node, by: Principal) -> SavedQueryOut:
    mine = (saved.party, saved.owner) == (by.party, by.name)
    link = f"{node.settings.base_url.rstrip('/')}{Asked(saved.query, saved.kind, saved.sort).href()}"
    return SavedQueryOut(**saved.model_dump(), mine=mine, permalink=link)
