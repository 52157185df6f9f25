"""Feeds of every kind to entries, and what is no feed to one clear error."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from services.connectors.entry import MAX_ENTRIES, MAX_FEED_BYTES, Entry, signals_of
from services.connectors.feeds import MAX_BROKEN_BYTES, MAX_DEPTH, MAX_ELEMENTS, parse_feed
from streams.errors import InvalidInput

RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Wire</title><item><title>Gallium &amp; germanium</title><link>https://example.org/1</link>
<guid isPermaLink="false">w-1</guid><pubDate>Mon, 23 Nov 2026 12:00:00 +0100</pubDate>
<description>Short.</description>{more}</item></channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"{base}><title>Wire</title><entry><title>镓</title><id>{id}</id>
<link rel="alternate" href="https://example.org/2"/><updated>2026-11-23T11:00:00Z</updated>
<content type="html">&lt;p&gt;Long.&lt;/p&gt;</content></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="c"><title>Wire</title></channel>
<item rdf:about="https://example.org/3"><title>Tin</title><link>https://example.org/3</link>
<description>Short.</description><dc:date>2026-11-23T11:00:00Z</dc:date></item></rdf:RDF>"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "items": [{"id": 7, "title": "Tin",
"url": "https://example.org/4", "content_text": "Long.", "date_published": "2026-11-23T12:00:00+01:00"}, "odd"]}"""

ELEVEN = datetime(2026, 11, 23, 11, tzinfo=UTC)


def rss(more=""):
    return RSS.format(more=more).encode()


def atom(base="", entry_id="a-1"):
    return ATOM.format(base=base, id=entry_id).encode()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (rss(), Entry("Gallium & germanium", "https://example.org/1", "w-1", "Short.", ELEVEN)),
        (
            rss("<content:encoded><![CDATA[<p>Full.</p>]]></content:encoded>"),  # the full text before the summary
            Entry("Gallium & germanium", "https://example.org/1", "w-1", "<p>Full.</p>", ELEVEN),
        ),
        (atom(), Entry("镓", "https://example.org/2", "a-1", "<p>Long.</p>", ELEVEN)),
        (RDF.encode(), Entry("Tin", "https://example.org/3", "https://example.org/3", "Short.", ELEVEN)),
        (JSON.encode(), Entry("Tin", "https://example.org/4", "7", "Long.", ELEVEN)),  # version 1 had numbers as ids
    ],
)
def test_every_kind_of_feed_gives_the_same_fields(content, expected):
    assert parse_feed(content) == (expected,)


def test_an_id_does_not_depend_on_the_listing_that_has_it():
    assert parse_feed(atom(' xml:base="/r/space/.rss"', "t3_1"))[0].guid == "t3_1"


@pytest.mark.parametrize(
    ("before", "encoding", "content_type"),
    [
        ("<?xml version='1.0' encoding='windows-1252'?>", "utf-8", None),  # the declaration is wrong
        ("<?xml version='1.0' encoding='utf-7'?>", "utf-8", None),  # one that only attackers use
        ("", "utf-16", None),
        ("\ufeff", "utf-8", "text/xml; charset=us-ascii"),  # the transport is wrong
        ("\n <?xml version='1.0' encoding='iso-8859-1'?>", "latin-1", None),  # space before the declaration
        ("", "cp437", "application/rss+xml; charset=cp437"),  # only the transport says it
        ("", "windows-1252", None),  # nobody says it
    ],
)
def test_a_wrong_or_missing_encoding_is_found_out(before, encoding, content_type):
    feed = f"{before}<rss><channel><item><title>Café</title></item></channel></rss>"
    assert parse_feed(feed.encode(encoding), content_type=content_type)[0].title == "Café"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" \n", "empty"),
        (b"x" * (MAX_FEED_BYTES + 1), "bytes"),
        (b"<!DOCTYPE html><html><body>Moved</body></html>", "<html>"),
        (b"<note>hello</note>", "<note>"),
        (b"\x1f\x8b\x08\x00binary", "neither"),
        (b'{"items": []}', "no JSON Feed"),
        (b'{"version": "https://jsonfeed.org/version/1"}', "items"),
        (b'{"version": ', "JSON"),
        (b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><rss><channel>&b;</channel></rss>', "entities"),
        ('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><rss/>'.encode("utf-16"), "entities"),
        (b"<!-- <rss> --><!DOCTYPE rss SYSTEM 'x' [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss/>", "entities"),
        (b"\n<!DOCTYPE" + b"\n" * 100_000 + b"<rss/>", "document type"),  # takes feedparser quadratic time
        (b"<rss>" + b"<a>" * (MAX_DEPTH + 1), "deeper"),
        (b"<rss>" + b"<item/>" * MAX_ELEMENTS, "elements"),
        (b"<rss>" + b"<" * MAX_BROKEN_BYTES, "well-formed"),
    ],
)
def test_what_is_no_feed_costs_one_clear_error(content, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_feed(content)


def test_a_feed_with_small_faults_is_read_as_far_as_it_goes():
    broken = b"<rss><channel><item><title>A&nbsp;B</title><link>https://example.org/5</link></item><item><title>C"
    assert parse_feed(broken)[0].title == "A\xa0B"


def test_an_old_document_type_without_entities_is_accepted():
    netscape = b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/rss-0.91.dtd">'
    assert len(parse_feed(netscape + b"<rss><channel><item><title>t</title></item></channel></rss>")) == 1


def test_what_stands_before_a_feed_takes_no_memory():
    hostile = b" <??>" * 1_000_000
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput):
            parse_feed(hostile)
        assert tracemalloc.get_traced_memory()[1] < 6 * len(hostile)
    finally:
        tracemalloc.stop()


def test_entries_and_fields_are_bounded():
    link, title = b"https://example.org/" + b"a" * 3_000, b"t" * 5_000
    item = b"<item><title>" + title + b"</title><link>" + link + b"</link></item>"
    entry = parse_feed(b"<rss><channel>" + item + b"</channel></rss>")[0]
    assert (len(entry.title), entry.link) == (1_000, None), "half a link leads nowhere"
    many = b"<rss><channel>" + b"<item/>" * (MAX_ENTRIES + 1) + b"</channel></rss>"
    assert len(parse_feed(many)) == MAX_ENTRIES


def test_an_entry_is_a_signal_by_its_id_its_link_or_its_words():
    entries = [
        Entry("t", "https://example.org/1", "g", "x", ELEVEN),
        Entry("t", "https://example.org/1", None, "x", None),
        Entry("t", None, None, None, None),
        Entry(" ", "https://example.org/2", "g2", None, None),
    ]
    by_id, by_link, by_words, wordless = signals_of(entries, source="wire")
    assert (by_id.id, by_id.title, by_id.text, by_id.published_at, by_id.source) == ("g", "t", "x", ELEVEN, "wire")
    assert by_link.id == "https://example.org/1"
    assert by_words.id == next(signals_of([entries[2]])).id
    assert isinstance(wordless, InvalidInput)
    assert wordless.position == 4


def test_an_id_keeps_no_separator_that_our_own_ids_are_joined_with():
    told = [Entry(title="Tin", link=None, guid=guid, content=None, published_at=None) for guid in ("a\x1fUS", "\x1f")]
    assert next(signals_of(told[:1])).id == "aUS"
    assert next(signals_of(told[1:])).id, "of a guid of separators alone nothing is left, so the words give the id"
