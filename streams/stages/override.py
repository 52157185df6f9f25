"""A report with what a person decided on it: beside the machine's judgement, and through every later version."""

from schemas.decision import Override
from schemas.signal import Correction, Signal
from streams.errors import InvalidInput
from streams.knowledge.model import Knowledge


def overridden(before: Signal | None, decision: Override, knowledge: Knowledge) -> Signal:
    """Return the report with the decision in place of any earlier one; InvalidInput where there is no such report.

    One that is older than what stands is a dead letter that was replayed, or told twice: what was decided since holds.
    """
    if before is None:
        raise InvalidInput(f"there is no signal {decision.signal_id} whose labels could be set")
    if before.override and decision.at < before.override.at:
        return before
    classes = decision.labels.event_classes
    correction = Correction(
        labels=decision.labels,
        by=decision.party,
        at=decision.at,
        reason=decision.reason,
        ladder=knowledge.lexicon.classes[classes[0]].ladder if classes else None,
    )
    return before.model_copy(update={"override": correction})


def as_known(before: Signal | None, signal: Signal) -> Signal:
    """Return a version of a report with what outlives versions: a person's labels, and the date of one that bears none."""
    if before is None:
        return signal
    kept: dict[str, object] = {"override": before.override}
    if signal.published_at == signal.received_at:
        # It bears no date: one that is posted again is as old as when it first came.
        kept["published_at"] = before.published_at
    return signal.model_copy(update=kept)
