"""All that happens to a record: decode, apply, collect what follows; refuse what can never be processed, count, retry.

The runner decides and the drivers persist: outputs first, then states, then the offset. It reads no clock and makes no
difference between kinds of data.
"""

import random
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from schemas.base import Judged, Keyed, Model
from schemas.codec import decode, encode
from schemas.dead import DeadLetter
from schemas.ledger import CONTROLS, Control, RulesChanged
from schemas.topics import DEAD, LEDGER
from streams import metrics
from streams.due import DueList
from streams.errors import InvalidInput, Unavailable
from streams.ports import Outgoing, Ports, Put, Record, StateStore, Store
from streams.stage import ONE, Fold, Reference, Sink, Step, Taken, Transform, View

MAX_RETRIES = 4
FIRST_PAUSE_SECONDS = 0.1

M = TypeVar("M", bound=Model)
References = Callable[[int], Reference]
"""The reference as of a version of the rules."""


@dataclass
class Outcome:
    """What a batch comes to: to be persisted in this order, `outputs`, `puts`, then the position of its last record."""

    outputs: list[Outgoing] = field(default_factory=list)
    puts: dict[tuple[str, str], bytes | None] = field(default_factory=dict)

    def states(self) -> list[Put]:
        """Return the states to be put, in the order they were first changed."""
        return [Put(fold, key, value) for (fold, key), value in self.puts.items()]


class Runner:
    """Applies one step to batches of records, a fold's of the partition whose states it has. Not to be shared between threads."""

    def __init__(
        self, step: Step, *, states: StateStore, ports: Ports, references: References, pause: Callable[[float], object]
    ) -> None:
        self.step = step
        self._states, self._ports, self._references, self._pause = states, ports, references, pause
        self.forget()

    def forget(self) -> None:
        """Drop all that was derived in memory: after a batch that was not settled, it is ahead of what was kept."""
        kept = self._states.get(f"{self.step.name}.control", "rules")
        self._rules = int(kept) if kept else 0
        self._kept = _Kept(self.step.name, self._states)
        self._view: View | None = None
        self._due: DueList | None = None
        # Where the store is in each partition: it is asked once, and again after a failure.
        self._held: dict[int, int] = {}

    def warm(self) -> None:
        """Read what is kept, so that the first record does not wait for it: measured, 6 s where 200,000 reports are remembered."""
        if isinstance(self.step, Fold) and self.step.view is not None:
            self._view_of(self.step)

    def handle(self, records: Sequence[Record]) -> Outcome:
        """Return what the batch comes to; raises Unavailable when retries did not help."""
        metrics.RECORDS.labels(self.step.name).inc(len(records))
        for attempt in range(MAX_RETRIES):
            try:
                return self._handle(records)
            except Unavailable:
                self.forget()
                if attempt == MAX_RETRIES - 1:
                    raise
                metrics.RETRIES.labels(self.step.name).inc()
                self._pause(FIRST_PAUSE_SECONDS * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, no secret
        raise AssertionError("the last try returns or raises")

    def _handle(self, records: Sequence[Record]) -> Outcome:
        outcome = Outcome()
        self._kept.changed.clear()
        decoded = self._decode(records, outcome)
        if isinstance(self.step, Sink):
            taken = [(record, item) for record, item in decoded if not isinstance(item, CONTROLS)]
            self._store(taken, {record.partition: record.position for record in records}, outcome)
            return outcome
        for record, item in decoded:
            if isinstance(item, CONTROLS):
                self._control(record, item, outcome)
            else:
                self._guarded(partial(self._apply, Taken(record.position, item)), record, outcome)
        return outcome

    def _guarded(self, action: Callable[[Outcome], None], record: Record, outcome: Outcome) -> None:
        """Do it; what can never be done becomes a dead letter, so that one poisonous record does not stop the stream."""
        try:
            action(outcome)
        except Unavailable:
            raise
        except InvalidInput as exc:
            self._refuse(record, outcome, "InvalidInput", str(exc))
        except Exception:  # noqa: BLE001 - a bug of ours: kept with its traceback, counted, shouted
            self._refuse(record, outcome, "Bug", traceback.format_exc(limit=20))

    def _decode(self, records: Sequence[Record], outcome: Outcome) -> Iterator[tuple[Record, Keyed]]:
        for record in records:
            try:
                yield record, record.item or decode(record.type, record.value)
            except ValueError as exc:
                self._refuse(record, outcome, "InvalidInput", str(exc))

    def _store(self, taken: Sequence[tuple[Record, Keyed]], ends: Mapping[int, int], outcome: Outcome) -> None:
        """Put what the store does not hold yet; what it can never take becomes a dead letter.

        A batch of controls or poison alone moves its cursor too, or it would be taken for lost at the next start.
        """
        assert isinstance(self.step, Sink)
        store = self.step.store(self._ports)
        for partition in ends.keys() - self._held.keys():
            self._held[partition] = store.cursor(partition)
        news = {partition: position for partition, position in ends.items() if position > self._held[partition]}
        if not news:
            return
        fresh = [(record, item) for record, item in taken if record.position > self._held[record.partition]]
        try:
            store.put([item for _, item in fresh], news)
        except InvalidInput:
            for record, item in fresh:
                self._guarded(partial(self._put_one, store, record, item), record, outcome)
            store.put([], news)
        self._held |= news

    @staticmethod
    def _put_one(store: Store, record: Record, item: Keyed, _outcome: Outcome) -> None:
        store.put([item], {record.partition: record.position})

    def _apply(self, taken: Taken, outcome: Outcome) -> None:
        match self.step:
            case Transform() as transform:
                rules = self._rules_of(taken.item)
                self._send(list(transform.apply(taken.item, self._references(rules))), rules, outcome)
            case Fold(by=key) as fold if callable(key):
                self._fold(fold, key(taken.item), taken, outcome)
            case Fold() as fold:
                self._fold_all(fold, taken, outcome)

    def _fold(self, fold: Fold, key: str, taken: Taken, outcome: Outcome) -> None:
        """Apply to the state of one key, unless that state has taken this position already."""
        applied, state = self._state(fold, key, outcome)
        if applied >= taken.position:
            return
        rules = self._rules_of(taken.item)
        folded = fold.apply(state, taken, self._references(rules))
        self._send(folded.outputs, rules, outcome)
        for name, after in folded.states.items():
            outcome.puts[fold.name, name] = None if after is None else b"%d %b" % (taken.position, encode(after))
            self._remember_due(fold, name, fold.due(after) if after is not None else None, outcome)

    def _fold_all(self, fold: Fold, taken: Taken, outcome: Outcome) -> None:
        """Apply to the view of all states, unless they have taken this position already."""
        applied = int(self._get(fold.name, "applied", outcome) or 0)
        if applied >= taken.position:
            return
        rules, view = self._rules_of(taken.item), self._view_of(fold)
        folded = fold.apply(view, taken, self._references(rules))
        self._send(folded.outputs, rules, outcome)
        for name, after in folded.states.items():
            outcome.puts[fold.name, name] = None if after is None else encode(after)
            view.put(name, after)
            self._kept.changed[name] = after
        outcome.puts[fold.name, "applied"] = str(taken.position).encode()

    def _view_of(self, fold: Fold) -> View:
        if self._view is None:
            assert fold.view is not None, f"{fold.name} folds all items into one and names no view"
            self._view = fold.view(self._kept)
        return self._view

    def _control(self, record: Record, control: Control, outcome: Outcome) -> None:
        """Act on a control record. A change of rules ends here, a tick goes on, stamped with its place in the ledger."""
        if isinstance(control, RulesChanged):
            self._rules = control.version
            outcome.puts[f"{self.step.name}.control", "rules"] = str(control.version).encode()
            return
        if self.step.source is LEDGER:
            control = control.model_copy(update={"ledger": record.position, "rules": self._rules})
        if isinstance(self.step, Fold) and self.step.by is not ONE:
            for key in self._due_list(self.step).until(control.at):
                self._guarded(partial(self._fold, self.step, key, Taken(record.position, control)), record, outcome)
        self._send([control], self._rules_of(control), outcome)

    def _rules_of(self, item: Keyed) -> int:
        """Return the version of the rules that the item names, else the one that the stream told last."""
        named = item.rules if isinstance(item, Judged) else None
        return self._rules if named is None else named

    def _due_list(self, fold: Fold) -> DueList:
        if self._due is None:
            self._due = DueList(self._states.scan(f"{fold.name}.due"))
        return self._due

    def _remember_due(self, fold: Fold, key: str, due: datetime | None, outcome: Outcome) -> None:
        if self._due_list(fold).put(key, due):
            outcome.puts[f"{fold.name}.due", key] = due.isoformat().encode() if due else None

    def _send(self, items: Sequence[Keyed], rules: int, outcome: Outcome) -> None:
        """Append what follows; it is judged by the version of the rules that it follows from."""
        assert not isinstance(self.step, Sink)
        for item in items:
            stamped = (
                item.model_copy(update={"rules": rules}) if isinstance(item, Judged) and item.rules != rules else item
            )
            outcome.outputs.append(Outgoing(self.step.target, stamped))

    def _get(self, fold: str, key: str, outcome: Outcome) -> bytes | None:
        """Return what is kept under the key, with this batch's changes."""
        return outcome.puts[fold, key] if (fold, key) in outcome.puts else self._states.get(fold, key)

    def _state(self, fold: Fold, key: str, outcome: Outcome) -> tuple[int, Model | None]:
        value = self._get(fold.name, key, outcome)
        return self._parse(fold, value) if value else (0, None)

    @staticmethod
    def _parse(fold: Fold, value: bytes) -> tuple[int, Model]:
        applied, _, body = value.partition(b" ")
        return int(applied), fold.state.model_validate_json(body)

    def _refuse(self, record: Record, outcome: Outcome, error: str, detail: str) -> None:
        metrics.DEAD_LETTERS.labels(self.step.name, error).inc()
        letter = DeadLetter(
            stage=self.step.name,
            topic=self.step.source.name,
            position=record.position,
            partition=record.partition,
            record_key=record.key,
            record_type=record.type,
            value=record.value,
            error=error,
            detail=detail[:4_000],
        )
        outcome.outputs.append(Outgoing(DEAD, letter))


class _Kept:
    """What a fold has kept, with the changes of the batch under way."""

    def __init__(self, fold: str, states: StateStore) -> None:
        self._fold, self._states = fold, states
        self.changed: dict[str, Model | None] = {}

    def get(self, key: str, model: type[M]) -> M | None:
        if key in self.changed:
            changed = self.changed[key]
            assert changed is None or isinstance(changed, model)
            return changed
        value = self._states.get(self._fold, key)
        return model.model_validate_json(value) if value else None

    def scan(self, prefix: str, model: type[M]) -> Iterator[tuple[str, M]]:
        for key, value in self._states.scan(self._fold, prefix):
            yield key, model.model_validate_json(value)
