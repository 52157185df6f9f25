"""One thing as a row of the list: what the template writes, in words, with nothing left to decide."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Final
from urllib.parse import urlsplit

from markupsafe import Markup

from schemas.marking import Tlp
from schemas.measure import Status
from schemas.severity import Level
from schemas.signal import EventClass, MeasureClaim, Role
from services.console.asked import Asked
from services.console.charts import butterfly, level_mark
from services.console.words import label, visible
from services.wire import Highlight, Item, MeasureItem
from streams.query.ast import Value
from streams.query.write import write
from streams.text.address import canonical_url

SHOWN_NAMES: Final = 3
"""Materials, countries and references that a row names before it counts the rest."""
NOT_ASSESSED: Final = "\N{EN DASH}"
UNTITLED: Final = "(no title)"
_MIDNIGHT: Final = time()
"""What a source that tells only the day has for a time."""


@dataclass(frozen=True)
class Piece:
    """A piece of text, and whether it met the query."""

    text: str
    is_hit: bool = False


@dataclass(frozen=True)
class Facts:
    """The second line of a row, in words; what is not told is empty. `maturity` names the mark, `status` says it."""

    materials: str
    route: str
    what: str
    maturity: str
    status: str
    refs: tuple[str, ...]
    sources: str
    tlp: str


@dataclass(frozen=True)
class Row:
    """A thing in the list. `us` and `eu` are texts: a dash where the thing bears on no critical mineral."""

    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]
    language: str
    link: str | None
    host: str
    level: Level | None
    mark: Markup | None
    fly: Markup | None
    us: str
    eu: str
    facts: Facts
    published_at: datetime
    clock: str
    details_href: str


def row_of(item: Item) -> Row:
    """Return the row; links are http(s) only, and what the text hides is written out."""
    link = canonical_url(item.url)
    severity = item.severity if item.relevant else None
    title = item.highlights.get("title")
    return Row(
        title=pieces(title, item.title or UNTITLED),
        excerpt=_excerpt(item),
        language=item.language,
        link=link,
        host=visible(urlsplit(link).hostname or "") if link else "",
        level=severity.level if severity else None,
        mark=level_mark(severity.level) if severity else None,
        us=str(severity.us) if severity else NOT_ASSESSED,
        eu=str(severity.eu) if severity else NOT_ASSESSED,
        fly=butterfly(severity.us, severity.eu) if severity else None,
        facts=facts_of(item),
        published_at=item.published_at,
        clock="" if item.published_at.time() == _MIDNIGHT else f"{item.published_at:%H:%M}",
        details_href=Asked(q=write(Value("id", item.id)), kind=item.kind).href(),
    )


def _excerpt(item: Item) -> tuple[Piece, ...]:
    """Return the piece of the text that met the query; nothing where only fields or the title did."""
    excerpt = item.highlights.get("text")
    if excerpt is None or not excerpt.spans:
        return ()
    cut = pieces(excerpt, "")
    return cut if item.text.startswith(excerpt.text) else (Piece("… "), *cut)


def facts_of(item: Item) -> Facts:
    """Return the second line of the row, piece by piece."""
    classes = [one for one in item.event_classes if one is not EventClass.NOT_RELEVANT]
    return Facts(
        materials=_some([label("material", one) for one in item.materials]),
        route=_route(item),
        what=label("class", classes[0]) if classes else "",
        maturity=item.maturity or "",
        status=state_of(item) if isinstance(item, MeasureItem) else _maturity(item),
        refs=tuple(visible(ref) for ref in item.refs[:SHOWN_NAMES]),
        sources="1 source" if item.source_count == 1 else f"{item.source_count:,} sources",
        tlp="" if item.tlp is Tlp.CLEAR else item.tlp.value,
    )


def state_of(measure: MeasureItem) -> str:
    """Return a measure's present state and its days; a state that nobody knows asks to be looked at."""
    if measure.status is Status.UNKNOWN:
        return f"outcome unknown since {measure.since:%-d %b %Y}: check" if measure.since else "outcome unknown: check"
    begins = f"from {measure.since:%-d %b %Y}" if measure.since else ""
    ends = f"until {measure.until:%-d %b %Y}" if measure.until else ""
    return " ".join(part for part in (label("status", measure.status), begins, ends) if part)


def _maturity(item: Item) -> str:
    return " ".join(part for part in (label("maturity", item.maturity or ""), dates_of(item.measure)) if part)


def pieces(highlight: Highlight | None, text: str) -> tuple[Piece, ...]:
    """Return the highlight's text cut at its spans; without one, the plain text."""
    if highlight is None:
        return (Piece(visible(text)),) if text else ()
    cut, at = [], 0
    for start, end in highlight.spans:
        cut += [Piece(visible(highlight.text[at:start])), Piece(visible(highlight.text[start:end]), is_hit=True)]
        at = end
    cut.append(Piece(visible(highlight.text[at:])))
    return tuple(piece for piece in cut if piece.text)


def dates_of(measure: MeasureClaim | None) -> str:
    """Return from when or until when a measure holds, as far as is told."""
    if measure is None:
        return ""
    begins = f"from {measure.effective_from:%-d %b %Y}" if measure.effective_from else ""
    ends = f"until {measure.effective_to:%-d %b %Y}" if measure.effective_to else ""
    return " ".join(part for part in (begins, ends) if part)


def _route(item: Item) -> str:
    """Return who acts on whom: `China → Japan`; countries only located or mentioned are left to the details."""
    actors = _some([label("actor", place.code) for place in item.places if place.role is Role.ACTOR])
    targets = _some([label("target", place.code) for place in item.places if place.role is Role.TARGET])
    if targets:
        return f"{actors} → {targets}".lstrip()
    return actors


def _some(names: list[str]) -> str:
    shown, rest = names[:SHOWN_NAMES], len(names) - SHOWN_NAMES
    return visible(", ".join(shown)) + (f" +{rest}" if rest > 0 else "")
