"""For operators: health, metrics, tokens, parties, dead letters."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from schemas.base import Model
from schemas.dead import DeadLetter
from schemas.party import Party, Scope, Token
from schemas.problem import Problem
from services import dead
from services.api.access import Operator, Reader, Served
from services.api.errors import answer
from services.api.problems import problems

router = APIRouter(tags=["operating"])
probes = APIRouter(tags=["operating"])
"""What every process tells of itself, with or without an API of its own."""


class Health(Model):
    """The process lives."""

    status: str = "ok"


class Readiness(Model):
    """The ports answer, and what waits is below its bound; how much waits is in the metrics, which are the operator's."""

    status: str


class TokenIn(Model):
    """A token to be made."""

    party: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    name: Annotated[str, Field(min_length=1, max_length=100)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)] = (Scope.READ,)


class TokenMade(Model):
    """A new token; `token` is shown this once."""

    id: str
    party: str
    name: str
    scopes: tuple[Scope, ...]
    token: str


class Tokens(Model):
    """All tokens, without their secrets."""

    items: tuple[Token, ...]


class Parties(Model):
    """The members of the group."""

    items: tuple[Party, ...]


class Me(Model):
    """Who the server takes you for."""

    party: str
    name: str
    scopes: tuple[Scope, ...]


class Letter(DeadLetter):
    """A dead letter and its own position, by which it is replayed."""

    number: int


class Letters(Model):
    """Dead letters, oldest first."""

    items: tuple[Letter, ...]


class Replayed(Model):
    """How many records were appended to their origin again."""

    replayed: int


@probes.get("/healthz")
def healthz() -> Health:
    """Tell that the process lives."""
    return Health()


@probes.get("/readyz", response_model=Readiness, responses=problems(503))
def readyz(request: Request, node: Served) -> Response:
    """Tell whether the server answers for what it has: 200, or 503 with what is missing."""
    missing = [*node.missing(), *getattr(request.app.state, "lacking", list)()]
    if missing:
        return answer(Problem(title="Not ready", status=503, detail="; ".join(missing)))
    return Response(Readiness(status="ready").model_dump_json(), media_type="application/json")


@probes.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(node: Served, _principal: Operator) -> Response:
    """Return the metrics in Prometheus' text format; for the operator only, because counts tell of what is hidden."""
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - not needed to start

    node.progress.lag()
    node.sources.measure()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/v1/me")
def me(principal: Reader) -> Me:
    """Return who the server takes you for."""
    return Me(party=principal.party, name=principal.name, scopes=tuple(sorted(principal.scopes)))


@router.get("/v1/parties")
def parties(node: Served, _principal: Reader) -> Parties:
    """Return the members of the group."""
    return Parties(items=tuple(node.access.parties()))


@router.post("/v1/tokens", status_code=201)
def create_token(posted: TokenIn, node: Served, principal: Operator) -> TokenMade:
    """Make a token for a party, which is a member from then on."""
    token, secret = node.access.create_token(posted.party, posted.name, posted.scopes, by=principal)
    return TokenMade(**token.model_dump(include={"id", "party", "name", "scopes"}), token=secret)


@router.get("/v1/tokens")
def tokens(node: Served, _principal: Operator) -> Tokens:
    """Return all tokens, without their secrets."""
    return Tokens(items=tuple(node.access.tokens()))


@router.delete("/v1/tokens/{token_id}", status_code=204)
def revoke_token(token_id: str, node: Served, principal: Operator) -> Response:
    """Close a token's door at once."""
    node.access.revoke_token(token_id, by=principal)
    return Response(status_code=204)


@router.get("/v1/dead")
def dead_letters(
    node: Served,
    _principal: Operator,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Letters:
    """Return what could not be processed, with its bytes (base64) and the reason."""
    found: Sequence[tuple[int, DeadLetter]] = dead.letters(node.log, after=after, limit=limit)
    return Letters(items=tuple(Letter(number=number, **letter.model_dump()) for number, letter in found))


@router.post("/v1/dead/replay", responses=problems(404))
def replay(node: Served, _principal: Operator, number: Annotated[int | None, Query(ge=1)] = None) -> Replayed:
    """Append one dead letter, or all, to its origin again: for when the reason is mended."""
    replayed = dead.replay(node.log, number=number)
    node.progress.wake()
    return Replayed(replayed=replayed)


router.include_router(probes)
