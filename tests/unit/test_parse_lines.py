"""`tocsin parse`: one answer a line, in order, whatever the input."""

import json

import orjson
import pytest

from services.connectors.parse_lines import parse_lines

FEED = """<rss><channel><item><guid isPermaLink="false">g</guid><title>Tin</title>
<pubDate>Mon, 23 Nov 2026 12:00:00 GMT</pubDate></item></channel></rss>"""


@pytest.fixture
def folder(tmp_path):
    inside = tmp_path / "in"
    (inside / "sub").mkdir(parents=True)
    (inside / "sub" / "feed.xml").write_text(FEED)
    (inside / "page.html").write_text("<html></html>")
    (tmp_path / "secret.xml").write_text(FEED)
    (inside / "link.xml").symlink_to(tmp_path / "secret.xml")
    return inside


def answers(folder, *lines):
    written = [item if item is None or isinstance(item, bytes) else json.dumps(item).encode() for item in lines]
    return [json.loads(orjson.dumps(answer, option=orjson.OPT_UTC_Z)) for answer in parse_lines(written, folder=folder)]


def test_a_feed_is_answered_with_its_entries(folder):
    (answer,) = answers(folder, {"id": "a", "path": "sub/feed.xml"})
    entry = {"title": "Tin", "link": None, "guid": "g", "content": None, "published_at": "2026-11-23T12:00:00Z"}
    assert answer == {"id": "a", "ok": True, "error": None, "entries": [entry]}


@pytest.mark.parametrize(
    ("request_line", "answered_id"),
    [
        ({"id": "a", "path": "../secret.xml"}, "a"),  # out of the folder
        ({"id": "a", "path": "link.xml"}, "a"),  # out of the folder by a link
        ({"id": "a", "path": "/etc/hostname"}, "a"),
        ({"id": "a", "path": "missing.xml"}, "a"),
        ({"id": "a", "path": "sub"}, "a"),  # a folder
        ({"id": "a", "path": "page.html"}, "a"),  # no feed
        ({"id": "a", "path": "nul\x00"}, "a"),
        ({"id": "a", "path": "x" * 5_000}, "a"),
        ({"id": 7, "path": 7}, 7),
        ({"id": ["a"]}, None),
        ([1], None),
        (b"{broken", None),
        (b"", None),
        (None, None),  # longer than a line may be
        (b"\xff\xfe", None),
    ],
)
def test_a_line_that_cannot_be_answered_gets_a_reason_and_spoils_no_other(folder, request_line, answered_id):
    good = {"id": "g", "path": "sub/feed.xml"}
    first, bad, last = answers(folder, good, request_line, good)
    assert (bad["id"], bad["ok"], bad["entries"]) == (answered_id, False, [])
    assert bad["error"]
    assert first["ok"]
    assert last["ok"]
