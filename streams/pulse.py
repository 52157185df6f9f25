"""How a process notices that it stood still for so long that others have taken its part."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from streams.errors import Bug

SESSION_SECONDS: Final = 10.0
"""A worker that is silent for so long has lost its partitions to another."""

BEAT_SECONDS: Final = 0.5


@dataclass
class Pulse:
    """Tells whether this process has been stopped for so long that its partitions may be another's."""

    at: float = field(default_factory=time.monotonic)

    async def beat(self) -> None:
        """Look, again and again."""
        while True:
            self.check()
            self.at = time.monotonic()
            await asyncio.sleep(BEAT_SECONDS)

    def check(self) -> None:
        """Raise Bug when the process stood still for a session: what it would write, another has written."""
        still = time.monotonic() - self.at
        if still > SESSION_SECONDS - BEAT_SECONDS:
            raise Bug(f"the process stood still for {still:.0f} s and may have lost its partitions")
