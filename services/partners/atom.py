"""The feed as Atom (RFC 4287): one link an entry, `updated` rising from entry to entry."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from schemas.feed import FeedEntry
from schemas.projection import Projection
from schemas.severity import Level

NAMESPACE = "http://www.w3.org/2005/Atom"
EPOCH = "1970-01-01T00:00:00Z"
MAX_SUMMARY_LETTERS = 2_000
_XML_FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\t\n\r"} | {0xFFFE: None, 0xFFFF: None}


def atom(entries: Sequence[FeedEntry], *, base_url: str) -> bytes:
    """Return the document, entries in the order given (newest first)."""
    feed = ET.Element("feed", xmlns=NAMESPACE)
    _add(feed, "title", "Tocsin: critical-mineral supply risk, TLP:CLEAR")
    _add(feed, "id", f"{base_url}/feeds/public.atom")
    ET.SubElement(feed, "link", rel="self", href=f"{base_url}/feeds/public.atom")
    _add(feed, "updated", entries[0].added_at.isoformat() if entries else EPOCH)
    author = ET.SubElement(feed, "author")
    _add(author, "name", "Tocsin")
    for entry in entries:
        if isinstance(entry.projected, Projection):
            _entry(feed, entry, entry.projected, base_url)
    document: bytes = ET.tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _entry(feed: ET.Element, told: FeedEntry, thing: Projection, base_url: str) -> None:
    entry = ET.SubElement(feed, "entry")
    _add(entry, "id", f"urn:uuid:{thing.id}")
    _add(entry, "title", thing.title)
    ET.SubElement(entry, "link", rel="alternate", href=f"{base_url}/?q=id:{thing.id}&kind={thing.kind.value}")
    _add(entry, "updated", told.added_at.isoformat())
    _add(entry, "published", thing.published_at.isoformat())
    for scheme, terms in _categories(thing).items():
        for term in terms:
            ET.SubElement(entry, "category", term=_clean(term), scheme=f"urn:tocsin:{scheme}")
    severity = thing.severity
    facts = f"Severity US {severity.us}, EU {severity.eu} of 100 ({severity.level}). TLP:{thing.tlp}."
    _add(entry, "summary", f"{facts}\n\n{thing.text[:MAX_SUMMARY_LETTERS]}")


def _categories(thing: Projection) -> dict[str, Sequence[str]]:
    judgement = thing.judgement
    level: tuple[Level, ...] = (thing.severity.level,)
    return {
        "material": judgement.materials,
        "class": judgement.event_classes,
        "place": [f"{place.code}:{place.role}" for place in judgement.places],
        "level": level,
    }


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _clean(text)


def _clean(text: str) -> str:
    """Drop what XML 1.0 has no way to write."""
    return text.encode("utf-8", "ignore").decode().translate(_XML_FORBIDDEN)
