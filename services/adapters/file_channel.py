"""Alerts as JSON lines in a file of the operator's machine: for a log shipper, or a desk without any network."""

import errno
import fcntl
import os
import re
from datetime import datetime
from pathlib import Path
from typing import Final

import orjson

from schemas.alert import Card, Channel
from streams.errors import Forbidden, InvalidInput, Rejected, Unavailable

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}(?:\.[A-Za-z0-9_-]{1,32})?")


def check_name(name: str) -> None:
    """Raise InvalidInput unless the name is a plain file name: letters, digits, `-`, `_` and one dot within."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            "url: a file channel takes a plain file name such as alerts.jsonl, without a folder", field="url"
        )


class FileNotifier:
    """Appends one line for each delivery and has it on disk before it says so.

    A line holds `at`, `delivery_id`, `alert_id`, `title`, `link` and `body`, the JSON that a webhook would get. A
    delivery that is tried again can stand there twice, under one `delivery_id`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, card: Card, channel: Channel, *, at: datetime) -> str:
        """Return `written`; errors as `streams.ports.Notifier` promises."""
        try:
            check_name(channel.url)
        except InvalidInput as exc:
            raise Forbidden(f"file: the channel cannot be written: {exc}") from exc
        line = _line(card, at)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _append(self._folder / channel.url, line)
        except OSError as exc:
            raise Unavailable(f"file: {channel.url} cannot be written: {exc.strerror}") from exc
        return "written"


def _line(card: Card, at: datetime) -> bytes:
    try:
        body = orjson.loads(card.body)
    except orjson.JSONDecodeError as exc:
        raise Rejected("file: the message is no JSON") from exc
    fields = card.model_dump(exclude={"body"})
    return orjson.dumps({"at": at, **fields, "body": body}, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)


def _append(path: Path, line: bytes) -> None:
    """Write the line whole or not at all, after those of other threads and processes; a link is not followed."""
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        before = os.fstat(file).st_size
        if os.write(file, line) != len(line):
            os.ftruncate(file, before)
            raise OSError(errno.ENOSPC, "the disk is full")
        os.fsync(file)
    finally:
        os.close(file)
