"""The driver of one machine: each step in turn over one log, a batch's outputs, states and offset in one transaction."""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from schemas.topics import PROJECTIONS
from streams import metrics
from streams.errors import Unavailable
from streams.ports import AtomicLog, Ports
from streams.runner import References, Runner
from streams.stage import Sink, Step

BATCH_RECORDS = 256
PROJECTION_BATCHES = 4
"""Batches of projections that a step takes at once: a signal gives several, and what rings must not fall behind."""

RETRY_PAUSE_SECONDS = 1.0


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
            if not self.drain(on_failure=on_failure, on_turn=on_turn):
                self._news.wait(timeout=1.0)

    def drain(
        self,
        *,
        on_failure: Callable[[Step, Exception], None] | None = None,
        on_turn: Callable[[], object] = lambda: None,
    ) -> int:
        """Take one batch at each step, as long as there is any; return how many records were handled.

        A step whose port is unavailable is reported, and the others go on: an index that fails must not silence alerts.
        Without `on_failure`, Unavailable is raised. `on_turn` is called each time that all steps have had their turn.
        """
        handled = 0
        while not self._stopping.is_set():
            taken, failed = 0, 0
            for runner in self._runners:
                try:
                    taken += self._step(runner)
                except Unavailable as exc:
                    if on_failure is None:
                        raise
                    failed += 1
                    on_failure(runner.step, exc)
            handled += taken
            on_turn()
            if failed:
                self._stopping.wait(RETRY_PAUSE_SECONDS)
            elif not taken:
                break
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

    def _step(self, runner: Runner) -> int:
        """Handle one batch at one step and settle it; a batch that is not settled is handled again from what was kept."""
        step = runner.step
        records = self._log.read(
            step.source, step.name, limit=self._batch * (PROJECTION_BATCHES if step.source is PROJECTIONS else 1)
        )
        if not records:
            return 0
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
        return len(records)
