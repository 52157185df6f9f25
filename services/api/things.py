"""GET /v1/signals, /v1/events: search, and one thing by id with its versions and its evidence."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import SerializeAsAny

from schemas.base import Model
from schemas.projection import Kind
from schemas.query import DEFAULT_LIMIT, MAX_LIMIT
from schemas.signal import Evidence
from services.api.access import Reader, Served
from services.csv_export import csv_of
from services.ndjson_export import ndjson_of
from services.node import Node
from services.search import Question
from services.wire import Answer, Document, Gone, Item, documents_of, item_of, shown

router = APIRouter(tags=["search"])
TOTAL_HEADER: Final = "Tocsin-Total"

QueryText = Annotated[str, Query(max_length=4_000, description="In the query language; see docs/query.md.")]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="Hits a page.")]
Cursor = Annotated[
    str | None, Query(max_length=20_000, pattern=r"^[A-Za-z0-9_=-]*$", description="`next` of the page before.")
]
Sort = Annotated[str, Query(max_length=64, description="A sort key, `-` before it for descending.")]
Days = Annotated[
    str | None, Query(max_length=64, description="A time of the query language: counts hits by its day in UTC.")
]
Most = Annotated[int | None, Query(ge=1, le=100_000_000, description="At most so many; without it, all.")]
Facets = Annotated[str, Query(max_length=500, description="Fields to count values of, separated by commas.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a page of any kind of things is asked for."""

    q: QueryText = "*"
    limit: Limit = DEFAULT_LIMIT
    cursor: Cursor = None
    sort: Sort = "-published"
    facets: Facets = ""
    days: Days = None

    def question(self, kind: Kind, *, party: str, at: date | None = None) -> Question:
        """Return what the party asks for."""
        return Question(
            kind=kind,
            query=self.q,
            party=party,
            limit=self.limit,
            cursor=self.cursor,
            sort=self.sort,
            facets=tuple(name.strip() for name in self.facets.split(",") if name.strip()),
            days=self.days,
            at=at,
        )


AskedFor = Annotated[Asked, Depends()]


class Versions(Model):
    """What this reader was told of a thing, oldest first; the first is version 1."""

    items: tuple[SerializeAsAny[Item | Gone], ...]


class EvidenceOut(Model):
    """The reports behind a thing, and the words that led to each label."""

    documents: tuple[Document, ...]
    evidence: tuple[Evidence, ...]


def export_router(kind: Kind) -> APIRouter:
    """Return the addresses that give all hits of one kind, as a table and as JSON lines."""
    of_kind = APIRouter()

    @of_kind.get(f"/v1/{kind}s.csv", response_class=Response, responses=_answers("text/csv"))
    def export_csv(
        node: Served, principal: Reader, *, q: QueryText = "*", limit: Most = None, sort: Sort = "-published"
    ) -> Response:
        """Return all hits as CSV (RFC 4180), one thing a row; the header `Tocsin-Total` says how many there are."""
        total, pages = node.search.everything(kind, q, by=principal, sort=sort, limit=limit)
        return _streamed(csv_of(pages), total, "text/csv; charset=utf-8")

    @of_kind.get(f"/v1/{kind}s.ndjson", response_class=Response, responses=_answers("application/x-ndjson"))
    def export_ndjson(
        node: Served, principal: Reader, *, q: QueryText = "*", limit: Most = None, sort: Sort = "-published"
    ) -> Response:
        """Return all hits as JSON lines, without highlights; the header `Tocsin-Total` says how many there are."""
        total, pages = node.search.everything(kind, q, by=principal, sort=sort, limit=limit)
        return _streamed(ndjson_of(pages), total, "application/x-ndjson")

    return of_kind


def _answers(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"content": {media_type: {}}}}


def _streamed(chunks: Iterator[str], total: int, media_type: str) -> Response:
    return StreamingResponse(chunks, media_type=media_type, headers={TOTAL_HEADER: str(total)})


def search_router(kind: Kind) -> APIRouter:
    """Return the two addresses that search one kind of things."""
    of_kind = export_router(kind)

    @of_kind.get(f"/v1/{kind}s", response_model=Answer)
    def search(node: Served, principal: Reader, asked: AskedFor) -> Response:
        """Return hits in order, how many there are in all, and counts of the values and of the days asked for."""
        return page_of(node, asked.question(kind, party=principal.party))

    return of_kind


for _kind in (Kind.SIGNAL, Kind.EVENT):
    router.include_router(search_router(_kind))


@router.get("/v1/signals/{signal_id}", response_model=Item)
def signal(signal_id: str, node: Served, principal: Reader) -> Response:
    """Return one report as it was understood."""
    return json_of(item_of(node.search.signal(signal_id, by=principal)))


@router.get("/v1/events/{event_id}", response_model=Item)
def event(event_id: str, node: Served, principal: Reader) -> Response:
    """Return an event as it stands, by any id it has had."""
    thing = node.history.latest(Kind.EVENT, event_id, party=principal.party)
    told = node.history.counts(Kind.EVENT, [thing.id], audience=thing.audience)
    return json_of(item_of(thing, version=told.get(thing.id)))


@router.get("/v1/events/{event_id}/versions", response_model=Versions)
def versions(event_id: str, node: Served, principal: Reader) -> Response:
    """Return each version of an event that this reader was told, oldest first."""
    thing = node.history.latest(Kind.EVENT, event_id, party=principal.party)
    told = node.history.versions(Kind.EVENT, thing.id, party=principal.party)
    return json_of(Versions.model_construct(items=tuple(shown(one, version=n) for n, one in enumerate(told, 1))))


@router.get("/v1/events/{event_id}/evidence", response_model=EvidenceOut)
def evidence(event_id: str, node: Served, principal: Reader) -> Response:
    """Return the reports behind an event and the words that led to its labels."""
    thing = node.history.latest(Kind.EVENT, event_id, party=principal.party)
    return json_of(EvidenceOut(documents=documents_of(thing), evidence=thing.judgement.evidence))


def page_of(node: Node, question: Question) -> Response:
    """Answer with a page of hits."""
    return Response(node.pages.json(question), media_type="application/json")


def json_of(body: Model) -> Response:
    """Answer with a model as it is: it was built from validated parts, so it is not validated again."""
    return Response(body.model_dump_json(), media_type="application/json")
