"""What the ledger adds to signals: controls, the records that tell every step how things stand."""

from schemas.base import Judged, Keyed, Utc


class Tick(Judged):
    """Time is data: advance to `at`. `ledger` is the ledger position it came from, stamped when it is first passed on."""

    at: Utc
    ledger: int = 0

    @property
    def key(self) -> str:
        """Controls go to every partition; the key only names the kind."""
        return "tick"


class RulesChanged(Keyed):
    """From here on in the ledger, what is said is judged by `version` of the rules; the bodies are in the reference topic."""

    version: int
    at: Utc
    ledger: int = 0

    @property
    def key(self) -> str:
        """Controls go to every partition; the key only names the kind."""
        return "rules"


Control = Tick | RulesChanged
CONTROLS = (Tick, RulesChanged)
