"""From hits to alerts: a rule rings once for a thing, however often the thing changes."""

from schemas.alert import Alert, Hit, Phase
from schemas.base import Model, stable_id
from streams.stage import Folded, Reference, Taken


class Rung(Model):
    """That a rule has rung for a thing, for which version of it, and whether anybody could hear it."""

    alert_id: str
    silent: bool
    version: int = 0
    current_id: str = ""


def rule_and_group(hit: Hit) -> str:
    """Return the key of the fold."""
    return hit.key


def alert(rung: Rung | None, taken: Taken, _reference: Reference) -> Folded:
    """Fire at the first hit; fire aloud when history and imports fired silently before and live news hits now.

    First is the earliest version. Where one thing takes over another's name, their hits may come out of order: then the alert
    is put right under its own id, and nothing rings twice.
    """
    hit: Hit = taken.item
    if rung and not _comes_before(hit, rung):
        return Folded()
    alert_id = stable_id("alert", hit.rule_id, hit.thing_id, Phase.FIRE)
    fired = Alert(
        id=alert_id,
        rule_id=hit.rule_id,
        rule_version=hit.rule_version,
        thing_kind=hit.thing_kind,
        thing_id=hit.thing_id,
        current_id=hit.current_id,
        version=hit.version,
        phase=Phase.FIRE,
        at=hit.at,
        silent=hit.silent,
        reasons=hit.reasons,
    )
    return Folded(
        outputs=(fired,),
        states={hit.key: Rung(alert_id=alert_id, silent=hit.silent, version=hit.version, current_id=hit.current_id)},
    )


def _comes_before(hit: Hit, rung: Rung) -> bool:
    """Tell whether the alert is to be of this hit: loud before silent, then early before late."""
    return (hit.silent, hit.version, hit.current_id) < (rung.silent, rung.version, rung.current_id)
