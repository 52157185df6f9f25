"""Things as CSV, the columns named like the fields of the query language, formulas of spreadsheets defused."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from schemas.signal import Role
from services.wire import Item

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")

COLUMNS: Final[dict[str, Callable[[Item], object]]] = {
    "id": lambda item: item.id,
    "published": lambda item: item.published_at.isoformat(),
    "title": lambda item: item.title,
    "url": lambda item: item.url or "",
    "source": lambda item: _many(item.sources),
    "language": lambda item: item.language,
    "material": lambda item: _many(item.materials),
    "class": lambda item: _many(item.event_classes),
    "stage": lambda item: _many(item.stage),
    "maturity": lambda item: item.maturity or "",
    "direction": lambda item: item.direction,
    "actor": lambda item: _many(place.code for place in item.places if place.role is Role.ACTOR),
    "target": lambda item: _many(place.code for place in item.places if place.role is Role.TARGET),
    "ref": lambda item: _many(item.refs),
    "severity.us": lambda item: item.severity.us,
    "severity.eu": lambda item: item.severity.eu,
    "severity": lambda item: item.severity.joint,
    "level": lambda item: item.severity.level,
    "confidence": lambda item: item.confidence,
    "sources": lambda item: item.source_count,
    "relevant": lambda item: str(item.relevant).lower(),
    "tlp": lambda item: item.tlp,
}


def csv_of(pages: Iterable[Iterable[Item]]) -> Iterator[str]:
    """Yield a header line, then the rows of each page (RFC 4180)."""
    yield _written([COLUMNS])
    for page in pages:
        yield _written([_defused(read(item)) for read in COLUMNS.values()] for item in page)


def _written(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _many(values: Iterable[str]) -> str:
    return " ".join(values)


def _defused(value: object) -> object:
    """Quote a text that a spreadsheet would take for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
