"""Who asks: the bearer token of a request, and the scope that a route needs."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from schemas.party import ANONYMOUS, Principal, Scope
from services.api.errors import HttpError
from services.node import Node
from streams.errors import Forbidden

_bearer = HTTPBearer(auto_error=False, description="A token of `tocsin token create`, or the one in DATA/admin-token.")
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def node_of(request: Request) -> Node:
    """Return the installation that this app serves."""
    node: Node = request.app.state.node
    return node


Served = Annotated[Node, Depends(node_of)]


async def anyone(node: Served, credentials: Credentials) -> Principal:
    """Return who asks: the public without a token; 401 for a token that is none."""
    if credentials is None:
        return ANONYMOUS
    secret = credentials.credentials
    principal = node.access.remembered(secret) or await run_in_threadpool(node.access.principal, secret)
    if principal is None:
        raise HttpError(401, "the token is not known here, or was revoked", headers={"WWW-Authenticate": "Bearer"})
    return principal


def _holder_of(scope: Scope) -> Any:  # noqa: ANN401 - FastAPI types its Depends marker as Any
    async def holder(principal: Annotated[Principal, Depends(anyone)]) -> Principal:
        if principal.token_id is None:
            raise HttpError(401, "send a token: Authorization: Bearer toc_...", headers={"WWW-Authenticate": "Bearer"})
        if scope not in principal.scopes:
            raise Forbidden(f"this token lacks the scope `{scope}`; ask the operator for one that has it")
        return principal

    return Depends(holder)


Reader = Annotated[Principal, _holder_of(Scope.READ)]
Writer = Annotated[Principal, _holder_of(Scope.WRITE)]
Contributor = Annotated[Principal, _holder_of(Scope.INTAKE)]
Operator = Annotated[Principal, _holder_of(Scope.OPERATE)]
