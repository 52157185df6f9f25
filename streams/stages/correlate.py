"""Which reports tell of one thing: a function of the set of reports, whatever order they came in.

Two reports are related when they share a key: the same address, or the same words, unless one source says the same words
again days later, as registers do in their periodic notices. A report with a legal act of its own
(its anchor) belongs to that act. One without belongs to the best act among its related reports, and never joins two; the
rest form the components of the relation. Things have internal names that no reader meets: the id a reader sees is made in
`release` from what that reader may see.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from hashlib import blake2b
from itertools import pairwise
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
    held = reports.get(signal.id)
    if held and signal.published_at == signal.received_at:
        # It bears no date: one that is posted again is as old as when it first came.
        signal = signal.model_copy(update={"published_at": held.published_at})
    if held and says_the_same(reports.body(signal.id), signal):
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
    """Return the thing of the new report and of each other whose thing it changes, by report id.

    Most reports are placed by a look at those they share a key with; only one that may move others has its whole
    neighbourhood settled anew.
    """
    before = reports.get(entry.signal_id)
    if before and (before.keys, before.anchor, before.rank) == (entry.keys, entry.anchor, entry.rank):
        return {entry.signal_id: before.thing}
    if before is None:
        acts, things, others = reports.around(entry)
        if entry.anchor and not others:
            return {entry.signal_id: f"act/{entry.anchor}"}
        if entry.anchor is None and acts:
            return {entry.signal_id: f"act/{min(acts, key=lambda act: act.rank).anchor}"}
        if entry.anchor is None and len(things) <= 1:
            return {entry.signal_id: next(iter(things), _fresh(entry, position))}
    return _settle(reports.with_entry(entry), (*entry.keys, *(before.keys if before else ())), position)


def _settle(reports: "Overlay", keys: Iterable[str], position: int) -> dict[str, str]:
    """Assign things anew to the new report and to all unanchored ones that its keys reach through unanchored ones."""
    new = reports.entry
    places = {new.signal_id: f"act/{new.anchor}"} if new.anchor else {}
    free: list[Entry] = []
    for member in reports.reached(keys):
        act = reports.best_act(member)
        if act:
            places[member.signal_id] = f"act/{act.anchor}"
        else:
            free.append(member)
    taken: set[str] = set()
    for component in components(free):
        thing = _thing_of(component, taken, position)
        taken.add(thing)
        places.update((member.signal_id, thing) for member in component)
    return places


def components(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Split reports into those that the relation connects, by rank, the largest group first so that it keeps its name.

    Linear but for sorting: within one key, an address connects all; words connect all as soon as two sources say them, and
    else those that follow each other within `REPEATED`.
    """
    parent = {entry.signal_id: entry.signal_id for entry in entries}
    by_key: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for key in entry.keys:
            by_key[key].append(entry)
    for key, sharing in by_key.items():
        sharing.sort(key=lambda entry: entry.published_at)
        connected = key.startswith("url:") or len({entry.source for entry in sharing}) > 1
        for one, following in pairwise(sharing):
            if connected or following.published_at - one.published_at <= REPEATED:
                parent[_root(parent, one.signal_id)] = _root(parent, following.signal_id)
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.rank):
        groups[_root(parent, entry.signal_id)].append(entry)
    return sorted(groups.values(), key=lambda members: (-len(members), members[0].rank))


def _root(parent: dict[str, str], signal_id: str) -> str:
    while parent[signal_id] != signal_id:
        parent[signal_id] = parent[parent[signal_id]]
        signal_id = parent[signal_id]
    return signal_id


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
    """Turn places into one claim a thing, those that only lose reports first, and into what is to be remembered."""
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
        for thing in sorted(left.keys() | joined.keys(), key=lambda thing: (bool(joined[thing]), thing))
    )
    return Folded(outputs=tuple(claims), states=states)


_Compact = tuple[Utc, int, str, tuple[str, ...], str | None, str]
"""An entry without its id: a fifth of the memory of a model, and there is one for each report ever seen."""


class Reports:
    """All reports' entries, and who shares which key: derived in memory at start from what was kept."""

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        self._entries: dict[str, _Compact] = {}
        self._by_key: dict[str, list[str]] = {}
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
                published_at, _, source, _, anchor, thing = self._entries[signal_id]
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
