"""Feeds as publishers write them (RSS, Atom, RDF, JSON Feed) to entries; the only importer of feedparser."""

import re
from calendar import timegm
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final
from xml.parsers import expat

import feedparser

from services.connectors.encoding import text_of
from services.connectors.entry import MAX_ENTRIES, MAX_FEED_BYTES, Entry
from services.connectors.json_feed import parse_json_feed
from streams.errors import InvalidInput

MAX_BROKEN_BYTES: Final = 2_000_000
"""How large a feed may be that is no well-formed XML: reading it takes seconds for each megabyte."""

MAX_DEPTH: Final = 200
"""No publisher nests elements deeper."""

MAX_ELEMENTS: Final = 200_000
"""Twenty for each of the most entries that are taken."""

_ROOTS: Final = frozenset(("rss", "feed", "rdf", "channel"))
# Declaration, comments, and a DOCTYPE that only names a document type, as RSS 0.91 has. Bounded: each part takes memory until all
# are read, and a document of the largest size can be made of four million.
_PROLOGUE: Final = re.compile(rb"(?>(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^<>\[]*>){0,100})", re.IGNORECASE | re.DOTALL)
_ROOT: Final = re.compile(rb"<(?:[a-z_][\w.-]*:)?([a-z_][\w.-]*)", re.IGNORECASE)
_DECLARATION: Final = b"<?xml version='1.0' encoding='utf-8'?>"
# Against a base without a host feedparser would give one entry another id in each listing that has it (Reddit's do).
_HOSTLESS_BASE: Final = re.compile(rb"""\sxml:base=("|')(?![a-zA-Z][\w+.-]*:)[^"'<>]*\1""")
_DATES: Final = ("published_parsed", "updated_parsed", "created_parsed")
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


def parse_feed(content: bytes, *, content_type: str | None = None) -> tuple[Entry, ...]:
    """Return the entries in the feed's order, at most `MAX_ENTRIES`, each field bounded.

    A feed with small faults (an undeclared entity, a wrong encoding, an open tag) is read as far as it goes. Raises
    InvalidInput for what is none: empty, too large, too deep, HTML, another XML or JSON, declared entities.
    """
    if not content.strip():
        raise InvalidInput("feed: is empty")
    if len(content) > MAX_FEED_BYTES:
        raise InvalidInput(f"feed: has {len(content)} bytes; the most is {MAX_FEED_BYTES}")
    if content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] == b"{":
        return parse_json_feed(content)
    xml = _DECLARATION + _without_prologue(text_of(content, content_type).encode())
    _check_structure(xml)
    try:
        # Bytes, never a string: feedparser takes a string for an address or a file name and opens it.
        feed = feedparser.parse(BytesIO(xml), sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError) as exc:
        raise InvalidInput(f"feed: cannot be read: {type(exc).__name__}") from exc
    return tuple(_entries(feed.entries[:MAX_ENTRIES]))


def _without_prologue(xml: bytes) -> bytes:
    """Return the root element; refuse what is no feed, and a document type of the document's own.

    A few bytes of declared entities can stand for gigabytes, and feedparser's search for them takes quadratic time.
    """
    start = _PROLOGUE.match(xml, max(xml.find(b"<"), 0))
    body = xml[start.end() :] if start else xml
    if body[:9].upper() == b"<!DOCTYPE":
        raise InvalidInput("feed: declares entities or a document type of its own, which is refused")
    root = _ROOT.match(body)
    if root is None:
        raise InvalidInput("feed: is neither an XML feed nor a JSON Feed")
    name = root[1].decode().lower()
    if name not in _ROOTS:
        raise InvalidInput(f"feed: the document is <{name[:40]}>, not a feed (RSS, Atom, RDF or JSON Feed)")
    return _HOSTLESS_BASE.sub(b"", body)


def _check_structure(xml: bytes) -> None:
    """Refuse what would take long: too deep, too many elements, or large and broken."""
    parser, depth, elements = expat.ParserCreate(), 0, 0

    def enter(_name: str, _attributes: object) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > MAX_DEPTH:
            raise InvalidInput(f"feed: elements are nested deeper than {MAX_DEPTH}")
        if elements > MAX_ELEMENTS:
            raise InvalidInput(f"feed: has more than {MAX_ELEMENTS} elements")

    def leave(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = enter, leave
    try:
        parser.Parse(xml, True)  # noqa: FBT003 - expat takes no keywords
    except expat.ExpatError as exc:
        if len(xml) > MAX_BROKEN_BYTES:
            raise InvalidInput(f"feed: is no well-formed XML and larger than {MAX_BROKEN_BYTES} bytes: {exc}") from exc


def _entries(items: list[Mapping[str, Any]]) -> Iterator[Entry]:
    for item in items:
        yield Entry(
            title=item.get("title"),
            link=item.get("link"),
            guid=item.get("id"),
            content=_content(item),
            # By `in` first: asked for a date that is not there, feedparser gives the other one and a warning.
            published_at=_moment(next((item[name] for name in _DATES if name in item), None)),
        ).bounded()


def _content(item: Mapping[str, Any]) -> str | None:
    """Return the full text where the feed has one, else the summary."""
    parts = (str(part.get("value") or "") for part in item.get("content", ()))
    return next(filter(None, parts), None) or item.get("summary")


def _moment(parsed: Any) -> datetime | None:  # noqa: ANN401 - feedparser is untyped; this is a struct_time in UTC
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None
