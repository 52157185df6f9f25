import io
import json
import sys
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from services.connectors.jsonl import MAX_LINE_BYTES
from services.lines import answer_lines
from streams.errors import InvalidInput


def lengths(lines):
    """Answer each line with its length."""
    for line in lines:
        yield {"length": None if line is None else len(line)}


# Bytes in -> one answer a line.
@pytest.mark.parametrize(
    ("given", "told"),
    [
        (b"", []),
        (b"a\nbb\n", [1, 2]),
        (b"a\nbb", [1, 2]),  # the last line has no end
        (b"\n\na\n", [0, 0, 1]),  # blank lines are answered too
        (b"a\r\n", [2]),
        (b"\xff\x00\n", [2]),
        ("é\u2028é\n".encode(), [7]),  # a line ends at a line feed alone
        (b"x" * (MAX_LINE_BYTES + 1) + b"\na\n", [None, 1]),
    ],
)
def test_one_answer_a_line_in_order(tmp_path, given, told):
    (tmp_path / "in").write_bytes(given)
    answer_lines(tmp_path / "in", tmp_path / "out", lengths)
    answers = [json.loads(line)["length"] for line in (tmp_path / "out").read_bytes().splitlines()]
    assert answers == told


def test_times_are_written_in_utc_and_letters_as_they_are(tmp_path):
    (tmp_path / "in").write_bytes(b"x")
    moment = datetime(2026, 7, 3, 12, tzinfo=UTC)
    answer_lines(tmp_path / "in", tmp_path / "out", lambda _lines: iter([{"at": moment, "title": "氧化镓"}]))
    assert (tmp_path / "out").read_text() == '{"at":"2026-07-03T12:00:00Z","title":"氧化镓"}\n'


@pytest.mark.parametrize("name", [None, "-"])
def test_nothing_and_a_dash_are_the_standard_streams(monkeypatch, tmp_path, name):
    path = None if name is None else tmp_path.__class__(name)
    out = io.BytesIO()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BufferedReader(io.BytesIO(b"abc\n"))))
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=out))
    answer_lines(path, path, lengths)
    assert out.getvalue() == b'{"length":3}\n'


def test_a_file_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(InvalidInput, match=r"cannot open .*missing: No such file"):
        answer_lines(tmp_path / "missing", None, lengths)
    (tmp_path / "in").write_bytes(b"")
    with pytest.raises(InvalidInput, match=r"cannot open .*: Is a directory"):
        answer_lines(tmp_path / "in", tmp_path, lengths)
