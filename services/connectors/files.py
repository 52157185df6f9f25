"""A file or the standard input to signals, whatever of the known formats it is in."""

from collections.abc import Iterator
from io import BufferedIOBase
from typing import Final

import orjson

from schemas.raw import SignalIn
from services.connectors.entry import MAX_FEED_BYTES, signals_of
from services.connectors.feeds import parse_feed
from services.connectors.jsonl import read_lines, read_signals
from streams.errors import InvalidInput

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_WIDE_XML: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How XML in UTF-16 begins."""


def read_file(stream: BufferedIOBase, *, source: str | None = None) -> Iterator[SignalIn | InvalidInput]:
    """Yield a signal or an error for each item of a file, in its order.

    Known are JSON lines (see `read_signals`), one JSON document over several lines, and an XML feed. JSON lines are
    read as they arrive and without end; a document has at most `MAX_FEED_BYTES`. A signal that names no source gets the
    given one.
    """
    head = stream.readline(MAX_FEED_BYTES).removeprefix(_BYTE_ORDER_MARK)
    while head and not head.strip():
        head = stream.readline(MAX_FEED_BYTES)
    start = head.lstrip()
    if start.startswith((b"<", *_WIDE_XML)):
        yield from _read_feed(_document(stream, head), source)
    elif start.startswith(b"{") and not _is_json(head):
        # One document over several lines, or lines of which the first is broken.
        document = _document(stream, head)
        lines = iter([document]) if _is_json(document) else read_lines(stream, head=document)
        yield from read_signals(lines, source=source)
    else:
        yield from read_signals(read_lines(stream, head=head), source=source)


def _document(stream: BufferedIOBase, head: bytes) -> bytes:
    """Return the whole file, or one byte more than a document may have."""
    return head + stream.read(max(MAX_FEED_BYTES + 1 - len(head), 0))


def _is_json(content: bytes) -> bool:
    try:
        orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    return True


def _read_feed(content: bytes, source: str | None) -> Iterator[SignalIn | InvalidInput]:
    try:
        yield from signals_of(parse_feed(content), source=source)
    except InvalidInput as exc:
        yield exc
