"""JSON Feed (https://jsonfeed.org/version/1.1) to entries."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import orjson

from schemas.base import utc
from services.connectors.entry import MAX_ENTRIES, Entry
from streams.errors import InvalidInput

_VERSION: Final = "https://jsonfeed.org/version/"


def is_json_feed(document: object) -> bool:
    """Tell whether a decoded JSON document calls itself a JSON Feed."""
    return isinstance(document, dict) and str(document.get("version", "")).startswith(_VERSION)


def parse_json_feed(content: bytes) -> tuple[Entry, ...]:
    """Return the feed's entries in its order; InvalidInput for what is no JSON Feed."""
    try:
        document: object = orjson.loads(content)
    except orjson.JSONDecodeError as exc:
        raise InvalidInput(f"feed: begins like JSON and is none: {exc}") from exc
    return entries_of(document)


def entries_of(document: object) -> tuple[Entry, ...]:
    """Return the entries of a decoded JSON Feed; items that are no objects are left out."""
    if not isinstance(document, dict) or not is_json_feed(document):
        raise InvalidInput(f"feed: JSON without a version {_VERSION}..., so no JSON Feed")
    items = document.get("items")
    if not isinstance(items, list):
        raise InvalidInput("feed: the JSON Feed has no list of items", field="items")
    return tuple(_entries(items[:MAX_ENTRIES]))


def _entries(items: list[object]) -> Iterator[Entry]:
    for item in items:
        if isinstance(item, dict):
            yield Entry(
                title=_first_text(item, "title"),
                link=_first_text(item, "url", "external_url"),
                guid=_first_text(item, "id"),
                content=_first_text(item, "content_html", "content_text", "summary"),
                published_at=_moment(_first_text(item, "date_published", "date_modified")),
            ).bounded()


def _first_text(item: dict[str, object], *names: str) -> str | None:
    for name in names:
        match item.get(name):
            case str(text) if text.strip():
                return text.strip()
            # Version 1 of the format had numbers as ids.
            case int(number) if name == "id":
                return str(number)
    return None


def _moment(text: str | None) -> datetime | None:
    try:
        return utc(datetime.fromisoformat(text)) if text else None
    except (ValueError, OverflowError):
        return None
