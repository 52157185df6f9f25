"""From what reports say of a measure to its states in time: layers of acts over each other, cut into intervals.

An act that suspends lays `suspended` over what is below, and behind its last day `unknown`, because the end of a suspension
is not yet a return: somebody has to say so (FACTS.md 5.1, lesson 2). What is decided later lies over what was decided before.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from schemas.measure import Contradiction, Interval, Stated, Status
from schemas.signal import Maturity, RelationKind
from streams.assemble.statements import Statement

DAY = timedelta(days=1)
ONE_ACT = timedelta(days=45)
"""Reports without a number that are so near in time tell of one act."""

_DRAFTS = frozenset((Maturity.DRAFT, Maturity.RUMOUR))


@dataclass(frozen=True, slots=True)
class Effect:
    """What one act does, as all reports of it say: the preferred dates, and who said what."""

    kind: RelationKind | None
    by: str | None
    upon: str | None
    announced: date
    since: date | None
    until: date | None
    draft: bool
    told: tuple[Statement, ...]

    @property
    def begins(self) -> date:
        """The first day of the effect; the announcement's where no other is told."""
        return self.since or self.announced

    @property
    def sources(self) -> tuple[str, ...]:
        """The reports that tell of it, the preferred first."""
        return tuple(dict.fromkeys(one.signal.id for one in self.told))


def effects(told: Sequence[Statement]) -> list[Effect]:
    """Return the acts behind the statements (most authoritative first): what brought the measure in, then in order of effect."""
    groups: list[list[Statement]] = []
    for one in sorted(told, key=lambda one: one.by is None):  # numbered ones first, for the others to join
        home = next((group for group in groups if _is_one_act(group[0], one)), None)
        groups.append([one]) if home is None else home.append(one)
    ordered = sorted(map(_effect, groups), key=lambda effect: (effect.begins, effect.announced, effect.by or ""))
    # A measure can be suspended before the day on which it was to begin: its own act lies below all others.
    own = min((one for one in ordered if one.kind is None), key=lambda one: one.announced, default=None)
    return ordered if own is None else [own, *(one for one in ordered if one is not own)]


def _is_one_act(first: Statement, other: Statement) -> bool:
    if (first.kind, first.upon) != (other.kind, other.upon):
        return False
    if first.by is not None and other.by is not None:
        return first.by == other.by and (first.kind is not None or not _returns(first, other))
    return abs(first.announced - other.announced) <= ONE_ACT


def _returns(first: Statement, other: Statement) -> bool:
    """Tell whether one of two reports of an act tells of its return long after: it is dated from then."""
    begins = sorted(one.since or one.announced for one in (first, other))
    return begins[1] - begins[0] > 4 * ONE_ACT and all(one.since for one in (first, other))


def _effect(group: Sequence[Statement]) -> Effect:
    firm = [one for one in group if one.maturity not in _DRAFTS] or group
    return Effect(
        kind=group[0].kind,
        by=next((one.by for one in group if one.by), None),
        upon=group[0].upon,
        announced=min(one.announced for one in group),
        since=next((one.since for one in firm if one.since), None),
        until=next((one.until for one in firm if one.until), None),
        draft=firm is group and all(one.maturity in _DRAFTS for one in group),
        told=tuple(group),
    )


def intervals(acts: Sequence[Effect]) -> tuple[Interval, ...]:
    """Return the states that the acts make, in order, without a gap between the first and the last."""
    layers = [layer for effect in _settled(acts) for layer in _layers(effect)]
    if layers and layers[0].status in {Status.SUSPENDED, Status.REPEALED}:
        # Nobody told of its beginning; what is suspended was there before.
        layers.insert(0, Interval(status=Status.IN_FORCE, since=None, until=None, sources=layers[0].sources))
    return tuple(_joined(_cut(layers)))


def contradictions(acts: Iterable[Effect]) -> tuple[Contradiction, ...]:
    """Return the dates on which reports of one act disagree, the preferred value first."""
    return tuple(
        Contradiction(field=name, by=effect.by, values=values)
        for effect in acts
        for name, field in (("effective_from", "since"), ("effective_to", "until"))
        if len(values := _values(effect.told, field)) > 1
    )


def _values(told: Sequence[Statement], field: str) -> tuple[Stated, ...]:
    by_day: dict[date, list[str]] = {}
    for one in told:
        day = getattr(one, field)
        if day is not None:
            by_day.setdefault(day, []).append(one.signal.id)
    return tuple(Stated(value=day, sources=tuple(dict.fromkeys(ids))) for day, ids in by_day.items())


def _settled(acts: Sequence[Effect]) -> list[Effect]:
    """Let the acts upon other acts do their work: a suspension that is extended lasts longer, one that is ended shorter."""
    kept = {index: effect for index, effect in enumerate(acts) if effect.kind is not RelationKind.AMENDS}
    for index, effect in list(kept.items()):
        target = _target(effect, kept)
        if target is None:
            continue
        del kept[index]
        held = kept[target]
        until = effect.until if effect.kind is RelationKind.EXTENDS else effect.begins - DAY
        kept[target] = replace(held, until=until, told=(*held.told, *effect.told))
    return list(kept.values())


def _target(effect: Effect, acts: dict[int, Effect]) -> int | None:
    """Return which act an effect changes instead of the measure itself; an extension means the state that is to end."""
    if effect.upon is not None:
        return next((index for index, one in acts.items() if one.by == effect.upon and one.kind), None)
    if effect.kind is not RelationKind.EXTENDS:
        return None
    ending = [index for index, one in acts.items() if one is not effect and one.kind in {None, RelationKind.SUSPENDS}]
    return max(ending, key=lambda index: (acts[index].until is not None, acts[index].begins), default=None)


def _layers(effect: Effect) -> Iterator[Interval]:
    match effect.kind:
        case None if effect.draft:
            yield _layer(effect, Status.DRAFT, effect.announced, None)
        case None:
            if effect.announced < effect.begins:
                yield _layer(effect, Status.ANNOUNCED, effect.announced, effect.begins - DAY)
            yield _layer(effect, Status.IN_FORCE, effect.begins, effect.until)
            if effect.until is not None:
                yield _layer(effect, Status.EXPIRED, effect.until + DAY, None)
        case RelationKind.SUSPENDS if not effect.draft:
            yield _layer(effect, Status.SUSPENDED, effect.begins, effect.until)
            if effect.until is not None:
                yield _layer(effect, Status.UNKNOWN, effect.until + DAY, None)
        case RelationKind.REPEALS if not effect.draft:
            yield _layer(effect, Status.REPEALED, effect.begins, None)
        case _:
            return


def _layer(effect: Effect, status: Status, since: date, until: date | None) -> Interval:
    return Interval(status=status, since=since, until=until, by=effect.by, sources=effect.sources)


def _cut(layers: Sequence[Interval]) -> Iterator[Interval]:
    """Yield the uppermost layer of each stretch between two days on which any layer begins or has ended."""
    edges = {day for one in layers for day in (one.since, one.until + DAY if one.until else None) if day}
    first: date | None = None if any(one.since is None for one in layers) else min(edges, default=None)
    days = [first, *sorted(edges - {first}), None] if layers else []
    for since, after in pairwise(days):
        until = after - DAY if after else None
        top = next((one for one in reversed(layers) if _spans(one, since, until)), None)
        if top is not None:
            yield top.model_copy(update={"since": since, "until": until})


def _spans(layer: Interval, since: date | None, until: date | None) -> bool:
    begins = layer.since is None or (since is not None and layer.since <= since)
    return begins and (layer.until is None or (until is not None and until <= layer.until))


def _joined(parts: Iterable[Interval]) -> Iterator[Interval]:
    """Join neighbours that are one state by one act."""
    held: Interval | None = None
    for part in parts:
        if held is not None and (held.status, held.by, held.sources) == (part.status, part.by, part.sources):
            held = held.model_copy(update={"until": part.until})
            continue
        if held is not None:
            yield held
        held = part
    if held is not None:
        yield held
