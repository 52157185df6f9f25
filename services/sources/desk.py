"""What people do with sources: see them, switch them on and off, look at one without keeping what it has."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.marking import CLEAR
from schemas.party import Principal
from services.records.sources import SourceRecords
from services.sources.catalogue import Catalogue
from services.sources.checking import Checked, check_source
from services.sources.fetch import Fetcher
from services.sources.kinds import collector_of
from services.sources.source import Source
from services.sources.state import Health, SourceState, health_of, lateness_of
from streams import metrics
from streams.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Standing:
    """A source and how it goes with it."""

    source: Source
    state: SourceState
    health: Health
    lateness: timedelta


@dataclass(frozen=True)
class Desk:
    """The sources of an installation."""

    catalogue: Catalogue
    records: SourceRecords
    fetcher: Fetcher
    now: Callable[[], datetime]

    def all(self) -> list[Standing]:
        """Return all sources in the catalogue's order."""
        states = self.records.states()
        return [self._standing(one, states.get(one.id, SourceState(one.id))) for one in self.catalogue.values()]

    def get(self, source_id: str) -> Standing:
        """Return one source; NotFound where the catalogue has none of this id."""
        source = self._source(source_id)
        return self._standing(source, self.records.states().get(source_id, SourceState(source_id)))

    def enable(self, source_id: str, *, by: Principal) -> Standing:
        """Switch a source on; InvalidInput where this version cannot read it, or may not show it to all."""
        source = self._source(source_id)
        collector_of(source.kind)
        if source.marking != CLEAR:
            raise InvalidInput(
                f"{source_id} is marked {source.marking.tlp}, and only TLP:CLEAR is taken in this version"
            )
        self.records.enable(source_id, by=by)
        return self.get(source_id)

    def disable(self, source_id: str, *, by: Principal) -> Standing:
        """Switch a source off; a look that is under way ends by itself."""
        self._source(source_id)
        self.records.disable(source_id, by=by)
        return self.get(source_id)

    def check(self, source_id: str) -> Checked:
        """Look at a source once, switched on or not; one that could be read counts as verified."""
        source = self._source(source_id)
        checked = check_source(source, self.fetcher.get, now=self.now())
        if checked.is_good:
            self.records.note_verified(source_id)
        return checked

    def measure(self) -> None:
        """Bring the metric of health up to date."""
        counts = Counter(one.health for one in self.all())
        for health in Health:
            metrics.SOURCES.labels(health.value).set(counts[health])

    def _source(self, source_id: str) -> Source:
        if source_id not in self.catalogue:
            raise NotFound(f"there is no source {source_id}; `tocsin sources list` shows all")
        return self.catalogue[source_id]

    def _standing(self, source: Source, state: SourceState) -> Standing:
        at = self.now()
        return Standing(source, state, health_of(source, state, at=at), lateness_of(source, state, at=at))
