"""What the ledger adds to signals: controls, the records that every stage takes and passes on."""

from schemas.base import Keyed, Utc


class Tick(Keyed):
    """Time is data: advance to `at`. `ledger` is the ledger position it came from, stamped when it is first passed on."""

    at: Utc
    ledger: int = 0

    @property
    def key(self) -> str:
        """Controls go to every partition; the key only names the kind."""
        return "tick"


class RulesChanged(Keyed):
    """From here on, rules are judged as of `version`; the bodies are in the reference topic."""

    version: int
    at: Utc
    ledger: int = 0

    @property
    def key(self) -> str:
        """Controls go to every partition; the key only names the kind."""
        return "rules"


Control = Tick | RulesChanged
CONTROLS = (Tick, RulesChanged)
