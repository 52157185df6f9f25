"""The driver of one machine: each step in turn over one log, a batch's outputs, states and offset in one transaction."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from schemas.topics import PROJECTIONS
from streams import metrics
from streams.errors import Unavailable
from streams.ports import AtomicLog, Ports
from streams.runner import References, Runner
from streams.stage import Sink, Step

BATCH_RECORDS = 256
PROJECTION_BATCHES = 4
"""Batches of projections that a step takes at once: a signal gives several, and what rings must not fall behind."""

LEAST_TURN_SECONDS = 0.5
"""A turn that took something and filled no batch is not followed by another sooner than so long after it began.

Each turn commits to the index, which costs some 75 ms of processor however few records it takes: measured, signals that come 20 a
turn cost twice as much as signals that come 200 a turn.
"""

IDLE_SECONDS = 1.0
"""How long a turn that took nothing waits to be woken."""

RETRY_PAUSE_SECONDS = 1.0


@dataclass
class Turn:
    """What became of a batch at each step: how many records were taken, whether any batch was full, whether any failed."""

    taken: int = 0
    full: bool = False
    failed: bool = False

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not self.taken and not self.failed

    def rest_seconds(self, took: float) -> float:
        """Return how long to rest after a turn that took so many seconds: with a backlog not at all."""
        if self.failed:
            return RETRY_PAUSE_SECONDS
        return 0.0 if self.full or self.idle else max(0.0, LEAST_TURN_SECONDS - took)


class Embedded:
    """Runs the pipeline over an atomic log until told to stop."""

    def __init__(
        self,
        pipeline: Sequence[Step],
        log: AtomicLog,
        *,
        ports: Ports,
        references: References,
        batch: int = BATCH_RECORDS,
    ) -> None:
        self._log, self._batch = log, batch
        self._stopping = threading.Event()
        self._news = threading.Event()
        self._runners = [
            Runner(step, states=log, ports=ports, references=references, pause=self._stopping.wait) for step in pipeline
        ]
        for step in pipeline:
            if isinstance(step, Sink) and (held := step.store(ports).cursor()) < log.committed(step.source, step.name):
                log.seek(step.source, step.name, held)  # a sink's own cursor is the truth; the log's offset is a hint

    def run(
        self, *, on_failure: Callable[[Step, Exception], None], on_turn: Callable[[], object] = lambda: None
    ) -> None:
        """Loop until `stop`; an unavailable port is reported and tried again."""
        for runner in self._runners:
            with suppress(Unavailable):  # whatever needs it next says so
                runner.warm()
        while not self._stopping.is_set():
            self._news.clear()
            began = time.monotonic()
            turn = self._turn(on_failure)
            on_turn()
            if turn.idle:
                self._news.wait(timeout=IDLE_SECONDS)
            else:
                self._stopping.wait(turn.rest_seconds(time.monotonic() - began))

    def drain(
        self,
        *,
        on_failure: Callable[[Step, Exception], None] | None = None,
        on_turn: Callable[[], object] = lambda: None,
    ) -> int:
        """Take turns as long as there is anything to take; return how many records were handled.

        Without `on_failure`, Unavailable is raised. `on_turn` is called each time that all steps have had their turn.
        """
        handled = 0
        while not self._stopping.is_set():
            turn = self._turn(on_failure)
            on_turn()
            if turn.idle:
                break
            handled += turn.taken
            if turn.failed:
                self._stopping.wait(RETRY_PAUSE_SECONDS)
        return handled

    def wake(self) -> None:
        """Tell that something was appended."""
        self._news.set()

    def stop(self) -> None:
        """End `run` after the batch under way."""
        self._stopping.set()
        self._news.set()

    def lag(self) -> dict[str, int]:
        """Return how many records each step has not taken yet."""
        lag = {}
        for runner in self._runners:
            group = runner.step.name
            lag[group] = self._log.lag(runner.step.source, group)
            metrics.LAG.labels(group).set(lag[group])
        return lag

    def _turn(self, on_failure: Callable[[Step, Exception], None] | None) -> Turn:
        """Take one batch at each step.

        A step whose port is unavailable is reported, and the others go on: an index that fails must not silence alerts.
        """
        turn = Turn()
        for runner in self._runners:
            try:
                self._step(runner, turn)
            except Unavailable as exc:
                if on_failure is None:
                    raise
                on_failure(runner.step, exc)
                turn.failed = True
        return turn

    def _step(self, runner: Runner, turn: Turn) -> None:
        """Handle one batch at one step and settle it; a batch that is not settled is handled again from what was kept."""
        step = runner.step
        limit = self._batch * (PROJECTION_BATCHES if step.source is PROJECTIONS else 1)
        records = self._log.read(step.source, step.name, limit=limit)
        if not records:
            return
        began = time.perf_counter()
        try:
            outcome = runner.handle(records)
            self._log.settle(
                step.source, step.name, records[-1].position, outputs=outcome.outputs, puts=outcome.states()
            )
        except BaseException:
            runner.forget()
            raise
        metrics.BATCH_SECONDS.labels(step.name).observe(time.perf_counter() - began)
        turn.taken += len(records)
        turn.full |= len(records) == limit
