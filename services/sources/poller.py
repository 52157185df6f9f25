"""Looks at what is due, several at a time, one on each host, until told to stop."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

import structlog

from services.records.sources import SourceRecords
from services.sources.catalogue import Catalogue
from services.sources.hosts import Hosts
from services.sources.looking import Looking, host_of
from services.sources.source import Source
from services.sources.state import SourceState
from streams.errors import Unavailable

log = structlog.get_logger(__name__)

IDLE_SECONDS, BUSY_SECONDS = 1.0, 0.2
"""How often it is asked whether a source is due, or was switched on by somebody: while none is looked at, and while some are."""

GRACE_SECONDS: Final = 4.0
"""How long is waited at the end for looks that are about to be finished."""


class Poller:
    """The loop over sources that are switched on; while none is, nothing leaves."""

    def __init__(self, looking: Looking, catalogue: Catalogue, *, workers: int, now: Callable[[], datetime]) -> None:
        self._looking, self._catalogue, self._workers, self._now = looking, catalogue, workers, now
        self._records: SourceRecords = looking.records
        self._hosts: Hosts = looking.hosts

    def run(self, stopping: threading.Event, *, leads: Callable[[], bool] = lambda: True) -> None:
        """Loop until stopped, as long as this process leads. What is under way then is left: nothing of it is kept."""
        under_way: dict[str, threading.Thread] = {}
        while not stopping.wait(BUSY_SECONDS if under_way else IDLE_SECONDS):
            under_way = {host: look for host, look in under_way.items() if look.is_alive()}
            for source, state in self._due(leads):
                host = host_of(source)
                if len(under_way) < self._workers and host not in under_way and not self._hosts.wait_seconds(host):
                    under_way[host] = threading.Thread(target=self._looking.look, args=(source, state), daemon=True)
                    under_way[host].start()
        self._hosts.stop()
        for look in under_way.values():
            look.join(GRACE_SECONDS / len(under_way))

    def _due(self, leads: Callable[[], bool]) -> Iterator[tuple[Source, SourceState]]:
        """Yield what is to be looked at; a source that the catalogue has no longer is left alone."""
        try:
            due = self._records.due(at=self._now()) if leads() else []
        except Unavailable as exc:
            log.error("sources_unavailable", error=str(exc))
            return
        for state in due:
            source = self._catalogue.get(state.source_id)
            if source is not None:
                yield source, state
