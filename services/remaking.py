"""What an embedded folder makes from its ledger: forgotten as a whole, and followed until it is all there again."""

import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from schemas.claim import Claim
from schemas.codec import decode
from schemas.ledger import Tick
from schemas.projection import Projection, Tombstone
from schemas.topics import CLAIMS, LEDGER, PROJECTIONS
from services.adapters.sqlite_log import SqliteLog
from services.folder import Folder
from streams.errors import ConfigError, Unavailable
from streams.pipeline import PIPELINE
from streams.ports import EventLog, Record

REMADE = (LEDGER, CLAIMS, PROJECTIONS)
FORGOTTEN = ("correlate", "correlate.control", "release", "release.due")
"""Folds whose memory follows from the ledger. That a rule has rung is remembered, so nothing rings twice."""

TELL_SECONDS: Final = 2.0


def forget(folder: Folder, log: SqliteLog) -> None:
    """Remove what is to be made again; the pipeline makes it as it runs, interrupted as often as may be.

    Positions of cleared topics go on counting, so the stores' cursors stay true. The log forgets in one commit, and before the
    index goes: killed in between, the index is found again as it was and forgotten again.
    """
    log.clear(
        FORGOTTEN, (CLAIMS, PROJECTIONS), [(step.source, step.name) for step in PIPELINE if step.source in REMADE]
    )
    try:
        with suppress(FileNotFoundError):
            shutil.rmtree(folder.index)
    except OSError as exc:
        raise ConfigError(
            f"cannot remove the search index {folder.index}: {exc.strerror}; remove it, or let me"
        ) from exc


class Remaking:
    """How much of what stood in the ledger when this began has reached the index, with all that follows from it."""

    def __init__(self, log: EventLog) -> None:
        self._log, self._end = log, log.end(LEDGER)
        self._is_over = False

    def missing(self) -> str | None:
        """Return how far it is; null from the moment on that the index has all."""
        if self._is_over or (indexed := self._indexed()) >= self._end:
            self._is_over = True
            return None
        return f"being brought up to date, {indexed} of {self._end} ledger records"

    def telling(self, say: Callable[[str], None]) -> Callable[[], None]:
        """Say how far it is, and return what says it again, however often called: every few seconds, and when it is over."""
        lack, due_at = self.missing(), 0.0

        def tell() -> None:
            nonlocal lack, due_at
            if lack is None:
                return
            with suppress(Unavailable):  # who reads the log next will say so
                lack = self.missing()
            if lack is None or time.monotonic() >= due_at:
                say(f"index: {lack or 'up to date'}")
                due_at = time.monotonic() + TELL_SECONDS

        tell()
        return tell

    def _indexed(self) -> int:
        """Return up to which position of the ledger all is in the index.

        What is on its way is looked for in the direction it moves, so that nothing slips by between two looks.
        """
        indexed = self._log.committed(LEDGER, "correlate")
        for topic, group in ((CLAIMS, "release"), (PROJECTIONS, "index")):
            for record in self._log.read(topic, group, limit=1):
                indexed = min(indexed, _ledger_of(record) - 1)
        return indexed


def _ledger_of(record: Record) -> int:
    """Return which ledger record it follows from; the first for what cannot be read, and soon is a dead letter."""
    with suppress(ValueError):
        match record.item or decode(record.type, record.value):
            case Claim(ledger=ledger) | Tick(ledger=ledger):
                return ledger
            case Projection(version=version) | Tombstone(version=version):
                return version // 2
    return 1
