"""Files and standard input of any known format to signals, each item answered on its own."""

import json
from datetime import UTC, datetime
from io import BytesIO
from itertools import islice

import pytest

from schemas.raw import SignalIn
from services.connectors import federal_register
from services.connectors.files import read_file
from services.connectors.jsonl import read_lines, read_signals
from streams.errors import InvalidInput

SIGNAL = {"id": "s-1", "title": "Tin"}
DOCUMENT = {
    "document_number": "2026-02125",
    "title": "Gallium From Nowhere",
    "publication_date": "2026-02-03",
    "abstract": None,
    "html_url": "https://www.federalregister.gov/d/2026-02125",
    "type": "Notice",
}
FEED = b"<rss><channel><item><guid>g</guid><title>Tin</title></item></channel></rss>"
JSON_FEED = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "j", "title": "Tin"}]}


def line(item):
    return json.dumps(item).encode() + b"\n"


def ids(content, **options):
    return [item.id if isinstance(item, SignalIn) else item.position for item in read_file(BytesIO(content), **options)]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (line(SIGNAL) + b"\n" + line({"id": "s-2", "text": "Lead"}), ["s-1", "s-2"]),  # a blank line holds nothing
        (line(SIGNAL) + b"{broken\n" + line({"id": "x"}) + line(DOCUMENT), ["s-1", 2, 3, "2026-02125"]),  # mixed
        (b"{broken\n" + line(SIGNAL), [1, "s-1"]),  # the first line is broken
        (b"\xef\xbb\xbf" + line(SIGNAL).strip(), ["s-1"]),  # byte order mark, no last line end
        (line(DOCUMENT), ["2026-02125"]),
        (line({"count": 2, "results": [DOCUMENT, {"document_number": "n"}]}), ["2026-02125", 1]),  # an API answer
        (json.dumps({"results": [DOCUMENT]}, indent=2).encode(), ["2026-02125"]),
        (json.dumps(SIGNAL, indent=2).encode(), ["s-1"]),
        (line(JSON_FEED) + line(SIGNAL), ["j", "s-1"]),
        (json.dumps(JSON_FEED, indent=2).encode(), ["j"]),
        (b"\n" + FEED, ["g"]),
        (FEED.decode().encode("utf-16"), ["g"]),
        (b"<html>no feed</html>", [None]),
        (b"id,title\n1,Tin\n", [1, 2]),  # CSV is not known
        (b"[1]", [1]),
        (b"", []),
    ],
)
def test_a_file_is_read_by_what_it_holds(content, expected):
    assert ids(content) == expected


def test_a_source_is_filled_in_where_none_is_named():
    content = line(SIGNAL) + line({**SIGNAL, "source": "own"}) + line(DOCUMENT)
    assert [item.source for item in read_file(BytesIO(content), source="desk")] == ["desk", "own", "federal-register"]


def test_lines_are_answered_as_they_arrive():
    class Pipe(BytesIO):
        """A pipe whose writer has not finished: to read to its end would wait for ever."""

        def read1(self, size=-1):
            chunk = super().read1(min(size, 64))
            assert chunk, "read on although the answers were there"
            return chunk

    assert [item.id for item in islice(read_file(Pipe(line(SIGNAL) * 9)), 9)] == ["s-1"] * 9


def test_a_line_that_is_too_long_is_answered_and_not_held():
    content = b"short\n" + b"x" * 5_000_000 + b"\nnext\n" + b"y" * 2_000
    assert list(read_lines(BytesIO(content), limit=1_000)) == [b"short", None, b"next", None]
    (answer,) = read_signals([None])
    assert "longer" in str(answer)


def test_a_document_of_the_register_is_a_signal_of_its_day():
    signal = federal_register.signal_of(DOCUMENT)
    assert (signal.id, signal.text, signal.language) == ("2026-02125", "", "en")
    assert signal.published_at == datetime(2026, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": None}, "title"),
        ({"publication_date": "soon"}, "publication_date"),
        ({"document_number": 7}, "document_number"),
    ],
)
def test_a_document_that_does_not_fit_names_the_field(change, field):
    with pytest.raises(InvalidInput) as refused:
        federal_register.signal_of({**DOCUMENT, **change})
    assert refused.value.field == field
