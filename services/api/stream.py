"""GET /v1/stream: each change of an event as it happens, with ids to resume from."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.concurrency import run_in_threadpool
from sse_starlette import EventSourceResponse, ServerSentEvent

from schemas.feed import FeedEntry
from schemas.marking import EVERYBODY
from schemas.party import Principal
from services.api.access import Reader, Served
from services.node import Node
from services.wire import shown
from streams.errors import InvalidInput

router = APIRouter(tags=["feeds"])

HEARTBEAT_SECONDS = 10.0
"""Stream clients give a silent connection up after 45 s, and comments do not count as life."""

PAGE = 200
LAST_POSSIBLE = 2**63 - 1
"""The largest number that a database keeps."""


@router.get("/v1/stream", response_class=EventSourceResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def stream(
    node: Served,
    principal: Reader,
    after: Annotated[
        int | None,
        Query(ge=0, le=LAST_POSSIBLE, description="The id after which to begin; by default with what is new."),
    ] = None,
    last_event_id: Annotated[str | None, Header(max_length=40)] = None,
) -> EventSourceResponse:
    """Send each version of each event that you may see. `Last-Event-ID` resumes without a gap.

    The stream ends when its token is revoked.
    """
    start = after if last_event_id is None else _position(last_event_id)
    if start is None:
        start = await run_in_threadpool(node.history.last_sequence, EVERYBODY.key)
    return EventSourceResponse(_events(node, principal, start), ping=3600)


async def _events(node: Node, principal: Principal, sequence: int) -> AsyncIterator[ServerSentEvent]:
    with node.news.listening() as news:
        while not node.stopping.is_set() and await run_in_threadpool(node.access.is_open, principal.token_id):
            news.clear()
            entries = await run_in_threadpool(node.history.feed, EVERYBODY.key, after=sequence, limit=PAGE)
            for entry in entries:
                sequence = entry.sequence
                yield _event(entry)
            if len(entries) == PAGE:
                continue
            try:
                await asyncio.wait_for(news.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ServerSentEvent(event="heartbeat", data="{}", id=str(sequence))


def _event(entry: FeedEntry) -> ServerSentEvent:
    thing = shown(entry.projected)
    return ServerSentEvent(event=entry.projected.kind.value, data=thing.model_dump_json(), id=str(entry.sequence))


def _position(last_event_id: str) -> int:
    is_number = last_event_id.isascii() and last_event_id.isdigit()
    if not is_number or int(last_event_id) > LAST_POSSIBLE:
        raise InvalidInput("Last-Event-ID is the id of an event of this stream", field="Last-Event-ID")
    return int(last_event_id)
