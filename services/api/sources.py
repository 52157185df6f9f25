"""/v1/sources: what is listened to, and how it goes; switching on and off is the operator's."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import Field

from schemas.base import Model, Utc
from schemas.marking import Tlp
from schemas.party import Principal, Scope
from schemas.raw import SourceKind
from services.api.access import Operator, Reader, Served
from services.sources.checking import Checked
from services.sources.desk import Standing
from services.sources.source import Kind
from services.sources.state import Health

router = APIRouter(tags=["sources"])
SourceId = Annotated[str, Path(max_length=64)]


class SourceHealth(Model):
    """How it goes with a source. Counts tell of what is hidden, so this is the operator's alone."""

    health: Health
    lateness_seconds: Annotated[float, Field(description="How long the last success is overdue against the cadence.")]
    last_attempt_at: Utc | None
    last_success_at: Utc | None
    last_item_at: Annotated[Utc | None, Field(description="When something was new for the last time.")]
    last_error: str | None
    failures: Annotated[int, Field(description="Failures in a row.")]
    entries: Annotated[int | None, Field(description="Items that the last document had.")]
    items_seen: Annotated[int, Field(description="Items that were new, ever.")]
    due_at: Annotated[Utc | None, Field(description="When it is looked at next.")]


class SourceOut(Model):
    """A source of the catalogue. `verified` is the day on which it was last reached, null for never."""

    id: str
    title: str
    publisher: str
    kind: Kind
    source_kind: SourceKind
    address: str
    language: str
    grade: str
    cadence_seconds: float
    licence: str
    tlp: Tlp
    verified: date | None
    enabled: bool
    state: SourceHealth | None


class SourcesOut(Model):
    """All sources, in the catalogue's order."""

    items: tuple[SourceOut, ...]


@router.get("/v1/sources")
def sources(node: Served, principal: Reader) -> SourcesOut:
    """Return all sources; how it goes with each is told to the operator alone."""
    return SourcesOut(items=tuple(_shown(one, principal) for one in node.sources.all()))


@router.get("/v1/sources/{source_id}")
def source(source_id: SourceId, node: Served, principal: Reader) -> SourceOut:
    """Return one source."""
    return _shown(node.sources.get(source_id), principal)


@router.post("/v1/sources/{source_id}/enable")
def enable(source_id: SourceId, node: Served, principal: Operator) -> SourceOut:
    """Switch a source on: it is looked at within seconds, and from then on as often as its cadence says."""
    return _shown(node.sources.enable(source_id, by=principal), principal)


@router.post("/v1/sources/{source_id}/disable")
def disable(source_id: SourceId, node: Served, principal: Operator) -> SourceOut:
    """Switch a source off. What it brought stays."""
    return _shown(node.sources.disable(source_id, by=principal), principal)


@router.post("/v1/sources/{source_id}/check")
def check(source_id: SourceId, node: Served, _principal: Operator) -> Checked:
    """Fetch a source once, switched on or not, and return what would come in, parsed and classified; none of it is kept.

    A source that could be read counts as verified. Where it could not, the answer says why.
    """
    return node.sources.check(source_id)


def _shown(standing: Standing, principal: Principal) -> SourceOut:
    source, state = standing.source, standing.state
    verified = state.verified_at.date() if state.verified_at else source.verified
    return SourceOut(
        **source.model_dump(include={"id", "title", "publisher", "kind", "address", "language", "grade", "licence"}),
        source_kind=source.source_kind,
        cadence_seconds=source.cadence.total_seconds(),
        tlp=source.marking.tlp,
        verified=verified,
        enabled=state.enabled,
        state=_health(standing) if Scope.OPERATE in principal.scopes else None,
    )


def _health(standing: Standing) -> SourceHealth:
    state = standing.state
    told = {name: getattr(state, name) for name in SourceHealth.model_fields if hasattr(state, name)}
    return SourceHealth(**told, health=standing.health, lateness_seconds=standing.lateness.total_seconds())
