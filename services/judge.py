"""`tocsin classify` and `tocsin correlate`: the stages on JSON lines, without a server; one answer a line, in order."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import orjson
from pydantic import TypeAdapter

from schemas.base import Model
from schemas.codec import encode
from schemas.marking import CLEAR
from schemas.raw import Raw, SignalIn, SourceKind, signal_id_of
from schemas.signal import Signal
from services.intake import signal_in, source_of
from services.records.access import HOME_PARTY
from services.wire import JudgementOut, judgement_of
from streams.assemble.event import event_id_of, originals_of, precedence
from streams.errors import InvalidInput
from streams.knowledge.load import load
from streams.rules.compile import RuleSet
from streams.stage import M, Reference, Taken
from streams.stages.correlate import correlate
from streams.stages.reports import Reports
from streams.stages.severity import severity
from streams.stages.understand import understand

_TOLD: TypeAdapter[JudgementOut] = TypeAdapter(JudgementOut)


def classify_lines(lines: Iterable[bytes | None], *, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield what each line's signal says; "now" is its own date, so that an answer is the same on any day."""
    reference = Reference(knowledge=load(), rules=RuleSet())
    for line in lines:
        try:
            post, signal = _understood(line, reference, now)
        except InvalidInput as exc:
            yield {"id": _id_of(line), "error": str(exc)}
            continue
        score = severity(signal.judgement, reference.knowledge, at=signal.published_at)
        told = JudgementOut.model_construct(**judgement_of(signal.judgement, score))
        yield {"id": post.id, **_TOLD.dump_python(told, mode="json")}


def correlate_lines(lines: Iterable[bytes | None], *, now: datetime) -> Iterator[dict[str, Any]]:
    """Yield which event each line's signal belongs to, once all lines are known: the order of lines changes nothing."""
    reference = Reference(knowledge=load(), rules=RuleSet())
    kept = _Memory()
    reports = Reports(kept)
    signals: dict[str, Signal] = {}
    answers: list[tuple[str | None, str | InvalidInput]] = []
    for position, line in enumerate(lines, start=1):
        try:
            post, signal = _understood(line, reference, now)
        except InvalidInput as exc:
            answers.append((_id_of(line), exc))
            continue
        for name, state in correlate(reports, Taken(position, signal), reference).states.items():
            reports.put(name, state)
            kept.states[name] = state
        signals[signal.id] = signal
        answers.append((post.id, signal.id))
    yield from _told(answers, reports, signals)


def _told(
    answers: Iterable[tuple[str | None, str | InvalidInput]], reports: Reports, signals: dict[str, Signal]
) -> Iterator[dict[str, Any]]:
    things: dict[str, list[Signal]] = {}
    for signal in sorted(signals.values(), key=precedence):
        things.setdefault(reports.entry(signal.id).thing, []).append(signal)
    originals = {key: original for among in things.values() for key, original in originals_of(among).items()}
    for native_id, signal_id in answers:
        if isinstance(signal_id, InvalidInput):
            yield {"id": native_id, "event_id": None, "duplicate_of": None, "error": str(signal_id)}
            continue
        among = things[reports.entry(signal_id).thing]
        original = originals.get(signal_id)
        told = signals[original].native_id if original else None
        yield {"id": native_id, "event_id": event_id_of(among), "duplicate_of": told}


def _understood(line: bytes | None, reference: Reference, now: datetime) -> tuple[SignalIn, Signal]:
    if line is None:
        raise InvalidInput("the line is too long")
    post = signal_in(line)
    return post, signal_of(post, reference, now)


def signal_of(post: SignalIn, reference: Reference, now: datetime) -> Signal:
    """Return what the stages make of a post of one's own, which came in at its own date; InvalidInput when it is none."""
    source = post.source or source_of(HOME_PARTY)
    raw = Raw(
        signal_id=signal_id_of(source, post.id),
        source=source,
        source_kind=SourceKind.PARTNER,
        party=HOME_PARTY,
        received_at=post.published_at or now,
        body=encode(post),
        marking=post.marking or CLEAR,
    )
    (signal,) = understand(raw, reference)
    return signal


def _id_of(line: bytes | None) -> str | None:
    """Return the id of a line that is no signal, where it has one."""
    try:
        posted = orjson.loads(line or b"")
    except orjson.JSONDecodeError:
        return None
    match posted:
        case {"id": str(native_id)}:
            return native_id
        case _:
            return None


class _Memory:
    """Keeps the fold's states for the time of one command."""

    def __init__(self) -> None:
        self.states: dict[str, Model | None] = {}

    def get(self, key: str, model: type[M]) -> M | None:
        state = self.states.get(key)
        return state if isinstance(state, model) else None

    def scan(self, prefix: str, model: type[M]) -> Iterator[tuple[str, M]]:
        del prefix, model
        return iter(())
