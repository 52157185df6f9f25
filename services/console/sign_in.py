"""Who is signed in: a sealed cookie stands for an operator's token until 12 hours have passed, or the token is revoked."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Annotated, Final

from fastapi import Depends, Request, Response

from schemas.party import Principal, Scope
from services.api.access import Served
from services.api.errors import HttpError
from services.node import Node
from services.records.access import AccessRecords
from services.secrets import Seal, key_from
from services.settings import Settings
from streams.errors import Forbidden, InvalidInput

COOKIE: Final = "tocsin_operator"
PATH: Final = "/sources"
SIGNED_IN_FOR: Final = timedelta(hours=12)
ASK_TOKEN: Final = MappingProxyType({"WWW-Authenticate": "Bearer"})
"""What HTTP wants said beside 401; at this one browsers show our page and no window of their own."""

_PURPOSE: Final = "sign-in"


@dataclass(frozen=True)
class Door:
    """Gives passes for tokens, and tells whose a pass is. A pass opens these pages and nothing else."""

    access: AccessRecords
    seal: Seal
    now: Callable[[], datetime]

    def enter(self, token: str) -> str:
        """Return a pass for a token; 401 for one that is none, Forbidden for one that does not operate."""
        principal = self.access.principal(token)
        if principal is None:
            raise HttpError(401, "This token is not known here, or was revoked.", headers=dict(ASK_TOKEN))
        if Scope.OPERATE not in principal.scopes:
            raise Forbidden("This token lacks the scope `operate`: sign in with an operator's token.")
        return self.seal.close(json.dumps([(self.now() + SIGNED_IN_FOR).timestamp(), token]))

    def holder(self, sealed: str) -> Principal | None:
        """Return the operator whose pass this is; nobody where it is none, is too old, or its token operates no longer."""
        try:
            ends_at, token = json.loads(self.seal.open(sealed))
        except InvalidInput:
            return None
        if self.now().timestamp() >= ends_at:
            return None
        principal = self.access.principal(token)
        return principal if principal and Scope.OPERATE in principal.scopes else None


def door_of(node: Node) -> Door:
    """Return the door of an installation; its key is its own, so that nothing else that is sealed is a pass."""
    key = key_from(node.folder.path, node.settings.secret_key.get_secret_value())
    return Door(node.access, Seal(f"{_PURPOSE}:{key}"), node.now)


def signed_in(request: Request, node: Served) -> Principal | None:
    """Return the operator who asks, looked up anew for each request; nobody without a pass."""
    sealed = request.cookies.get(COOKIE)
    return door_of(node).holder(sealed) if sealed else None


SignedIn = Annotated[Principal | None, Depends(signed_in)]


def hand_over(response: Response, sealed: str, settings: Settings) -> None:
    """Give the browser a pass, to be sent from these pages to these pages only; an empty one takes it back."""
    response.set_cookie(
        COOKIE,
        sealed,
        max_age=round(SIGNED_IN_FOR.total_seconds()) if sealed else 0,
        path=PATH,
        secure=settings.base_url.lower().startswith("https:"),
        httponly=True,
        samesite="strict",
    )
