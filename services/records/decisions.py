"""What people decide on reports: told to the ledger, which applies it in its order, with an audit entry of who."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, select

from schemas.decision import Override, OverrideIn
from schemas.party import Principal
from schemas.topics import LEDGER
from services.records import tables
from services.records.ledger_outbox import LedgerOutbox, enqueue
from services.records.statements import audit, moment, ms, raise_mark

LAST_DECISION = "last-decision"


class DecisionRecords:
    """The ledger keeps the decisions; of who took them the database keeps an audit entry, in the same transaction."""

    def __init__(self, outbox: LedgerOutbox, *, now: Callable[[], datetime]) -> None:
        self._outbox, self._now = outbox, now

    def override(self, signal_id: str, posted: OverrideIn, *, by: Principal) -> Override:
        """Set a signal's labels, in place of all set before, or take them back; return once it stands in the ledger."""
        with self._outbox.telling() as connection:
            decision = Override(
                signal_id=signal_id,
                labels=posted.labels,
                reason=posted.reason,
                party=by.party,
                by=by.name,
                at=self._later(connection),
            )
            enqueue(connection, LEDGER, decision)
            action = "signal.override" if posted.given else "signal.restore"
            audit(connection, decision.at, by, action, signal_id)
        return decision

    def _later(self, connection: Connection) -> datetime:
        """Return the time, never before the last decision's: whose clock was set back must not be taken for older."""
        raise_mark(connection, LAST_DECISION, ms(self._now()))
        mark = select(tables.mark.c.value).where(tables.mark.c.name == LAST_DECISION)
        return moment(connection.execute(mark).scalar_one())
