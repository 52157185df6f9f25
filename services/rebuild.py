"""`tocsin rebuild`: everything that follows from the ledger, made again from the ledger."""

import shutil
from collections.abc import Callable

from schemas.topics import CLAIMS, LEDGER, PROJECTIONS
from services.adapters.sqlite_log import SqliteLog
from services.folder import Folder
from services.settings import Settings
from services.wiring import open_node
from streams.pipeline import PIPELINE

REMADE = (LEDGER, CLAIMS, PROJECTIONS)
FORGOTTEN = ("correlate", "correlate.control", "release", "release.due")
"""Folds whose memory follows from the ledger. That a rule has rung is remembered, so nothing rings twice."""


def rebuild(settings: Settings, *, say: Callable[[str], None]) -> int:
    """Forget claims, projections, their folds and the index; fold the ledger anew. Return how many records it holds.

    The feed, the history and alerts are records, not consequences: they stay, and what comes again changes nothing.
    Interrupted, it goes on at the next start. ConfigError when a server runs on the folder.
    """
    _forget(Folder(settings.data_dir.resolve()))
    node = open_node(settings)
    try:
        total = node.log.end(LEDGER)
        say(f"rebuilding from {total} ledger records")
        node.pipeline.drain()
        say("rebuilt")
        return total
    finally:
        node.close()


def _forget(folder: Folder) -> None:
    """Remove what is to be made again. Positions of cleared topics go on counting, so the stores' cursors stay true."""
    lock = folder.lock()
    try:
        log = SqliteLog(folder.log)
        groups = [(step.source, step.name) for step in PIPELINE if step.source in REMADE]
        log.clear(FORGOTTEN, (CLAIMS, PROJECTIONS), groups)
        log.close()
        shutil.rmtree(folder.index, ignore_errors=True)
    finally:
        lock.release()
