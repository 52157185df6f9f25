"""XML of publishers whom nobody knows, as a tree of bounded size; feeds have a reader of their own that forgives more."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from services.connectors.encoding import text_of
from services.connectors.entry import MAX_FEED_BYTES
from streams.errors import InvalidInput

MAX_DEPTH: Final = 20
"""Alerts nest their elements five deep, or eight within a feed."""

MAX_ELEMENTS: Final = 200_000

_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]*\?>")


def parse_xml(content: bytes, *, what: str) -> Element:
    """Return the root of a document.

    Raises InvalidInput, beginning with `what`, for what is empty, too large, too deep, no well-formed XML, or declares a
    document type: a few bytes of entities can stand for gigabytes.
    """
    if not content.strip():
        raise InvalidInput(f"{what}: is empty")
    if len(content) > MAX_FEED_BYTES:
        raise InvalidInput(f"{what}: has {len(content)} bytes; the most is {MAX_FEED_BYTES}")
    xml = _DECLARATION.sub("", text_of(content), count=1).strip().encode()
    depth = elements = 0
    steps = iterparse(BytesIO(xml), events=("start", "end"), forbid_dtd=True)
    try:
        for event, _ in steps:
            depth += 1 if event == "start" else -1
            elements += event == "start"
            if depth > MAX_DEPTH:
                raise InvalidInput(f"{what}: elements are nested deeper than {MAX_DEPTH}")
            if elements > MAX_ELEMENTS:
                raise InvalidInput(f"{what}: has more than {MAX_ELEMENTS} elements")
    except DefusedXmlException as exc:
        raise InvalidInput(f"{what}: declares a document type or entities, which is refused") from exc
    except ParseError as exc:
        raise InvalidInput(f"{what}: is no well-formed XML: {exc}") from exc
    root: Element = steps.root
    return root


def local_name(element: Element) -> str:
    """Return an element's name without its namespace: versions of a format differ in that alone."""
    return str(element.tag).rpartition("}")[2]


def within(element: Element, name: str) -> Iterator[Element]:
    """Yield the element's descendants of a local name, in the order of the document."""
    return (item for item in element.iter() if local_name(item) == name)


def words_within(element: Element, *names: str) -> str:
    """Return the words of the first descendant that has some, by the first local name that is there; else nothing."""
    for name in names:
        for item in within(element, name):
            if item.text and item.text.strip():
                return " ".join(item.text.split())
    return ""
