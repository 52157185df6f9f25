"""Disasters as the Global Disaster Alert and Coordination System lists them (RSS) to entries, where a facility is near.

Shape: https://www.gdacs.org/feed_reference.aspx
"""

from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from math import inf
from typing import Final
from xml.etree.ElementTree import Element

from schemas.base import utc
from services.connectors.entry import MAX_ENTRIES, Entry
from services.connectors.hazard import Hazard, entry_near
from services.connectors.usgs import near_quake
from services.connectors.xml_tree import within, words_within
from streams.knowledge.facility import Nearby, Point, near
from streams.knowledge.model import Knowledge

_QUAKE: Final = "EQ"
_KINDS: Final = {
    "TC": ("tropical cyclone", 200.0),
    "FL": ("flood", 100.0),
    "VO": ("volcano eruption", 50.0),
    "WF": ("wildfire", 30.0),
}
"""What is read beside quakes, and how far from its point in km it matters: a judgement, not a formula. A drought has no
point and no day, so it is not read."""

_LEVELS: Final = frozenset(("orange", "red"))
"""A green level, of what is no quake, expects no need for help from abroad."""


def entries_of(root: Element, *, knowledge: Knowledge) -> tuple[Entry, ...]:
    """Return the current disasters near a facility in the feed's order; what cannot be read or placed is left out.

    Quakes count by their magnitude at any level, since levels tell of people and not of mines; others at orange or red.
    """
    items = list(within(root, "item"))[:MAX_ENTRIES]
    return tuple(entry for item in items for entry in _entry(item, knowledge))


def _entry(item: Element, knowledge: Knowledge) -> Iterator[Entry]:
    guid, kind = words_within(item, "guid"), words_within(item, "eventtype")
    point = Point(_number(words_within(item, "lat")), _number(words_within(item, "long")))
    if not guid or not point.is_on_earth or words_within(item, "iscurrent").lower() == "false":
        return
    level = words_within(item, "alertlevel").lower()
    if kind == _QUAKE:
        magnitude = _attribute(item, "severity")
        what, reached = f"Magnitude {magnitude:.1f} earthquake", near_quake(magnitude, 0.0, point, knowledge)
    elif kind in _KINDS and level in _LEVELS:
        what, reached = _other(item, kind, level, point, knowledge)
    else:
        return
    hazard = Hazard(
        what=what,
        guid=guid,
        link=words_within(item, "link") or None,
        at=_moment(words_within(item, "pubDate")),
        words=(words_within(item, "title"), words_within(item, "severity"), words_within(item, "description")),
    )
    entry = entry_near(hazard, reached, knowledge)
    if entry:
        yield entry


def _other(item: Element, kind: str, level: str, point: Point, knowledge: Knowledge) -> tuple[str, tuple[Nearby, ...]]:
    spoken, reach = _KINDS[kind]
    name = words_within(item, "eventname")[:60]
    what = f"{spoken.capitalize()} {name} ({level} alert)" if name else f"{spoken.capitalize()} ({level} alert)"
    return what, near(knowledge.facilities, point, within_km=reach)


def _attribute(item: Element, name: str) -> float:
    """Return the number that an element's `value` holds; a magnitude that is none reaches nothing."""
    value = next((_number(found.get("value", "")) for found in within(item, name)), inf)
    return value if 0 <= value <= 12 else 0.0  # noqa: PLR2004 - no scale of magnitudes has more


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return inf


def _moment(text: str) -> datetime | None:
    try:
        return utc(parsedate_to_datetime(text)) if text else None
    except (ValueError, TypeError, OverflowError):
        return None
