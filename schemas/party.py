"""Who asks: parties of the response group, and the principal behind a token."""

from enum import StrEnum

from schemas.base import Model, Utc
from schemas.marking import PUBLIC


class Scope(StrEnum):
    """What a token may do."""

    READ = "read"
    WRITE = "write"
    INTAKE = "intake"
    OPERATE = "operate"


class Party(Model):
    """A member of the group."""

    id: str
    name: str


class Principal(Model):
    """Who asks, for which party, with which rights."""

    party: str
    name: str
    scopes: frozenset[Scope]
    token_id: str | None = None


ANONYMOUS = Principal(party=PUBLIC, name="public", scopes=frozenset())


class Token(Model):
    """A token as listed; the secret itself is shown once and stored hashed."""

    id: str
    party: str
    name: str
    scopes: tuple[Scope, ...]
    created_at: Utc
    revoked_at: Utc | None = None
