"""How far the steps of all workers have come, as the brokers know it."""

from collections.abc import Sequence

from streams import metrics
from streams.ports import EventLog
from streams.stage import Step


class GroupLag:
    """Progress of the groups of consumers. Workers hear of new records from the brokers, so nobody need wake them."""

    def __init__(self, log: EventLog, pipeline: Sequence[Step]) -> None:
        self._log, self._pipeline = log, pipeline

    def lag(self) -> dict[str, int]:
        """Return how many records each step has not taken yet; Unavailable while the brokers are away."""
        lag = {}
        for step in self._pipeline:
            lag[step.name] = self._log.lag(step.source, step.name)
            metrics.LAG.labels(step.name).set(lag[step.name])
        return lag

    def wake(self) -> None:
        """Do nothing."""
