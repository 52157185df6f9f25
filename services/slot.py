"""A folder of its own for each worker of a machine: the first that nobody holds, so that a restarted worker finds its states."""

import fcntl
from pathlib import Path
from secrets import token_hex
from typing import IO

from streams.errors import ConfigError

MAX_SLOTS = 64
_held: list[IO[str]] = []
"""Locks last as long as the process: a slot is given back by its end, however it ends."""


def own_slot(root: Path) -> Path:
    """Return the first free folder under the root, made and held until this process ends."""
    for number in range(MAX_SLOTS):
        folder = root / str(number)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            lock = (folder / "lock").open("a+")
        except OSError as exc:
            raise ConfigError(f"cannot write to the worker's folder {folder}: {exc.strerror}") from exc
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.close()
            continue
        _held.append(lock)
        return folder
    raise ConfigError(f"{MAX_SLOTS} workers hold all folders in {root}; give this one a data folder of its own")


def name_in(slot: Path) -> str:
    """Return the name of the worker that holds the folder: made once, no other folder's anywhere, kept with the states."""
    file = slot / "name"
    if not file.exists():
        made = file.with_suffix(".new")
        made.write_text(token_hex(8))
        made.replace(file)
    return file.read_text().strip()
