"""POST /v1/intake: signals in, one or a line each."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from schemas.base import Model
from schemas.party import Principal, Scope
from schemas.problem import Problem
from schemas.raw import SignalIn, SourceKind
from services.api.access import Contributor, Served
from services.api.body import media_type, read_body
from services.api.errors import HttpError, problem_of
from services.api.problems import problems
from services.intake import RESERVED, Arrival, admitted
from services.node import Node
from streams import metrics
from streams.errors import Forbidden, InvalidInput

router = APIRouter(tags=["intake"])
NDJSON = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class Accepted(Model):
    """The signal is on disk under this id."""

    id: str
    status: str = "accepted"


class LineAnswer(Model):
    """What became of one line."""

    status: str
    id: str | None = None
    problem: Problem | None = None


class LineAnswers(Model):
    """One answer a line, in order; empty lines have none."""

    items: tuple[LineAnswer, ...]


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:  # noqa: ANN401 - a JSON Schema is any JSON
    """Return a schema with its references replaced: FastAPI registers no model that only a free body names."""
    if isinstance(schema, list):
        return [_inlined(part, definitions) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    return {name: _inlined(part, definitions) for name, part in schema.items() if name != "$defs"}


_SIGNAL = SignalIn.model_json_schema()
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": _inlined(_SIGNAL, _SIGNAL["$defs"])},
            NDJSON[0]: {"schema": {"type": "string", "description": "One signal a line."}},
        },
    }
}


@router.post(
    "/v1/intake",
    status_code=202,
    response_model=Accepted | LineAnswers,
    responses={207: {"model": LineAnswers, "description": "Some lines were rejected."}, **problems(415)},
    openapi_extra=_BODY,
)
async def intake(
    request: Request,
    node: Served,
    principal: Contributor,
    source_kind: SourceKind | None = None,
    backfill: Annotated[bool, Query(description="Old news: judged like live input, rings nobody.")] = False,  # noqa: FBT002 - a query parameter
) -> Response:
    """Take signals. 202 means that they are synced to disk; posting one again answers the same and changes nothing."""
    arrival = _arrival(node, principal, source_kind, backfill=backfill)
    kind = media_type(request)
    if kind != "application/json" and kind not in NDJSON:
        raise HttpError(415, f"post application/json or {NDJSON[0]}, not {kind or 'an untyped body'}")
    body = await read_body(request, max_bytes=node.settings.intake.max_body_bytes)
    if kind == "application/json":
        return await run_in_threadpool(_take_one, node, body, arrival)
    return await run_in_threadpool(_take_lines, node, body, arrival)


def _arrival(node: Node, principal: Principal, source_kind: SourceKind | None, *, backfill: bool) -> Arrival:
    if (backfill or source_kind) and Scope.OPERATE not in principal.scopes:
        raise Forbidden("`backfill` and `source_kind` are the operator's to say")
    return Arrival(
        by=principal,
        source_kind=source_kind or SourceKind.PARTNER,
        backfill=backfill,
        reserved=RESERVED | node.sources.catalogue.keys(),
    )


def _take_one(node: Node, body: bytes, arrival: Arrival) -> Response:
    try:
        post = admitted(body, arrival)
    except InvalidInput:
        metrics.INTAKE.labels("rejected").inc()
        raise
    (signal_id,) = node.intake.take([post], arrival)
    return _json(202, {"id": signal_id, "status": "accepted"})


def _take_lines(node: Node, body: bytes, arrival: Arrival) -> Response:
    lines = [line for line in body.split(b"\n") if line.strip()]
    if len(lines) > node.settings.intake.max_lines:
        raise HttpError(413, f"at most {node.settings.intake.max_lines} lines a post; send less at a time")
    answers: list[dict[str, Any]] = []
    posts: list[SignalIn] = []
    for line in lines:
        try:
            posts.append(admitted(line, arrival))
            answers.append({"status": "accepted"})
        except InvalidInput as exc:
            answers.append({"status": "rejected", "problem": problem_of(exc).model_dump(exclude_none=True)})
    ids = iter(node.intake.take(posts, arrival))
    rejected = len(lines) - len(posts)
    metrics.INTAKE.labels("rejected").inc(rejected)
    items = [{**one, "id": next(ids)} if one["status"] == "accepted" else one for one in answers]
    return _json(207 if rejected else 202, {"items": items})


def _json(status: int, body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), status_code=status, media_type="application/json")
