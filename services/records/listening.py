"""Hears what other processes tell through the database: PostgreSQL's LISTEN, over a connection of its own."""

import threading
from collections.abc import Callable, Mapping

import psycopg
import structlog
from psycopg import sql

log = structlog.get_logger(__name__)

WAIT_SECONDS = 0.5
RETRY_SECONDS = 1.0
CONNECT_TIMEOUT_SECONDS = 3


class Listener:
    """Calls back for each notice on its channels, and once after each time that it was away: something may have been missed."""

    def __init__(self, url: str, hears: Mapping[str, Callable[[], object]]) -> None:
        self._url, self._hears = url.replace("postgresql+psycopg://", "postgresql://", 1), hears

    def run(self, stopping: threading.Event) -> None:
        """Listen until told to stop."""
        told = False
        while not stopping.is_set():
            try:
                self._listen(stopping)
            except psycopg.OperationalError as exc:
                if not told:
                    log.warning("listening_interrupted", error=str(exc))
                told = True
                stopping.wait(RETRY_SECONDS)

    def _listen(self, stopping: threading.Event) -> None:
        with psycopg.connect(self._url, autocommit=True, connect_timeout=CONNECT_TIMEOUT_SECONDS) as connection:
            for channel, hear in self._hears.items():
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
                hear()
            while not stopping.is_set():
                for notice in connection.notifies(timeout=WAIT_SECONDS, stop_after=1):
                    self._hears[notice.channel]()
