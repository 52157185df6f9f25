"""Parties and tokens: who may ask, for whom, and what."""

import hashlib
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from sqlalchemy import func, insert, select, update

from schemas.base import stable_id
from schemas.party import Party, Principal, Scope, Token
from services.records import tables
from services.records.database import Database
from services.records.statements import audit, insert_new, moment, ms
from streams.errors import InvalidInput, NotFound

PREFIX = "toc_"
HOME_PARTY = "home"
"""The party of a fresh folder's first user."""

MAX_REMEMBERED = 1_024

OPERATOR = Principal(party=HOME_PARTY, name="operator", scopes=frozenset(Scope))
"""Whoever holds the data folder itself."""


class AccessRecords:
    """Tokens are stored hashed: a copy of the database opens no door.

    Where no other process writes them, holders are remembered until any token is revoked.
    """

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._remembering = Lock()
        self._holders: dict[str, Principal] = {}
        self._revoked = 0

    def create_token(self, party: str, name: str, scopes: Sequence[Scope], *, by: Principal) -> tuple[Token, str]:
        """Make a token for a party, known from then on; return it and its secret, which is shown this once."""
        if not party.strip() or not name.strip() or not scopes:
            raise InvalidInput("a token needs a party, a name and at least one scope")
        secret = PREFIX + secrets.token_urlsafe(32)
        same = select(func.count()).where(tables.token.c.party == party, tables.token.c.name == name)
        with self._database.writing() as connection:
            insert_new(connection, tables.party, [{"id": party, "name": party}])
            token_id = stable_id("token", party, name, str(connection.execute(same).scalar()))
            token = Token(id=token_id, party=party, name=name, scopes=tuple(sorted(scopes)), created_at=self._now())
            connection.execute(
                insert(tables.token).values(
                    id=token.id,
                    party=party,
                    name=name,
                    scopes=",".join(token.scopes),
                    digest=_digest(secret),
                    created_at=ms(token.created_at),
                )
            )
            audit(connection, self._now(), by, "token.create", token.id)
        return token, secret

    def revoke_token(self, token_id: str, *, by: Principal) -> None:
        """Close the door at once; NotFound for an unknown or revoked one."""
        mine = (tables.token.c.id == token_id) & tables.token.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            done = connection.execute(update(tables.token).where(mine).values(revoked_at=ms(self._now())))
            if done.rowcount == 0:
                raise NotFound(f"there is no token {token_id} in use")
            audit(connection, self._now(), by, "token.revoke", token_id)
        with self._remembering:
            self._holders.clear()
            self._revoked += 1

    def tokens(self) -> list[Token]:
        """Return all tokens, oldest first, without their secrets."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tables.token).order_by(tables.token.c.created_at)).all()
        return [
            Token(
                id=row.id,
                party=row.party,
                name=row.name,
                scopes=tuple(Scope(scope) for scope in row.scopes.split(",")),
                created_at=moment(row.created_at),
                revoked_at=moment(row.revoked_at) if row.revoked_at else None,
            )
            for row in rows
        ]

    def remembered(self, secret: str) -> Principal | None:
        """Return who holds this token if that is known without asking the database; null says nothing."""
        return self._holders.get(_digest(secret))

    def principal(self, secret: str) -> Principal | None:
        """Return who holds this token, or nobody."""
        digest, revoked = _digest(secret), self._revoked
        query = select(tables.token).where(tables.token.c.digest == digest, tables.token.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        scopes = frozenset(Scope(scope) for scope in row.scopes.split(","))
        holder = Principal(party=row.party, name=row.name, scopes=scopes, token_id=row.id)
        with self._remembering:
            if revoked == self._revoked and not self._database.is_shared:  # none was revoked while it was read
                if len(self._holders) >= MAX_REMEMBERED:
                    self._holders.clear()
                self._holders[digest] = holder
        return holder

    def is_open(self, token_id: str | None) -> bool:
        """Tell whether a token has not been revoked."""
        query = select(tables.token.c.id).where(tables.token.c.id == token_id, tables.token.c.revoked_at.is_(None))
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def parties(self) -> list[Party]:
        """Return all members by id."""
        with self._database.reading() as connection:
            rows = connection.execute(select(tables.party).order_by(tables.party.c.id)).all()
        return [Party(id=row.id, name=row.name) for row in rows]


def _digest(secret: str) -> str:
    """Return what is stored of a token: 256 random bits need no slow hash, there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()
