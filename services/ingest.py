"""`tocsin ingest`: files to the intake, in batches, each refused item said with its reason."""

import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from io import BufferedIOBase
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from schemas.codec import encode
from schemas.raw import SignalIn, SourceKind
from services.client import Client
from services.connectors.files import read_file
from services.intake import OFFICIAL
from streams.errors import InvalidInput, Unavailable

BATCH_LINES = 250
MAX_TRIES = 60
SHOW_REJECTED = 20
PROGRESS_SECONDS = 2.0


def ingest_files(
    client: Client, names: Sequence[str], *, source: str | None, ring: bool, say: Callable[[str], None]
) -> dict[str, Any]:
    """Post what the files hold; return how many were accepted and rejected, and the first reasons."""
    reasons: list[str] = []
    accepted, rejected, told_at = 0, 0, time.monotonic()
    for name, batch in _batches(names, source):
        posts = [item for item in batch if isinstance(item, SignalIn)]
        refused = [str(item) for item in batch if isinstance(item, InvalidInput)]
        for kind, group in groupby(posts, key=_kind_of):
            answers = _post(client, list(group), kind, ring=ring)
            accepted += sum(one["status"] == "accepted" for one in answers)
            refused += [one["problem"]["detail"] for one in answers if one["status"] == "rejected"]
        rejected += len(refused)
        for reason in refused[: max(0, SHOW_REJECTED - len(reasons))]:
            say(f"{name}: {reason}")
            reasons.append(f"{name}: {reason}")
        if time.monotonic() - told_at > PROGRESS_SECONDS:
            told_at = time.monotonic()
            say(f"{name}: {accepted} accepted so far")
    return {"accepted": accepted, "rejected": rejected, "reasons": reasons}


def _post(client: Client, posts: Sequence[SignalIn], kind: SourceKind, *, ring: bool) -> list[dict[str, Any]]:
    """Post a batch and return its answers; where the server asks to wait, wait and post it again."""
    body = b"\n".join(encode(post) for post in posts)
    for _ in range(MAX_TRIES):
        try:
            answer = client.post(
                "/v1/intake",
                content=body,
                params={"source_kind": kind.value, "backfill": str(not ring).lower()},
                headers={"Content-Type": "application/x-ndjson"},
            )
        except Unavailable as exc:
            if exc.retry_after_seconds is None:
                raise
            time.sleep(exc.retry_after_seconds)
            continue
        return list(answer["items"])
    raise Unavailable(f"the server was busy {MAX_TRIES} times in a row; post the rest later")


def _batches(names: Sequence[str], source: str | None) -> Iterator[tuple[str, list[SignalIn | InvalidInput]]]:
    for name in names:
        with _opened(name) as file:
            items = (_named(item, name) for item in read_file(file, source=source))
            while batch := list(islice(items, BATCH_LINES)):
                yield name, batch


def _named(item: SignalIn | InvalidInput, name: str) -> SignalIn | InvalidInput:
    """Give an item without a source the host of its address, else the file's name: ids of two feeds must not meet."""
    if isinstance(item, InvalidInput) or item.source:
        return item
    host = urlsplit(item.url or "").hostname or ""
    words = re.sub(r"[^a-z0-9.-]+", "-", (host or f"file.{Path(name).stem}").lower()).strip("-.")
    return item.model_copy(update={"source": words[:64] or None})


def _opened(name: str) -> BufferedIOBase:
    if name == "-":
        return sys.stdin.buffer  # type: ignore[return-value] # typeshed calls it BinaryIO; it is a BufferedReader
    try:
        return Path(name).open("rb")
    except OSError as exc:
        raise InvalidInput(f"cannot read {name}: {exc.strerror}") from exc


def _kind_of(post: SignalIn) -> SourceKind:
    return SourceKind.OFFICIAL if post.source in OFFICIAL else SourceKind.PRESS
