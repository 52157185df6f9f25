"""JSON lines in and out of commands: bounded in, one answer a line out."""

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import BufferedIOBase
from pathlib import Path
from typing import Any, cast

import orjson

from services.connectors.jsonl import read_lines
from streams.errors import InvalidInput

Answers = Callable[[Iterable[bytes | None]], Iterator[Mapping[str, Any]]]
"""Lines (null: too long to be read) to one answer each, in order."""


def answer_lines(source: Path | None, target: Path | None, answers: Answers) -> None:
    """Write an answer for each line; `-` and null are the standard streams. InvalidInput when a file cannot be opened."""
    with ExitStack() as stack:
        try:
            incoming = sys.stdin.buffer if _is_standard(source) else stack.enter_context(Path(str(source)).open("rb"))
            outgoing = sys.stdout.buffer if _is_standard(target) else stack.enter_context(Path(str(target)).open("wb"))
        except OSError as exc:
            raise InvalidInput(f"cannot open {exc.filename}: {exc.strerror}") from exc
        # typeshed calls the standard streams BinaryIO; they are buffered readers and writers.
        for answer in answers(read_lines(cast("BufferedIOBase", incoming))):
            outgoing.write(orjson.dumps(answer, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))
        outgoing.flush()


def _is_standard(path: Path | None) -> bool:
    return path is None or str(path) == "-"
