"""The page of sources as the template writes it: who could be heard, and to the operator how it goes with each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from schemas.party import Principal
from schemas.raw import SourceKind
from services.console.refusing import Refusal
from services.console.standing import UNITS, Count, State, counts_of, state_of
from services.console.words import label, visible
from services.sources.desk import Standing
from services.sources.source import NEVER, Kind, Source

_GROUPS: Final = (
    (SourceKind.OFFICIAL, "Official", "Gazettes, ministries, customs and authorities: they make the news themselves."),
    (SourceKind.PRESS, "Press", "Trade press, newsrooms and what is coded out of them."),
    (SourceKind.HAZARD, "Hazards", "Earthquakes, disasters and warnings, where a mine or a plant is near."),
)
_WEB: Final = "http"


@dataclass(frozen=True)
class Listed:
    """A source; `href` is empty where its address is no web page, `verified` is a day or `never`.

    How it goes with it, its `state`, is the operator's: null for everybody else.
    """

    id: str
    title: str
    publisher: str
    href: str
    kind: str
    language: str
    grade: str
    cadence: str
    verified: str
    state: State | None = None


@dataclass(frozen=True)
class Group:
    """Sources of one kind of publisher."""

    title: str
    text: str
    sources: tuple[Listed, ...]


@dataclass(frozen=True)
class SourcesPage:
    """All that the page of sources shows. Nobody's page has an `operator`, `counts`, or a state of a source.

    A `refusal` tells what was asked and not done.
    """

    groups: tuple[Group, ...]
    operator: str = ""
    counts: tuple[Count, ...] = ()
    refusal: Refusal | None = None

    @property
    def total(self) -> int:
        """How many sources there are."""
        return sum(len(group.sources) for group in self.groups)

    @property
    def on(self) -> int:
        """How many sources are switched on."""
        return sum(one.count for one in self.counts)

    @property
    def troubled(self) -> tuple[Listed, ...]:
        """The sources that ask for a look."""
        listed = (one for group in self.groups for one in group.sources)
        return tuple(one for one in listed if one.state and one.state.is_troubled)


def sources_page(catalogue: Iterable[Source], *, refusal: Refusal | None = None) -> SourcesPage:
    """Return everybody's page of the catalogue, official sources first."""
    return SourcesPage(_groups(catalogue, {}), refusal=refusal)


def operators_page(
    standings: Iterable[Standing], *, operator: Principal, refusal: Refusal | None = None
) -> SourcesPage:
    """Return the operator's page: the same sources in the same order, and how it goes with each."""
    told = list(standings)
    groups = _groups((one.source for one in told), {one.source.id: state_of(one) for one in told})
    name = visible(f"{operator.name} ({operator.party})")
    return SourcesPage(groups, operator=name, counts=counts_of(told), refusal=refusal)


def _groups(catalogue: Iterable[Source], states: Mapping[str, State]) -> tuple[Group, ...]:
    told = list(catalogue)
    groups = (
        Group(title, text, tuple(_listed(one, states.get(one.id)) for one in told if one.source_kind is kind))
        for kind, title, text in _GROUPS
    )
    return tuple(group for group in groups if group.sources)


def _listed(source: Source, state: State | None) -> Listed:
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
        state=state,
    )


def every(cadence: timedelta) -> str:
    """Return how often that is: `every 15 minutes`, `every hour`, `every 2 days`."""
    seconds = round(cadence.total_seconds())
    size, unit = next((size, unit) for size, unit in UNITS if not seconds % size)
    count = seconds // size
    return f"every {unit}" if count == 1 else f"every {count} {unit}s"
