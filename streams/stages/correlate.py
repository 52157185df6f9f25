"""Which reports tell of one thing: a function of the set of reports, whatever order they came in.

Two reports are related when they share a key: the same address, or the same words, unless one source says the same words
again days later, as registers do in their periodic notices. A report with a legal act of its own
(its anchor) belongs to that act. One without belongs to the best act among its related reports, and never joins two; the
rest form the components of the relation. Things have internal names that no reader meets: the id a reader sees is made in
`release` from what that reader may see.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from hashlib import blake2b
from sys import intern
from urllib.parse import urlsplit

from schemas.base import Model, Utc
from schemas.claim import Claim
from schemas.marking import Marking, Tlp
from schemas.signal import Signal
from streams.stage import Folded, Kept, Reference, Taken
from streams.text.analyse import analyse

MIN_WORDS = 8
"""A shorter text says too little for its words to be a key."""

REPEATED = timedelta(days=1)
"""Within this time a source that says the same words under another id repeats itself; later, it says them of another thing.
In 2,734 Federal Register notices, 271 had title and abstract of an earlier one and told of something else."""

_NARROWNESS = {tlp: rank for rank, tlp in enumerate(Tlp)}


class Entry(Model):
    """What is remembered of one report to correlate it: small, so that all of them fit in memory."""

    signal_id: str
    published_at: Utc
    narrowness: int
    source: str
    keys: tuple[str, ...]
    anchor: str | None
    thing: str

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


def correlate(reports: "Reports", taken: Taken, _reference: Reference) -> Folded:
    """Place a report among those before it; say who joined and left which thing. The same report again says nothing."""
    signal: Signal = taken.item
    if reports.get(signal.id) and says_the_same(reports.body(signal.id), signal):
        return Folded()
    entry = entry_of(signal)
    places = _places(reports, entry, taken.position)
    return _say(reports, signal, entry, places, taken.position)


def entry_of(signal: Signal) -> Entry:
    """Return what is remembered of a report, not yet placed."""
    return Entry(
        signal_id=signal.id,
        published_at=signal.published_at,
        narrowness=narrowness_of(signal.marking),
        source=signal.source,
        keys=keys_of(signal),
        anchor=signal.judgement.anchor,
        thing="",
    )


def says_the_same(one: Signal, other: Signal) -> bool:
    """Tell whether two versions of a report differ in nothing but when and how they came in."""
    arrival = {"received_at": one.received_at, "backfill": one.backfill}
    return one == other.model_copy(update=arrival)


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


def _places(reports: "Reports", entry: Entry, position: int) -> dict[str, str]:
    """Return the thing of the new report and of each other whose thing it changes, by report id."""
    before = reports.get(entry.signal_id)
    if before and (before.keys, before.anchor, before.rank) == (entry.keys, entry.anchor, entry.rank):
        return {entry.signal_id: before.thing}
    neighbours = reports.related(entry)
    if before is None and entry.anchor is None and not any(other.anchor for other in neighbours):
        things = {other.thing for other in neighbours if not other.thing.startswith("act/")}
        if len(things) <= 1:
            return {entry.signal_id: next(iter(things), _fresh(entry, position))}
    disturbed = {entry.signal_id, *(other.signal_id for other in neighbours)}
    if before:
        disturbed |= {other.signal_id for other in reports.related(before)}
    return _settle(reports.with_entry(entry), disturbed, position)


def _settle(reports: "Overlay", disturbed: set[str], position: int) -> dict[str, str]:
    """Assign things anew to all unanchored reports that the disturbed ones reach, and to the disturbed themselves."""
    places: dict[str, str] = {}
    free: list[Entry] = []
    for member in reports.closure(disturbed):
        if member.anchor:
            places[member.signal_id] = f"act/{member.anchor}"
        elif acts := [other for other in reports.related(member) if other.anchor]:
            places[member.signal_id] = f"act/{min(acts, key=lambda act: act.rank).anchor}"
        else:
            free.append(member)
    taken: set[str] = set()
    for component in _components(free):
        thing = _thing_of(component, taken, position)
        taken.add(thing)
        places.update((member.signal_id, thing) for member in component)
    return places


def _components(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Split entries into groups connected by shared keys, the largest group first so that it keeps its name."""
    by_key: dict[str, list[Entry]] = defaultdict(list)
    left = {entry.signal_id: entry for entry in entries}
    for entry in left.values():
        for key in entry.keys:
            by_key[key].append(entry)
    components: list[list[Entry]] = []
    while left:
        queue = [left.pop(min(left))]
        component = []
        while queue:
            member = queue.pop()
            component.append(member)
            near = {other.signal_id: other for key in member.keys for other in by_key[key] if other.signal_id in left}
            reached = sorted(signal_id for signal_id, other in near.items() if member.tells_the_same_as(other))
            queue.extend(left.pop(signal_id) for signal_id in reached)
        components.append(sorted(component, key=lambda member: member.rank))
    return sorted(components, key=lambda members: (-len(members), members[0].rank))


def _thing_of(component: list[Entry], taken: set[str], position: int) -> str:
    """Keep the name that most of the members have, so that few reports move; a split-off part gets a fresh one."""
    held: dict[str, int] = defaultdict(int)
    for member in component:
        if member.thing and not member.thing.startswith("act/"):
            held[member.thing] += 1
    names = sorted(held.keys() - taken, key=lambda name: (-held[name], name))
    return names[0] if names else _fresh(component[0], position)


def _fresh(leader: Entry, position: int) -> str:
    return f"reports/{leader.signal_id}@{position}"


def _say(reports: "Reports", signal: Signal, entry: Entry, places: Mapping[str, str], position: int) -> Folded:
    """Turn places into one claim a thing and into what is to be remembered."""
    states: dict[str, Model | None] = {f"body/{signal.id}": signal}
    left: dict[str, list[str]] = defaultdict(list)
    joined: dict[str, list[Signal]] = defaultdict(list)
    for signal_id, thing in places.items():
        old = reports.get(signal_id)
        placed = (entry if signal_id == signal.id else reports.entry(signal_id)).model_copy(update={"thing": thing})
        moved = old is None or old.thing != thing
        if old and moved:
            left[old.thing].append(signal_id)
        if moved or signal_id == signal.id:
            joined[thing].append(signal if signal_id == signal.id else reports.body(signal_id))
        if placed != old:
            states[f"entry/{signal_id}"] = placed
    claims = (
        Claim(thing=thing, joined=tuple(joined[thing]), left=tuple(left[thing]), ledger=position, at=signal.received_at)
        for thing in sorted(left.keys() | joined.keys())
    )
    return Folded(outputs=tuple(claims), states=states)


_Compact = tuple[Utc, int, str, tuple[str, ...], str | None, str]
"""An entry without its id: a fifth of the memory of a model, and there is one for each report ever seen."""


class Reports:
    """All reports' entries, and who shares which key: derived in memory at start from what was kept."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._entries: dict[str, _Compact] = {}
        self._by_key: dict[str, tuple[str, ...]] = {}
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
                self._by_key[name] = tuple(one for one in self._by_key[name] if one != state.signal_id)
        for name in state.keys:
            if name not in before:
                self._by_key[name] = (*self._by_key.get(name, ()), state.signal_id)
        told = (state.published_at, state.narrowness, intern(state.source), state.keys, state.anchor, state.thing)
        self._entries[state.signal_id] = told

    def get(self, signal_id: str) -> Entry | None:
        """Return what is remembered of a report."""
        return self.entry(signal_id) if signal_id in self._entries else None

    def entry(self, signal_id: str) -> Entry:
        """Return what is remembered of a report that is known to be there."""
        published_at, narrowness, source, keys, anchor, thing = self._entries[signal_id]
        return Entry.model_construct(
            signal_id=signal_id,
            published_at=published_at,
            narrowness=narrowness,
            source=source,
            keys=keys,
            anchor=anchor,
            thing=thing,
        )

    def body(self, signal_id: str) -> Signal:
        """Return the report itself, from the store."""
        body = self._kept.get(f"body/{signal_id}", Signal)
        assert isinstance(body, Signal), f"report {signal_id} has an entry and no body"
        return body

    def related(self, entry: Entry) -> list[Entry]:
        """Return the other reports that tell the same as this one."""
        ids = {signal_id: None for key in entry.keys for signal_id in self._by_key.get(key, ())}
        ids.pop(entry.signal_id, None)
        return [other for other in map(self.entry, ids) if entry.tells_the_same_as(other)]

    def with_entry(self, entry: Entry) -> "Overlay":
        """Return the same reports with one of them replaced or added, for the time of one decision."""
        return Overlay(self, entry)


class Overlay:
    """Reports as they stand once `entry` is among them."""

    def __init__(self, reports: Reports, entry: Entry) -> None:
        self._reports, self._entry = reports, entry

    def get(self, signal_id: str) -> Entry:
        """Return what is remembered of a report, the new one included."""
        if signal_id != self._entry.signal_id:
            return self._reports.entry(signal_id)
        before = self._reports.get(signal_id)
        return self._entry.model_copy(update={"thing": before.thing}) if before else self._entry

    def related(self, entry: Entry) -> list[Entry]:
        """Return the other reports that tell the same as this one, the new one as it is."""
        new = self._entry
        found = [other for other in self._reports.related(entry) if other.signal_id != new.signal_id]
        if entry.signal_id != new.signal_id and entry.tells_the_same_as(new):
            found.append(self.get(new.signal_id))
        return found

    def closure(self, start: set[str]) -> Iterator[Entry]:
        """Yield the started reports and every unanchored one they reach through unanchored ones, each once."""
        seen, queue = set(start), sorted(start)
        while queue:
            member = self.get(queue.pop())
            yield member
            for other in self.related(member):
                if other.signal_id not in seen and other.anchor is None:
                    seen.add(other.signal_id)
                    queue.append(other.signal_id)
