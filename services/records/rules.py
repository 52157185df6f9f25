"""Rules as analysts write them; each change also reaches the ledger, through an outbox in the same transaction."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from schemas.base import stable_id
from schemas.codec import encode
from schemas.ledger import RulesChanged
from schemas.party import Principal
from schemas.rule import Rule, RuleIn, RuleRevision
from schemas.topics import LEDGER, REFERENCE
from services.records import tables
from services.records.database import Database
from services.records.ledger_outbox import LedgerOutbox, enqueue
from services.records.statements import audit, ms
from streams.errors import Conflict, InvalidInput, NotFound


class RuleRecords:
    """A party's rules; a change counts when the ledger has it."""

    def __init__(self, database: Database, outbox: LedgerOutbox, *, now: Callable[[], datetime]) -> None:
        self._database, self._outbox, self._now = database, outbox, now

    def create(self, posted: RuleIn, *, by: Principal) -> Rule:
        """Add a rule; Conflict if the party has one of this title, InvalidInput for a channel it has not."""
        rule_id = stable_id("rule", by.party, posted.kind, posted.title)
        with self._outbox.telling() as connection:
            held = _row(connection, rule_id)
            if held is not None and held.deleted_at is None:
                raise Conflict(f"there is a rule with the title {posted.title!r}; change it or choose another title")
            _check_channels(connection, posted.channels, by.party)
            version = _next_version(connection)
            rule = Rule(**posted.model_dump(), id=rule_id, party=by.party, version=version, created_at=self._now())
            row = {"party": by.party, "version": version, "body": encode(rule).decode(), "deleted_at": None}
            mine = tables.rule.c.id == rule_id
            statement = update(tables.rule).where(mine) if held else insert(tables.rule)
            connection.execute(statement.values(id=rule_id, **row))
            self._announce(connection, RuleRevision(rule_id=rule_id, version=version, rule=rule))
            audit(connection, self._now(), by, "rule.create", rule_id)
        return rule

    def delete(self, rule_id: str, *, by: Principal) -> None:
        """Switch a rule off for good; its alerts stay listed."""
        with self._outbox.telling() as connection:
            held = _row(connection, rule_id)
            if held is None or held.deleted_at is not None or held.party != by.party:
                raise NotFound(f"there is no rule {rule_id}")
            version = _next_version(connection)
            gone = {"version": version, "deleted_at": ms(self._now())}
            connection.execute(update(tables.rule).where(tables.rule.c.id == rule_id).values(**gone))
            self._announce(connection, RuleRevision(rule_id=rule_id, version=version, rule=None))
            audit(connection, self._now(), by, "rule.delete", rule_id)

    def all(self, *, party: str) -> list[Rule]:
        """Return the party's rules, oldest first."""
        query = select(tables.rule.c.body).where(tables.rule.c.party == party, tables.rule.c.deleted_at.is_(None))
        with self._database.reading() as connection:
            rows = connection.execute(query.order_by(tables.rule.c.version)).all()
        return [Rule.model_validate_json(row.body) for row in rows]

    def get(self, rule_id: str, *, party: str) -> Rule:
        """Return one of the party's rules."""
        found = next((rule for rule in self.all(party=party) if rule.id == rule_id), None)
        if found is None:
            raise NotFound(f"there is no rule {rule_id}")
        return found

    def _announce(self, connection: Connection, revision: RuleRevision) -> None:
        enqueue(connection, REFERENCE, revision)
        enqueue(connection, LEDGER, RulesChanged(version=revision.version, at=self._now()))


def _row(connection: Connection, rule_id: str) -> Row[Any] | None:
    return connection.execute(select(tables.rule).where(tables.rule.c.id == rule_id)).first()


def _next_version(connection: Connection) -> int:
    return (connection.execute(select(func.max(tables.rule.c.version))).scalar() or 0) + 1


def _check_channels(connection: Connection, ids: tuple[str, ...], party: str) -> None:
    channel = tables.channel.c
    known = {row.id for row in connection.execute(select(channel.id).where(channel.party == party))}
    for channel_id in ids:
        if channel_id not in known:
            raise InvalidInput(f"there is no channel {channel_id}; create it first", field="channels")
