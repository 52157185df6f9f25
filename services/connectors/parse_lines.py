"""`tocsin parse`: feed files named by JSON lines to their entries, one answer a line, in order, whatever the input."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import orjson

from services.connectors.entry import MAX_FEED_BYTES
from services.connectors.feeds import parse_feed
from streams.errors import InvalidInput, TocsinError


def parse_lines(lines: Iterable[bytes | None], *, folder: Path) -> Iterator[dict[str, object]]:
    """Yield `{"id", "ok", "error", "entries"}` for each line `{"id", "path"}`.

    Paths are relative to the folder and stay within it. A line that cannot be answered (null: it was too long) gets `ok`
    false and a reason; its id is null where it has none.
    """
    root = folder.resolve()
    for line in lines:
        yield _answer(line, root)


def _answer(line: bytes | None, folder: Path) -> dict[str, object]:
    request: object = None
    try:
        request = _request(line)
        entries = parse_feed(_content(request, folder))
    except TocsinError as exc:
        return {"id": _id_of(request), "ok": False, "error": str(exc), "entries": []}
    return {"id": _id_of(request), "ok": True, "error": None, "entries": [asdict(entry) for entry in entries]}


def _request(line: bytes | None) -> object:
    if line is None:
        raise InvalidInput("line: is too long")
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise InvalidInput(f"line: is no JSON: {exc}") from exc


def _id_of(request: object) -> str | int | None:
    match request:
        case {"id": str() | int() as given}:
            return given
        case _:
            return None


def _content(request: object, folder: Path) -> bytes:
    match request:
        case {"path": str(name)} if name:
            pass
        case _:
            raise InvalidInput('line: is no object with a "path"', field="path")
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
            raise InvalidInput("path: leads out of the input's folder, which is refused", field="path")
        if not path.is_file():
            raise InvalidInput("path: there is no such file", field="path")
        with path.open("rb") as file:
            return file.read(MAX_FEED_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as exc:
        raise InvalidInput(f"path: cannot be read: {type(exc).__name__}", field="path") from exc
