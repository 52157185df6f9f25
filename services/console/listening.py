"""The page of sources as the template writes it: who could be heard, and how one is switched on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schemas.raw import SourceKind
from services.console.words import label, visible
from services.sources.source import NEVER, Kind, Source

_GROUPS: Final = (
    (SourceKind.OFFICIAL, "Official", "Gazettes, ministries, customs and authorities: they make the news themselves."),
    (SourceKind.PRESS, "Press", "Trade press, newsrooms and what is coded out of them."),
    (SourceKind.HAZARD, "Hazards", "Earthquakes, disasters and warnings, where a mine or a plant is near."),
)
_WEB: Final = "http"
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


@dataclass(frozen=True)
class Listed:
    """A source; `href` is empty where its address is no web page, `verified` is a day or `never`."""

    id: str
    title: str
    publisher: str
    href: str
    kind: str
    language: str
    grade: str
    cadence: str
    verified: str


@dataclass(frozen=True)
class Group:
    """Sources of one kind of publisher."""

    title: str
    text: str
    sources: tuple[Listed, ...]


@dataclass(frozen=True)
class SourcesPage:
    """All that the page of sources shows. Whether one is on, and how it goes, is the operator's and not on it."""

    groups: tuple[Group, ...]

    @property
    def total(self) -> int:
        """How many sources there are."""
        return sum(len(group.sources) for group in self.groups)


def sources_page(catalogue: Iterable[Source]) -> SourcesPage:
    """Return the page of the catalogue, official sources first."""
    told = list(catalogue)
    groups = (
        Group(title, text, tuple(_listed(one) for one in told if one.source_kind is kind))
        for kind, title, text in _GROUPS
    )
    return SourcesPage(tuple(group for group in groups if group.sources))


def _listed(source: Source) -> Listed:
    return Listed(
        id=source.id,
        title=visible(source.title),
        publisher=visible(source.publisher),
        href=source.address if source.kind is not Kind.FOLDER and source.address.startswith(_WEB) else "",
        kind=source.kind.replace("_", " "),
        language=label("language", source.language),
        grade=source.grade,
        cadence=every(source.cadence),
        verified=source.verified.isoformat() if source.verified else NEVER,
    )


def every(cadence: timedelta) -> str:
    """Return how often that is: `every 15 minutes`, `every hour`, `every 2 days`."""
    seconds = round(cadence.total_seconds())
    size, unit = next(
        ((size, unit) for size, unit in ((_DAY, "day"), (_HOUR, "hour"), (_MINUTE, "minute")) if not seconds % size),
        (1, "second"),
    )
    count = seconds // size
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"
