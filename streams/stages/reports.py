"""What is remembered of all reports, and who shares what with whom: the memory that `correlate` decides by."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from hashlib import blake2b
from sys import intern
from urllib.parse import urlsplit

from schemas.base import Model, Utc
from schemas.marking import Marking, Tlp
from schemas.signal import Signal
from streams.assemble.statements import told_by
from streams.stage import Kept
from streams.stages.routes import Routes
from streams.text.analyse import analyse

MIN_WORDS = 8
"""A shorter text says too little for its words to be a key."""

REPEATED = timedelta(days=1)
"""Within this time a source that says the same words under another id repeats itself; later, it says them of another thing.
In 2,734 Federal Register notices, 271 had title and abstract of an earlier one and told of something else."""

_NARROWNESS = {tlp: rank for rank, tlp in enumerate(Tlp)}


class Entry(Model):
    """What is remembered of one report to correlate it: small, so that all of them fit in memory.

    `named` are the legal references of the measures it tells of, `edges` which of them acts upon which, and `measures` those it
    has been led to.
    """

    signal_id: str
    published_at: Utc
    narrowness: int
    source: str
    keys: tuple[str, ...]
    anchor: str | None
    thing: str
    named: tuple[str, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def rank(self) -> tuple[int, Utc, str]:
        """Order of precedence: the most widely shared, then the earliest, then the smaller id."""
        return self.narrowness, self.published_at, self.signal_id

    def tells_the_same_as(self, other: "Entry") -> bool:
        """Tell whether two reports are related; either may be asked about the other."""
        shared = set(self.keys).intersection(other.keys)
        apart = abs(self.published_at - other.published_at)
        is_repeated = self.source != other.source or apart <= REPEATED
        return any(is_repeated or key.startswith("url:") for key in shared)


def entry_of(signal: Signal) -> Entry:
    """Return what is remembered of a report, not yet placed."""
    named, edges = told_by(signal)
    return Entry(
        signal_id=signal.id,
        published_at=signal.published_at,
        narrowness=narrowness_of(signal.marking),
        source=signal.source,
        keys=keys_of(signal),
        anchor=signal.understood.anchor,
        thing="",
        named=named,
        edges=edges,
    )


def keys_of(signal: Signal) -> tuple[str, ...]:
    """Return what a report can share with another: its canonical address unless that is a front page, and its words."""
    words = [*analyse(signal.title, signal.language).x, *analyse(signal.text, signal.language).x]
    keys = []
    if signal.url and (urlsplit(signal.url).path.strip("/") or urlsplit(signal.url).query):
        keys.append(_key("url", signal.url))
    if len(words) >= MIN_WORDS:
        keys.append(_key("words", " ".join(words)))
    return tuple(keys)


def narrowness_of(marking: Marking) -> int:
    """Return how narrowly something is shared: 0 for TLP:CLEAR to all; a release set is narrower than none."""
    return 2 * _NARROWNESS[marking.tlp] + bool(marking.release)


def _key(kind: str, text: str) -> str:
    return f"{kind}:{blake2b(text.encode('utf-8', 'surrogatepass'), digest_size=12).hexdigest()}"


_Compact = tuple[Utc, int, str, tuple[str, ...], str | None, str, "_Told | None"]
_Told = tuple[tuple[str, ...], tuple[tuple[str, str], ...], tuple[str, ...]]
"""An entry without its id: a fifth of the memory of a model, and there is one for each report ever seen."""


class Reports:
    """All reports' entries, and who shares which key: derived in memory at start from what was kept."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._entries: dict[str, _Compact] = {}
        self._by_key: dict[str, list[str]] = {}
        self._routes = Routes()
        for key, entry in kept.scan("entry/", Entry):
            self.put(key, entry)

    def put(self, _key: str, state: Model | None) -> None:
        """Take note of a changed state."""
        if not isinstance(state, Entry):
            return
        held = self._entries.get(state.signal_id)
        before = held[3] if held else ()
        for name in before:
            if name not in state.keys:
                self._by_key[name].remove(state.signal_id)
        for name in state.keys:
            if name not in before:
                self._by_key.setdefault(name, []).append(state.signal_id)
        if held and (acts := held[6]):
            named, edges, _ = acts
            self._routes.drop(state.signal_id, named, edges)
        self._routes.put(state.signal_id, state.named, state.edges)
        routed = (state.named, state.edges, state.measures) if state.named else None
        told = (
            state.published_at,
            state.narrowness,
            intern(state.source),
            state.keys,
            state.anchor,
            state.thing,
            routed,
        )
        self._entries[state.signal_id] = told

    def get(self, signal_id: str) -> Entry | None:
        """Return what is remembered of a report."""
        return self.entry(signal_id) if signal_id in self._entries else None

    def entry(self, signal_id: str) -> Entry:
        """Return what is remembered of a report that is known to be there."""
        published_at, narrowness, source, keys, anchor, thing, acts = self._entries[signal_id]
        named, edges, measures = acts or ((), (), ())
        return Entry.model_construct(
            signal_id=signal_id,
            published_at=published_at,
            narrowness=narrowness,
            source=source,
            keys=keys,
            anchor=anchor,
            thing=thing,
            named=named,
            edges=edges,
            measures=measures,
        )

    def routes(self, entry: Entry) -> dict[str, tuple[str, ...]]:
        """Return the measures of the new report, and of each other whose acts it opens a way for."""
        held = self._entries.get(entry.signal_id)
        if not entry.named and not (held and held[6]):
            return {}
        routes = {entry.signal_id: self._routes.reached(entry.named, entry.edges)}
        for signal_id in self._routes.led_on(entry.edges):
            if signal_id == entry.signal_id:
                continue
            other = self.entry(signal_id)
            now = self._routes.reached(other.named, entry.edges)
            if set(now) - set(other.measures):
                routes[signal_id] = tuple(dict.fromkeys((*other.measures, *now)))
        return routes

    def body(self, signal_id: str) -> Signal:
        """Return the report itself, from the store."""
        body = self._kept.get(f"body/{signal_id}", Signal)
        assert isinstance(body, Signal), f"report {signal_id} has an entry and no body"
        return body

    def sharing(self, key: str) -> Sequence[str]:
        """Return the ids of the reports that have the key."""
        return self._by_key.get(key, ())

    def around(self, entry: Entry) -> tuple[list[Entry], set[str], bool]:
        """Return what a new report meets: related acts, things of related free reports, and whether any is unanchored.

        Ten thousand copies of one wire story cost each next copy ten thousand comparisons, so they are of plain tuples.
        """
        acts: list[Entry] = []
        things: set[str] = set()
        unanchored = False
        for key in entry.keys:
            is_address = key.startswith("url:")
            for signal_id in self.sharing(key):
                published_at, _, source, _, anchor, thing, _ = self._entries[signal_id]
                unanchored = unanchored or anchor is None
                if not (is_address or source != entry.source or abs(published_at - entry.published_at) <= REPEATED):
                    continue
                if anchor:
                    acts.append(self.entry(signal_id))
                elif not thing.startswith("act/"):
                    things.add(thing)
        return acts, things, unanchored

    def with_entry(self, entry: Entry) -> "Overlay":
        """Return the same reports with one of them replaced or added, for the time of one decision."""
        return Overlay(self, entry)


class Overlay:
    """Reports as they stand once `entry` is among them."""

    def __init__(self, reports: Reports, entry: Entry) -> None:
        before = reports.get(entry.signal_id)
        self._reports = reports
        self._acts: dict[str, list[Entry]] = {}
        self.entry = entry.model_copy(update={"thing": before.thing}) if before else entry

    def reached(self, keys: Iterable[str]) -> Iterator[Entry]:
        """Yield every unanchored report that has one of the keys, or one of another's that has, each once."""
        queue, seen_keys, seen = list(keys), set(keys), set()
        if self.entry.anchor is None:
            seen.add(self.entry.signal_id)
            yield self.entry
        while queue:
            for member in self._sharing(queue.pop()):
                if member.anchor is None and member.signal_id not in seen:
                    seen.add(member.signal_id)
                    yield member
                    queue.extend(key for key in member.keys if key not in seen_keys)
                    seen_keys.update(member.keys)

    def best_act(self, member: Entry) -> Entry | None:
        """Return the first by rank of the acts' own reports that tell the same as this one."""
        best: Entry | None = None
        for key in member.keys:
            if key not in self._acts:
                acts = (other for other in self._sharing(key) if other.anchor)
                self._acts[key] = sorted(acts, key=lambda act: act.rank)
            first = next((act for act in self._acts[key] if member.tells_the_same_as(act)), None)
            if first and (best is None or first.rank < best.rank):
                best = first
        return best

    def _sharing(self, key: str) -> Iterator[Entry]:
        """Yield the reports that have the key, the new one as it is."""
        for signal_id in self._reports.sharing(key):
            if signal_id != self.entry.signal_id:
                yield self._reports.entry(signal_id)
        if key in self.entry.keys:
            yield self.entry
