"""What is learned from: corrections in the ledger, and files of labelled texts."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from schemas.codec import decode
from schemas.decision import Override
from schemas.raw import SignalIn
from schemas.signal import EventClass, Signal
from schemas.topics import LEDGER
from services import history
from services.evaluate.labels import Labels
from services.judge import signal_of
from streams.errors import InvalidInput
from streams.knowledge.load import load
from streams.ports import EventLog, Record
from streams.rules.compile import RuleSet
from streams.stage import Reference
from streams.stages.normalise import Normalised

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Example:
    """A report and what a person says of it; what is null was not said. Reports of one `group` tell of one thing.

    `primary` is the class to be found, and any of `accepted` is as right.
    """

    group: str
    report: Normalised
    primary: EventClass | None
    accepted: tuple[EventClass, ...]
    relevant: bool | None


def corrections(log: EventLog) -> Iterator[Example]:
    """Yield an example for each signal whose labels were corrected, in the ledger's order, as last corrected and worded."""
    decided: dict[str, Override] = {}
    for record in _records(log, Override):
        decision = decode(record.type, record.value)
        assert isinstance(decision, Override)
        decided[decision.signal_id] = decision
    reports: dict[str, Signal] = {}
    for record in _records(log, Signal):
        if record.key in decided:
            signal = decode(record.type, record.value)
            assert isinstance(signal, Signal)
            reports[signal.id] = signal
    for signal_id, decision in decided.items():
        classes, relevant = decision.labels.event_classes, decision.labels.relevant
        if signal_id in reports and (classes or relevant is not None):
            primary = classes[0] if classes else None
            yield Example(signal_id, _report(reports[signal_id]), primary, (primary,) if primary else (), relevant)


def labelled(path: Path, *, now: datetime) -> Iterator[Example]:
    """Yield the examples of a file: signals with `labels`, or labels by the id of a report of the history pack.

    InvalidInput says which line is none.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as exc:
        raise InvalidInput(f"cannot read {path}: {exc.strerror}") from exc
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield _labelled(orjson.loads(line), now)
            except (ValueError, KeyError, InvalidInput) as exc:
                raise InvalidInput(f"{path}, line {number}: {_why(exc)}") from exc


def _labelled(told: dict[str, Any], now: datetime) -> Example:
    if "labels" in told:
        labels = Labels.model_validate(told["labels"])
        post = SignalIn(**{name: value for name, value in told.items() if name in SignalIn.model_fields})
    else:
        labels = Labels.model_validate({name: value for name, value in told.items() if name != "id"})
        post = _pack()[told["id"]]
    accepted = (labels.primary, *labels.accept) if labels.primary else ()
    report = _report(signal_of(post, Reference(load(), RuleSet()), now))
    return Example(labels.event or post.id.partition("-")[0], report, labels.primary, accepted, labels.relevant)


@cache
def _pack() -> dict[str, SignalIn]:
    return {post.id: post for post in history.pack()}


def _report(signal: Signal) -> Normalised:
    """Return the report of a signal as it was before it was judged."""
    return Normalised(**{field.name: getattr(signal, field.name) for field in fields(Normalised)})


def _records(log: EventLog, model: type[Signal | Override]) -> Iterator[Record]:
    position = 0
    while records := log.after(LEDGER, position, limit=PAGE):
        yield from (record for record in records if record.type.partition("/")[0] == model.__name__)
        position = records[-1].position


def _why(exc: Exception) -> str:
    if isinstance(exc, ValidationError):
        first = exc.errors()[0]
        return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    return f"the history pack has no report {exc}" if isinstance(exc, KeyError) else str(exc)
