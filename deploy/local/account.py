"""Who runs a server: Elasticsearch and PostgreSQL refuse to be root, so root hands them to nobody."""

import os
import shutil
from pathlib import Path
from typing import TypedDict

from streams.errors import ConfigError

NOBODY = 65534


class Account(TypedDict, total=False):
    """What subprocess wants to be told."""

    user: int
    group: int
    extra_groups: list[int]


def account() -> Account:
    """Return nobody's account for root, and for everyone else their own."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if _is_root() else {}


def hand_over(*paths: Path) -> None:
    """Give files, and folders with all in them, to the account; ConfigError where it cannot come to them."""
    if not _is_root():
        return
    for path in paths:
        closed = next((folder for folder in path.resolve().parents if not _is_open(folder)), None)
        if closed:
            raise ConfigError(
                f"{closed} is closed to the account {NOBODY}, which runs Elasticsearch and PostgreSQL for root; "
                "choose another folder, or do not run as root"
            )
        _chown(path)


def _chown(path: Path) -> None:
    """Give a folder last, so that one that is theirs is theirs as a whole."""
    for one in (*path.rglob("*"), path) if path.stat().st_uid != NOBODY else ():
        shutil.chown(one, NOBODY, NOBODY)


def _is_open(folder: Path) -> bool:
    told = folder.stat()
    return told.st_uid == NOBODY or bool(told.st_mode & 0o001)


def _is_root() -> bool:
    return os.geteuid() == 0
