"""The data folder of an embedded installation: one process at a time, and what its files are called."""

import fcntl
import json
import os
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path

from streams.errors import ConfigError


@dataclass(frozen=True)
class Folder:
    """Paths within the data folder."""

    path: Path

    @property
    def log(self) -> Path:
        """The log and the folds' states."""
        return self.path / "log.db"

    @property
    def records(self) -> Path:
        """Parties, rules, history, feed, outbox, audit."""
        return self.path / "records.db"

    @property
    def index(self) -> Path:
        """The search index."""
        return self.path / "index"

    @property
    def outbox(self) -> Path:
        """Where file channels write."""
        return self.path / "outbox"

    @property
    def classifier(self) -> Path:
        """What the learned classifier learned."""
        return self.path / "classifier.json"

    @property
    def admin_token(self) -> Path:
        """The administrator's token."""
        return self.path / "admin-token"

    @property
    def running(self) -> Path:
        """Where the running server listens, as JSON."""
        return self.path / "run.json"

    def server(self) -> str | None:
        """Return the address of the server that runs on this folder, or null."""
        try:
            url = str(json.loads(self.running.read_text())["url"])
        except (OSError, ValueError, TypeError, KeyError):
            return None
        return url if self._is_locked() else None

    def lock(self) -> "Lock":
        """Make the folder and take it for this process; ConfigError when another has it or it cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            file = (self.path / "lock").open("a+")
        except OSError as exc:
            raise ConfigError(f"cannot write to the data folder {self.path}: {exc.strerror}; choose another") from exc
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            file.close()
            raise ConfigError(
                f"another tocsin process uses the data folder {self.path}; stop it, or choose another folder"
            ) from exc
        if not os.access(self.path, os.W_OK):
            raise ConfigError(f"cannot write to the data folder {self.path}; choose another")
        return Lock(file)

    def _is_locked(self) -> bool:
        try:
            self.lock().release()
        except ConfigError:
            return True
        return False


@dataclass
class Lock:
    """Holds the folder until released; the system releases it when the process ends, however it ends."""

    file: TextIOWrapper

    def release(self) -> None:
        """Let others have the folder."""
        self.file.close()
