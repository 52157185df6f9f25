"""Which reports tell of one thing: a function of the set of reports, whatever order they came in.

Two reports are related when they share a key: the same address, or the same words, unless one source says the same words
again days later, as registers do in their periodic notices. A report with a legal act of its own
(its anchor) belongs to that act. One without belongs to the best act among its related reports, and never joins two; the
rest form the components of the relation. Things have internal names that no reader meets: the id a reader sees is made in
`release` from what that reader may see.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from schemas.base import Model
from schemas.claim import Claim
from schemas.decision import Override
from schemas.signal import Signal
from streams.stage import Folded, Reference, Taken
from streams.stages.override import as_known, overridden
from streams.stages.reports import REPEATED, Entry, Overlay, Reports, entry_of

MEASURE = "measure/"
"""What the names of things begin with that are measures of legal acts."""

MAX_LETTERS = 1_000
"""Letters of a report that the register remembers."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The place in the ledger of what is told, and its time."""

    ledger: int
    at: datetime


def correlate(reports: Reports, taken: Taken, reference: Reference) -> Folded:
    """Place a report among those before it; say who joined and left which thing. The same report again says nothing.

    What a person decides on a report is told as a new version of it would be.
    """
    item: Signal | Override = taken.item
    match item:
        case Override(signal_id=signal_id, at=at):
            before = _body(reports, signal_id)
            signal = overridden(before, item, reference.knowledge)
        case Signal(id=signal_id, received_at=at):
            before = _body(reports, signal_id)
            signal = as_known(before, item)
    if before and says_the_same(before, signal):
        return Folded()
    entry = entry_of(signal)
    places = _places(reports, entry, taken.position)
    return _say(reports, signal, entry, places, Moment(taken.position, at))


def _body(reports: Reports, signal_id: str) -> Signal | None:
    return reports.body(signal_id) if reports.get(signal_id) else None


def says_the_same(one: Signal, other: Signal) -> bool:
    """Tell whether two versions of a report differ in nothing but when and how they came in."""
    arrival = {"received_at": one.received_at, "backfill": one.backfill}
    return one == other.model_copy(update=arrival)


def _places(reports: Reports, entry: Entry, position: int) -> dict[str, str]:
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


def _settle(reports: Overlay, keys: Iterable[str], position: int) -> dict[str, str]:
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


def _say(reports: Reports, signal: Signal, entry: Entry, places: Mapping[str, str], moment: Moment) -> Folded:
    """Turn places and measures into one claim a thing, those that only lose reports first, and into what is to be remembered."""
    states: dict[str, Model | None] = {f"body/{signal.id}": signal}
    left: dict[str, list[str]] = defaultdict(list)
    joined: dict[str, list[Signal]] = defaultdict(list)
    routes = reports.routes(entry)
    for signal_id in dict.fromkeys((*places, *routes)):
        old, is_news = reports.get(signal_id), signal_id == signal.id
        now = entry if is_news or old is None else old
        thing = places.get(signal_id, now.thing)
        placed = now.model_copy(update={"thing": thing, "measures": routes.get(signal_id, now.measures)})
        body = signal if is_news else reports.body(signal_id)
        before, after = (_things(old) if old else ()), _things(placed)
        for name in before:
            if name not in after:
                left[name].append(signal_id)
        for name in after:
            if is_news or name not in before:
                joined[name].append(body if name == thing else _for_register(body))
        if placed != old:
            states[f"entry/{signal_id}"] = placed
    claims = (
        Claim(thing=thing, joined=tuple(joined[thing]), left=tuple(left[thing]), ledger=moment.ledger, at=moment.at)
        for thing in sorted(left.keys() | joined.keys(), key=lambda thing: (bool(joined[thing]), thing))
    )
    return Folded(outputs=tuple(claims), states=states)


def thing_of_measure(ref: str) -> str:
    """Return the name of the thing that a legal reference's measure is."""
    return f"{MEASURE}{ref}"


def _things(entry: Entry) -> tuple[str, ...]:
    """Return the event and the measures that a report is of."""
    return (entry.thing, *map(thing_of_measure, entry.measures))


def _for_register(signal: Signal) -> Signal:
    """Return a report as the register needs it: it quotes the beginning."""
    return signal.model_copy(update={"text": signal.text[:MAX_LETTERS]})
