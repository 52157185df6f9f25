"""A page that lists notices, of an office without a feed, to entries by selectors that its source declares."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from services.connectors.encoding import text_of
from services.connectors.entry import Entry
from services.connectors.printed_date import MAX_LETTERS, moment_of, printed_day
from streams.errors import InvalidInput
from streams.text.plain import MAX_DEPTH, markup_depth

MAX_PAGE_BYTES: Final = 4_000_000
MAX_ITEMS: Final = 500
"""Lists print tens; more is another page than was meant."""

_MONTH_FIRST: Final = "month-first"
_SESSION: Final = re.compile(r";jsessionid=[^?#/]*", re.IGNORECASE)
"""Another one in each answer, so the same notice would be a new one each time."""


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of a list: `item` within the page, the others within an item.

    Without `title` the link's words are the title; without `date` the first day that an item prints is its day.
    `date_order` is `month-first` for pages that print 10/09/2025 for 9 October.
    """

    item: str
    link: str = "a[href]"
    title: str = ""
    date: str = ""
    summary: str = ""
    date_order: str = ""

    @classmethod
    def of(cls, options: Mapping[str, str]) -> "Selectors":
        """Return a source's options as selectors; InvalidInput names the option that is missing, unknown or no selector."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise InvalidInput(f"list page: unknown option {name!r}; known are {', '.join(known)}", field=name)
        if not options.get("item"):
            raise InvalidInput("list page: the option item is missing: a selector of the list's items", field="item")
        if options.get("date_order", "") not in {"", _MONTH_FIRST}:
            raise InvalidInput(f"list page: date_order is {_MONTH_FIRST} or left out", field="date_order")
        selectors = cls(**options)
        for name in ("item", "link", "title", "date", "summary"):
            _check(name, getattr(selectors, name))
        return selectors


def parse_list_page(
    content: bytes, *, address: str, selectors: Selectors, content_type: str | None = None
) -> tuple[Entry, ...]:
    """Return the items in the page's order, each link once, at most `MAX_ITEMS`, each field bounded.

    Links are resolved against the page's address; an item without words is left out, and so is a link that leads to no
    other page. A day counts from its beginning in UTC. Raises InvalidInput for what is empty, too large or too deep, and for a
    page on which the selectors find nothing: its layout has changed, or it tells of an error.
    """
    if not content.strip():
        raise InvalidInput("list page: is empty")
    if len(content) > MAX_PAGE_BYTES:
        raise InvalidInput(f"list page: has {len(content)} bytes; the most is {MAX_PAGE_BYTES}")
    page = text_of(content, content_type)
    if page.count("<") > MAX_DEPTH and markup_depth(page) > MAX_DEPTH:
        raise InvalidInput(f"list page: elements are nested deeper than {MAX_DEPTH}")
    nodes = LexborHTMLParser(page).css(selectors.item)[:MAX_ITEMS]
    entries = tuple(_entries(nodes, address, selectors))
    if not entries:
        raise InvalidInput(
            f"list page: {selectors.item!r} finds no notice; the layout has changed or this is another page: mend the selectors"
        )
    return entries


def _check(name: str, selector: str) -> None:
    try:
        if selector:
            LexborHTMLParser("").css(selector)
    except (SelectolaxError, ValueError) as exc:
        raise InvalidInput(f"list page: {name} is no CSS selector: {selector!r}", field=name) from exc


def _entries(nodes: list[LexborNode], address: str, selectors: Selectors) -> Iterator[Entry]:
    seen: set[str] = set()
    for node in nodes:
        anchor = node if node.tag == "a" else node.css_first(selectors.link)
        link = _link(anchor, address)
        if link in seen:
            continue
        title = _words(node.css_first(selectors.title)) if selectors.title else _title(anchor)
        if not title:
            continue
        if link:
            seen.add(link)
        yield Entry(
            title=title,
            link=link,
            guid=link,
            content=_words(node.css_first(selectors.summary)) if selectors.summary else None,
            published_at=moment_of(_day(node, selectors)),
        ).bounded()


def _link(anchor: LexborNode | None, address: str) -> str | None:
    href = (anchor.attributes.get("href") or "").strip() if anchor else ""
    try:
        link = urldefrag(urljoin(address, _SESSION.sub("", href))).url if href else ""
        parts = urlsplit(link)
    except ValueError:  # an address of a host that cannot be, such as http://[1
        return None
    elsewhere = parts.scheme in {"http", "https"} and parts.netloc and link != urldefrag(address).url
    return link if elsewhere else None


def _title(anchor: LexborNode | None) -> str:
    """Return the link's words, or its title attribute where that says more: narrow lists print half a title."""
    if anchor is None:
        return ""
    return max(_words(anchor), " ".join((anchor.attributes.get("title") or "").split()), key=len)


def _words(node: LexborNode | None) -> str:
    return " ".join(node.text(separator=" ").split()) if node else ""


def _day(node: LexborNode, selectors: Selectors) -> date | None:
    printed = node.css_first(selectors.date) if selectors.date else node
    if printed is None:
        return None
    told = (printed.attributes.get("datetime") or "") if selectors.date else ""
    return printed_day(told or _words(printed)[:MAX_LETTERS], month_first=selectors.date_order == _MONTH_FIRST)
