"""A watched folder: each file once it is whole, read as `tocsin ingest` reads it."""

from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from time import time
from typing import Final

from services.connectors.entry import MAX_ENTRIES, MAX_FEED_BYTES
from services.connectors.files import read_file
from services.sources.fetch import NO_VALIDATORS
from services.sources.harvest import Fetch, Harvest, Item, Known, digest_of
from services.sources.source import Source
from streams.errors import InvalidInput, Unavailable

SETTLED_SECONDS: Final = 2.0
"""A file that was changed less long ago may still be written to."""

MAX_BYTES: Final = 4 * MAX_FEED_BYTES
"""What is read of a folder, the newest files first: it is held in memory."""


def collect(source: Source, _fetch: Fetch, known: Known) -> Harvest:
    """Return what the folder's files hold, the newest first; null where no file has come or changed since.

    Unavailable where the folder cannot be read. A file that cannot be read is an error among the items, and so is what is
    more than `MAX_BYTES` or `MAX_ENTRIES`. Names that begin with a dot, links and folders within are left out.
    """
    try:
        files = sorted(_files(Path(source.address)), reverse=True)
    except OSError as exc:
        raise Unavailable(f"cannot read the folder {source.address}: {exc.strerror or exc}") from exc
    digest = digest_of(repr(files).encode())
    if digest == known.digest:
        return Harvest(None, NO_VALIDATORS, digest)
    return Harvest(tuple(_bounded(files, source)), NO_VALIDATORS, digest)


def _bounded(files: Sequence[tuple[int, int, str]], source: Source) -> Iterator[Item]:
    sizes = accumulate(size for _, size, _ in files)
    held = [Path(path) for (_, _, path), size in zip(files, sizes, strict=True) if size <= MAX_BYTES]
    items = (item for path in held for item in _items(path, source.id))
    yield from islice(items, MAX_ENTRIES)
    if len(held) < len(files) or next(items, None) is not None:
        yield InvalidInput(
            f"the folder holds more than {MAX_BYTES} bytes or {MAX_ENTRIES} items; the oldest are not read"
        )


def _files(folder: Path) -> Iterator[tuple[int, int, str]]:
    for path in folder.iterdir():
        if path.name.startswith(".") or path.is_symlink() or not path.is_file():
            continue
        told = path.stat()
        if time() - told.st_mtime >= SETTLED_SECONDS:
            yield told.st_mtime_ns, told.st_size, str(path)


def _items(path: Path, source: str) -> Iterator[Item]:
    try:
        with path.open("rb") as file:
            for item in read_file(file, source=source):
                yield InvalidInput(f"{path.name}: {item}") if isinstance(item, InvalidInput) else item
    except OSError as exc:
        yield InvalidInput(f"{path.name}: cannot be read: {exc.strerror or exc}")
