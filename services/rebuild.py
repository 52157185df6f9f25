"""`tocsin rebuild`: everything that follows from the ledger, made again from the ledger."""

from collections.abc import Callable
from contextlib import closing

from schemas.topics import LEDGER
from services.adapters.sqlite_log import SqliteLog
from services.folder import Folder
from services.remaking import forget
from services.settings import Settings
from services.wiring import open_node


def rebuild(settings: Settings, *, say: Callable[[str], None]) -> int:
    """Forget claims, projections, their folds and the index; fold the ledger anew. Return how many records it holds.

    The feed, the history and alerts are records, not consequences: they stay, and what comes again changes nothing.
    Interrupted, it goes on at the next start. ConfigError when a server runs on the folder.
    """
    folder = Folder(settings.data_dir.resolve())
    lock = folder.lock()
    try:
        with closing(SqliteLog(folder.log)) as log:
            forget(folder, log)
    finally:
        lock.release()
    with closing(open_node(settings)) as node:
        node.pipeline.drain(on_turn=node.remaking.telling(say))
        say("rebuilt")
        return node.log.end(LEDGER)
