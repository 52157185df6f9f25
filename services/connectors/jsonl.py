"""JSON lines to signals, each line answered on its own, whatever mixture of the known shapes they are."""

from collections.abc import Iterable, Iterator
from io import BufferedIOBase
from typing import Final

import orjson

from schemas.raw import SignalIn
from services.connectors import federal_register, json_feed
from services.connectors.entry import signals_of
from streams.errors import InvalidInput
from streams.stages.normalise import parse_signal

MAX_LINE_BYTES: Final = 8_000_000
"""As much as a post may have (`schemas.raw.Raw.body`)."""

_CHUNK_BYTES: Final = 65_536
_FOREIGN: Final = (b'"document_number"', b'"results"', b"jsonfeed.org")
"""Words without which a line can only be a signal: to look for them is cheaper than to decode every line twice."""


def read_signals(lines: Iterable[bytes | None], *, source: str | None = None) -> Iterator[SignalIn | InvalidInput]:
    """Yield what each line holds, in order, or an error with the line's number.

    A line is a signal, a Federal Register document or answer, a JSON Feed, blank, or null where it was too long. A
    signal that names no source gets the given one.
    """
    for number, line in enumerate(lines, start=1):
        try:
            for item in _items(line):
                yield _numbered(item, number) if isinstance(item, InvalidInput) else _with_source(item, source)
        except InvalidInput as exc:
            yield _numbered(exc, number)


def read_lines(stream: BufferedIOBase, *, head: bytes = b"", limit: int = MAX_LINE_BYTES) -> Iterator[bytes | None]:
    """Yield the lines of what was read already and of what follows, without their ends, as soon as they are there.

    A line longer than `limit` bytes is null, and little more of it than that is held in memory.
    """
    line, chunk = bytearray(), head
    while chunk or (chunk := stream.read1(_CHUNK_BYTES)):
        first, *others = chunk.split(b"\n")
        if len(line) <= limit:
            line += first
        for other in others:
            yield bytes(line) if len(line) <= limit else None
            line = bytearray(other)
        chunk = b""
    if line:
        yield bytes(line) if len(line) <= limit else None


def _items(line: bytes | None) -> Iterator[SignalIn | InvalidInput]:
    if line is None:
        raise InvalidInput(f"is longer than {MAX_LINE_BYTES} bytes")
    if not line.strip():
        return
    document = _decoded(line) if any(word in line for word in _FOREIGN) else None
    if federal_register.is_answer(document):
        yield from federal_register.signals_of(document)
    elif json_feed.is_json_feed(document):
        yield from signals_of(json_feed.entries_of(document))
    elif federal_register.is_document(document):
        yield federal_register.signal_of(document)
    else:
        yield parse_signal(line)


def _decoded(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        raise InvalidInput(f"is no JSON: {exc}") from exc


def _with_source(signal: SignalIn, source: str | None) -> SignalIn:
    return signal.model_copy(update={"source": source}) if source and signal.source is None else signal


def _numbered(error: InvalidInput, number: int) -> InvalidInput:
    return InvalidInput(f"line {number}: {error}", field=error.field, position=number)
