"""Warnings in the Common Alerting Protocol 1.2, alone or in a feed, to entries, where a mine or plant is in their area.

Shape: https://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final
from xml.etree.ElementTree import Element

from services.connectors import gdacs
from services.connectors.cap_area import MAX_VERTICES, Area, circles_of, polygons_of, within_areas
from services.connectors.entry import Entry
from services.connectors.hazard import Hazard, entry_near, iso_moment
from services.connectors.xml_tree import local_name, parse_xml, within, words_within
from streams.errors import InvalidInput
from streams.knowledge.model import Knowledge

MAX_WARNINGS: Final = 1_000
"""The largest national services have some six hundred in force."""

MAX_POINTS: Final = 100_000
"""All polygons of a document together, each counted up to `MAX_VERTICES`: to look into them takes seconds then."""

MAX_AREAS: Final = 100
"""How many polygons, and how many circles, of one warning are read."""

_SEVERITIES: Final = frozenset(("extreme", "severe"))
_MESSAGES: Final = frozenset(("alert", "update"))
"""A cancelled warning, an acknowledgement and an error tell of nothing that happens."""

_CATEGORIES: Final = {
    "met": "Kind of hazard: storm, flood or other severe weather.",
    "geo": "Kind of hazard: earthquake, landslide, volcano or other movement of the ground.",
    "fire": "Kind of hazard: wildfire.",
}
"""What nature does; of the other categories (security, rescue, health, transport ...) nothing is read."""

_ROOTS: Final = frozenset(("alert", "feed", "rss", "alerts", "EDXLDistribution"))


def parse_cap(content: bytes, *, knowledge: Knowledge) -> tuple[Entry, ...]:
    """Return the warnings near a facility, in the document's order.

    Read are actual alerts and updates of the severities extreme and severe, about weather, ground or fire, whose area has
    a polygon or a circle: one with codes of districts alone cannot be placed. The document is one warning, a feed with
    warnings within its entries, or GDACS's feed. Raises InvalidInput for another document, and as `parse_xml` does.
    """
    root = parse_xml(content, what="warnings")
    if local_name(root) not in _ROOTS:
        raise InvalidInput(f"warnings: the document is <{local_name(root)[:40]}>, not an alert, nor a feed of alerts")
    if local_name(root) == "rss" and next(within(root, "eventtype"), None) is not None:
        return gdacs.entries_of(root, knowledge=knowledge)
    if sum(min((item.text or "").count(","), MAX_VERTICES) for item in within(root, "polygon")) > MAX_POINTS:
        raise InvalidInput(f"warnings: the areas have more than {MAX_POINTS} points")
    warnings = list(within(root, "alert")) or [*within(root, "entry"), *within(root, "item")]
    return tuple(entry for item in warnings[:MAX_WARNINGS] for entry in _entry(item, knowledge))


def _entry(warning: Element, knowledge: Knowledge) -> Iterator[Entry]:
    actual = words_within(warning, "status").lower() in {"actual", ""}
    if not actual or words_within(warning, "msgType", "message_type").lower() not in _MESSAGES:
        return
    info = _told(warning)
    guid = words_within(warning, "identifier", "id", "guid")
    if info is None or not guid:
        return
    hazard = Hazard(
        what=f"{words_within(info, 'severity').capitalize()} {_event(info)}",
        guid=guid,
        link=_link(warning, info),
        at=iso_moment(words_within(warning, "sent", "published", "updated")),
        words=(
            _CATEGORIES.get(words_within(info, "category").lower(), ""),
            words_within(info, "headline", "title"),
            words_within(info, "description", "summary"),
            f"Area: {words_within(info, 'areaDesc')}.",
        ),
    )
    entry = entry_near(hazard, within_areas(knowledge.facilities, _areas(info)), knowledge)
    if entry:
        yield entry


def _told(warning: Element) -> Element | None:
    """Return what is told in English, else in the first language; null where none of it is severe and of nature."""
    blocks = list(within(warning, "info")) or [warning]
    blocks.sort(key=lambda block: not words_within(block, "language").lower().startswith("en"))
    return next(filter(_matters, blocks), None)


def _matters(info: Element) -> bool:
    # Feeds of national services repeat some fields of a warning beside it, and often leave the category out.
    natural = words_within(info, "category").lower() in {*_CATEGORIES, ""}
    return natural and words_within(info, "severity").lower() in _SEVERITIES


def _event(info: Element) -> str:
    event = words_within(info, "event", "title")[:100]
    return event if "warning" in event.lower() or "alert" in event.lower() else f"{event} warning"


def _link(warning: Element, info: Element) -> str | None:
    """Return the warning's page; null where none is named."""
    linked = next((found.get("href") for found in within(warning, "link") if found.get("href")), None)
    return words_within(info, "web") or linked or words_within(warning, "link") or None


def _areas(info: Element) -> tuple[Area, ...]:
    polygons = polygons_of(item.text or "" for item in islice(within(info, "polygon"), MAX_AREAS))
    circles = circles_of(item.text or "" for item in islice(within(info, "circle"), MAX_AREAS))
    return (*polygons, *circles)
