"""What reports say of one measure: that its act brings it in, and what other acts do to it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from schemas.raw import SourceKind
from schemas.signal import Assertion, EventClass, Maturity, MeasureClaim, RelationKind, Signal

BELIEVED = frozenset((Assertion.ASSERTED, Assertion.RECALLED))
"""What is denied, weighed or only heard of changes no register."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One report's word: `kind` null for the act that brings the measure in, `by` the act that does it, null where none is named.

    `upon` is the act whose effect is changed where that is not the measure's own: the suspension that is extended.
    """

    kind: RelationKind | None
    by: str | None
    upon: str | None
    announced: date
    since: date | None
    until: date | None
    maturity: Maturity | None
    type: EventClass | None
    materials: tuple[str, ...]
    signal: Signal


def authority(signal: Signal) -> tuple[bool, bool, float, datetime, str]:
    """Order of belief: official texts first, then what a person has looked at, what the classifier is surest of, the earlier."""
    return (
        signal.source_kind is not SourceKind.OFFICIAL,
        not signal.is_overridden,
        -signal.understood.confidence,
        signal.published_at,
        signal.id,
    )


def name_of(claim: MeasureClaim) -> str | None:
    """Return the ref of the measure that a claim is about: the act's, with the clause where it is one of several."""
    return f"{claim.ref}/{claim.clause}" if claim.ref and claim.clause else claim.ref


def stands_alone(claim: MeasureClaim) -> bool:
    """Tell whether a claim is of a measure that no legal reference names, and not of what is done to one that has one."""
    return claim.ref is None and claim.relation is None


def act_of(ref: str) -> str:
    """Return the act that a measure is of."""
    return ref.partition("/")[0]


def tells_of_measures(signal: Signal) -> bool:
    """Tell whether a report's claims are for the register."""
    judgement = signal.understood
    return judgement.relevant and judgement.assertion in BELIEVED and bool(judgement.measures)


def told_by(signal: Signal) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Return the measures that a report names, and which of them acts upon which; a clause is acted upon with its act."""
    if not tells_of_measures(signal):
        return (), ()
    named: dict[str, None] = {}
    edges: dict[tuple[str, str], None] = {}
    for claim in signal.understood.measures:
        own, of = name_of(claim), claim.relation.of if claim.relation else ()
        for ref in (*((own,) if own else ()), *of):
            named[ref] = None
            if act_of(ref) != ref:
                edges[act_of(ref), ref] = None
        edges.update(((own, ref), None) for ref in of if own and own != ref)
    return tuple(named), tuple(edges)


def statements(ref: str | None, signals: Sequence[Signal]) -> list[Statement]:
    """Return what these reports say of a measure, most authoritative first; without a ref, of the one measure they tell of."""
    ranked = sorted(signals, key=authority)
    if ref is None:
        return [_statement(claim, signal, None) for signal, claim in _claims(ranked) if stands_alone(claim)]
    acting = {
        own
        for _, claim in _claims(ranked)
        if (own := name_of(claim)) and claim.relation and _hits(claim.relation.of, ref)
    }
    return [told for signal, claim in _claims(ranked) for told in _told(ref, acting, claim, signal)]


def _claims(signals: Iterable[Signal]) -> Iterator[tuple[Signal, MeasureClaim]]:
    return ((signal, claim) for signal in signals if tells_of_measures(signal) for claim in signal.understood.measures)


def _told(ref: str, acting: set[str], claim: MeasureClaim, signal: Signal) -> Iterator[Statement]:
    own = name_of(claim)
    if own is not None and own in {ref, act_of(ref)}:
        yield _statement(claim, signal, None)
    if claim.relation is None:
        return
    if _hits(claim.relation.of, ref):
        yield _statement(claim, signal, claim.relation.kind)
    for upon in acting.intersection(claim.relation.of):
        yield _statement(claim, signal, claim.relation.kind, upon=upon)


def _hits(of: Iterable[str], ref: str) -> bool:
    return any(one in {ref, act_of(ref)} for one in of)


def _statement(claim: MeasureClaim, signal: Signal, kind: RelationKind | None, *, upon: str | None = None) -> Statement:
    judgement = signal.understood
    return Statement(
        kind=kind,
        by=name_of(claim),
        upon=upon,
        announced=claim.announced or signal.published_at.date(),
        since=claim.effective_from,
        until=claim.effective_to,
        maturity=judgement.maturity,
        type=claim.type,
        materials=claim.materials or judgement.materials,
        signal=signal,
    )
