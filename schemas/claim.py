"""What correlate says of a thing: which reports joined it and which left it. `thing` is internal and never shown."""

from schemas.base import Judged, Utc
from schemas.signal import Signal


class Claim(Judged):
    """One ledger record's effect on one thing. `joined` holds new reports and new versions of those already there."""

    thing: str
    joined: tuple[Signal, ...] = ()
    left: tuple[str, ...] = ()
    ledger: int
    at: Utc

    @property
    def key(self) -> str:
        """The thing."""
        return self.thing
