"""GET /v1/measures: the register, on any day; one measure by id or by its legal reference; the calendar of what is to come."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from schemas.projection import Kind, Projection
from services.api.access import Reader, Served
from services.api.things import AskedFor, EvidenceOut, QueryText, Versions, export_router, json_of, page_of
from services.node import Node
from services.partners.calendar import calendar
from services.register import all_measures
from services.wire import Gone, MeasureAnswer, MeasureItem, documents_of, item_of, shown
from streams.assemble.measure import measure_id_of
from streams.errors import NotFound

router = APIRouter(tags=["register"])
At = Annotated[
    date | None, Query(description="The day on which to say how things stand; by default each issuer's today.")
]


class MeasureVersions(Versions):
    """What this reader was told of a measure, oldest first; the first is version 1."""

    items: tuple[MeasureItem | Gone, ...]


@router.get("/v1/measures", response_model=MeasureAnswer)
def measures(node: Served, principal: Reader, asked: AskedFor, *, at: At = None) -> Response:
    """Return measures with their states in time; `status_at` and `in_force` are of the day asked for."""
    return page_of(node, asked.question(Kind.MEASURE, party=principal.party, at=at))


router.include_router(export_router(Kind.MEASURE))


@router.get("/v1/measures/calendar.ics", response_class=Response, responses={200: {"content": {"text/calendar": {}}}})
def measures_calendar(node: Served, principal: Reader, *, q: QueryText = "*") -> Response:
    """Return the days on which measures begin, end and lapse as a calendar (RFC 5545), from a year ago on."""
    told = calendar(all_measures(node, q, by=principal), base_url=node.settings.base_url, now=node.now())
    return Response(told, media_type="text/calendar; charset=utf-8")


@router.get("/v1/measures/{measure_id:path}/versions", response_model=MeasureVersions)
def versions(measure_id: str, node: Served, principal: Reader) -> Response:
    """Return each version of a measure that this reader was told, oldest first, each with what changed."""
    thing = _found(node, measure_id, principal.party)
    told = node.history.versions(Kind.MEASURE, thing.id, party=principal.party)
    return json_of(Versions.model_construct(items=tuple(shown(one, version=n) for n, one in enumerate(told, 1))))


@router.get("/v1/measures/{measure_id:path}/evidence", response_model=EvidenceOut)
def evidence(measure_id: str, node: Served, principal: Reader) -> Response:
    """Return the reports behind a measure, and the words of the leading one that led to its labels."""
    thing = _found(node, measure_id, principal.party)
    return json_of(EvidenceOut(documents=documents_of(thing), evidence=thing.judgement.evidence))


@router.get("/v1/measures/{measure_id:path}", response_model=MeasureItem)
def measure(measure_id: str, node: Served, principal: Reader, *, at: At = None) -> Response:
    """Return a measure by its id or its legal reference: `CN-MOFCOM-2025-61`, `CN-MOFCOM-2024-46/2` for a clause."""
    thing = _found(node, measure_id, principal.party)
    told = node.history.counts(Kind.MEASURE, [thing.id], audience=thing.audience)
    return json_of(item_of(thing, version=told.get(thing.id), at=at))


def _found(node: Node, name: str, party: str) -> Projection:
    try:
        return node.history.latest(Kind.MEASURE, name, party=party)
    except NotFound:
        return node.history.latest(Kind.MEASURE, measure_id_of(name.upper()), party=party)
