"""Who judged the reports of a thing: versions of the machine, and the person whose labels stand."""

from collections.abc import Sequence

from schemas.projection import Overruled
from schemas.signal import Labels, Signal


def judged_by(reports: Sequence[Signal]) -> tuple[str, ...]:
    """Return the versions that judged these reports, each once."""
    return tuple(dict.fromkeys(report.judged_by for report in reports))


def overruled(reports: Sequence[Signal]) -> Overruled | None:
    """Return the newest labels of a person that stand for one of these reports."""
    told = [one for one in map(_overruled, reports) if one is not None]
    return max(told, key=lambda one: (one.at, one.signal_id), default=None)


def _overruled(report: Signal) -> Overruled | None:
    override = report.override
    if override is None or not override.labels.given:
        return None
    machine = {name: getattr(report.judgement, name) for name in override.labels.given}
    return Overruled(
        signal_id=report.id,
        by=override.by,
        at=override.at,
        reason=override.reason,
        labels=override.labels,
        machine=Labels.model_construct(**machine),
    )
