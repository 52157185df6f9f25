"""Manners towards other people's servers: one request at a time for each host, a gap after it, rest where it asks for it."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from streams.errors import Unavailable


@dataclass
class _Host:
    turn: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0


class Hosts:
    """Gives turns. Times are those of `monotonic`; safe between threads. One entry is kept for each host ever asked."""

    def __init__(self, gap_seconds: float, *, now: Callable[[], float] = monotonic) -> None:
        self._gap, self._now = gap_seconds, now
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._stopping = threading.Event()

    @contextmanager
    def turn(self, host: str, *, until: float) -> Iterator[None]:
        """Wait for the turn at a host and hold it while the block lasts; Unavailable where it would come after `until`."""
        entry = self._hosts[host]
        if not entry.turn.acquire(timeout=max(until - self._now(), 0)):
            raise Unavailable(f"{host} is being asked by others all the time")
        try:
            wait = entry.free_at - self._now()
            if wait > until - self._now():
                raise Unavailable(f"{host} asked for rest", retry_after_seconds=max(wait, 0))
            if wait > 0 and self._stopping.wait(wait):
                raise Unavailable("the server stops")
            try:
                yield
            finally:
                entry.free_at = max(entry.free_at, self._now() + self._gap)
        finally:
            entry.turn.release()

    def rest(self, host: str, seconds: float) -> None:
        """Ask nothing of a host for so long."""
        entry = self._hosts[host]
        entry.free_at = max(entry.free_at, self._now() + seconds)

    def wait_seconds(self, host: str) -> float:
        """Return how long it is until the host may be asked, as far as that is known."""
        return max(self._hosts[host].free_at - self._now(), 0.0)

    def stop(self) -> None:
        """Let nobody wait any longer."""
        self._stopping.set()

    @property
    def is_stopped(self) -> bool:
        """Whether the process ends: what comes of a request that is under way is not to be kept."""
        return self._stopping.is_set()
