"""JSON lines in and out of commands: bounded, and written whole or not at all."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from streams.errors import InvalidInput

MAX_LINE_BYTES = 8_000_000


def bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Yield lines that are not blank; of one that is too long, its beginning, which is then refused for what it is."""
    while line := file.readline(MAX_LINE_BYTES):
        whole = line
        while len(line) == MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES)
        if whole.strip():
            yield whole.strip()


@contextmanager
def opened(source: Path | None, target: Path | None) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open input and output; `-` and null are the standard ones."""
    with ExitStack() as stack:
        try:
            incoming = sys.stdin.buffer if _is_standard(source) else stack.enter_context(Path(str(source)).open("rb"))
            outgoing = sys.stdout.buffer if _is_standard(target) else stack.enter_context(Path(str(target)).open("wb"))
        except OSError as exc:
            raise InvalidInput(f"cannot open {exc.filename}: {exc.strerror}") from exc
        yield incoming, outgoing
        outgoing.flush()


def _is_standard(path: Path | None) -> bool:
    return path is None or str(path) == "-"
