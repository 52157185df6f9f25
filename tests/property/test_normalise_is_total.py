"""Any post either becomes plain text or is refused as input: nothing else can happen."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO

from hypothesis import given
from hypothesis import strategies as st

from schemas.raw import Raw, SignalIn, SourceKind
from services.connectors.feeds import parse_feed
from services.connectors.files import read_file
from streams.errors import InvalidInput
from streams.stages.normalise import normalise

MARKUP = st.lists(
    st.one_of(st.sampled_from(["<p>", "</p>", "<br", "<!--", "<html>", "<b>", "&amp;", "&#x", "\n\n", " "]), st.text())
).map("".join)
FEEDLIKE = st.lists(
    st.one_of(
        st.sampled_from(
            [b"<rss>", b"<item>", b"</item>", b"<title>", b"<!DOCTYPE a [", b"&a;", b"]]>", b"<feed>", b"{"]
        ),
        st.binary(max_size=8),
    )
).map(b"".join)


def a_raw(body):
    return Raw(
        signal_id="s",
        source="probe",
        source_kind=SourceKind.PRESS,
        party="EU",
        received_at=datetime(2026, 11, 23, tzinfo=UTC),
        body=body,
    )


@given(title=MARKUP, text=MARKUP, url=st.one_of(st.none(), st.text(max_size=40)))
def test_normalise_gives_plain_words_or_invalid_input(title, text, url):
    body = json.dumps({"id": "1", "title": title[:900], "text": text, "url": url, "language": "en"}).encode()
    try:
        report = normalise(a_raw(body))
    except InvalidInput:
        return
    assert report.title == report.title.strip() != ""
    assert "\n" not in report.title
    assert "\n\n\n" not in report.text
    assert "\x00" not in report.title + report.text
    assert report.url is None or report.url.startswith("http")


@given(st.binary())
def test_any_bytes_are_a_signal_or_invalid_input(body):
    with suppress(InvalidInput):
        assert normalise(a_raw(body)).title


@given(FEEDLIKE)
def test_any_bytes_are_a_feed_or_invalid_input(content):
    with suppress(InvalidInput):
        assert isinstance(parse_feed(b"<rss>" + content), tuple)


@given(FEEDLIKE)
def test_any_file_gives_signals_and_errors_only(content):
    assert all(isinstance(item, SignalIn | InvalidInput) for item in read_file(BytesIO(content)))
