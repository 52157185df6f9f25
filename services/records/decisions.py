"""What people decide on reports: told to the ledger, which applies it in its order, with an audit entry of who."""

from collections.abc import Callable
from datetime import datetime

from schemas.decision import Override, OverrideIn
from schemas.party import Principal
from schemas.topics import LEDGER
from services.records.ledger_outbox import LedgerOutbox, enqueue
from services.records.statements import audit


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
                at=self._now(),
            )
            enqueue(connection, LEDGER, decision)
            action = "signal.override" if posted.given else "signal.restore"
            audit(connection, decision.at, by, action, signal_id)
        return decision
