"""A hazard of nature to an entry, where a mine or a plant that we know is near: what is far from all is no supply risk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.base import utc
from services.connectors.entry import Entry
from streams.knowledge.facility import Facility, Nearby
from streams.knowledge.model import Knowledge

MAX_NAMED: Final = 5
"""Of many facilities the nearest are named, the others counted."""

_MAX_WORDS: Final = 3_000
"""How much of the publisher's own words an entry repeats."""

_KINDS: Final = frozenset(("mine", "mines", "smelter", "refinery", "plant", "works"))
_SPOKEN: Final = {
    "pgm": "platinum-group metals",
    "ree-light": "light rare earths",
    "ree-heavy": "heavy rare earths",
    "phosphate-rock": "phosphate rock",
    "coking-coal": "coking coal",
}


@dataclass(frozen=True, slots=True)
class Hazard:
    """What happens, as a title begins (`Magnitude 6.8 earthquake`), and the publisher's id and words for it."""

    what: str
    guid: str
    link: str | None
    at: datetime | None
    words: Sequence[str]


def entry_near(hazard: Hazard, nearby: Sequence[Nearby], knowledge: Knowledge) -> Entry | None:
    """Return the entry of a hazard and the facilities near it, nearest first; null where none is near.

    The title names the nearest with its material and country, the text the distances in km, then the publisher's words.
    """
    if not nearby:
        return None
    first = nearby[0]
    country = knowledge.places[first.facility.country].name
    materials = _listed(map(_spoken, first.facility.materials))
    name = called(first.facility)
    sentences = [
        f"{hazard.what} {_away(first)} the {name} in {country}, which gives {materials}.",
        *_others(nearby[1:], knowledge),
        *hazard.words,
    ]
    return Entry(
        title=f"{hazard.what} {_away(first)} the {name} ({materials}) in {country}",
        link=hazard.link,
        guid=hazard.guid,
        content="\n\n".join(sentence[:_MAX_WORDS] for sentence in sentences if sentence),
        published_at=hazard.at,
    ).bounded()


def called(facility: Facility) -> str:
    """Return the facility's name with what it is, unless the name says so."""
    told = _KINDS.intersection(facility.name.lower().split())
    return facility.name if told else f"{facility.name} {facility.kind}"


def iso_moment(text: str) -> datetime | None:
    """Return a moment as ISO 8601 writes it, in UTC; null for what is none."""
    try:
        return utc(datetime.fromisoformat(text)) if text else None
    except ValueError:
        return None


def _away(item: Nearby) -> str:
    return f"{item.distance_km:.0f} km from" if item.distance_km >= 1 else "at"


def _others(nearby: Sequence[Nearby], knowledge: Knowledge) -> Iterable[str]:
    if not nearby:
        return
    named = ", ".join(
        f"{called(item.facility)} in {knowledge.places[item.facility.country].name}"
        f" ({_listed(map(_spoken, item.facility.materials))}, {item.distance_km:.0f} km)"
        for item in nearby[: MAX_NAMED - 1]
    )
    more = len(nearby) - (MAX_NAMED - 1)
    yield f"Also near: {named}{f', and {more} more' if more > 0 else ''}."


def _spoken(material: str) -> str:
    return _SPOKEN.get(material, material)


def _listed(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
