"""GET /v1/materials/{material_id}: what the knowledge base has of a material, each figure with its source."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from services.api.access import Reader
from streams.knowledge.load import load
from streams.knowledge.profile import Profile, profile

router = APIRouter(tags=["knowledge"])

MaterialId = Annotated[str, Path(max_length=100, description="An id such as `gallium`, `ree-heavy` or `dysprosium`.")]


@router.get("/v1/materials/{material_id}", response_model=Profile)
def material(material_id: MaterialId, principal: Reader) -> Response:
    """Return names, lists, customs codes, and for each figure the preferred one with those that conflict; 404 names the nearest."""
    del principal  # every reader of every party is told the same: it is all public
    return Response(profile(load(), material_id).model_dump_json(), media_type="application/json")
