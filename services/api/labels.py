"""POST /v1/signals/{signal_id}/labels: a person corrects what the machine understood."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from fastapi import APIRouter

from schemas.base import Model, Utc
from schemas.decision import OverrideIn
from schemas.signal import Labels
from services.api.access import Served, Writer
from streams.errors import InvalidInput
from streams.knowledge.load import load

router = APIRouter(tags=["understanding"])


class Decided(Model):
    """The decision as it stands in the ledger; `by` is the party."""

    signal_id: str
    labels: Labels
    reason: str
    by: str
    at: Utc


@router.post("/v1/signals/{signal_id}/labels", status_code=201)
def set_labels(signal_id: str, posted: OverrideIn, node: Served, principal: Writer) -> Decided:
    """Set labels of a signal in place of all that were set before; those left out are the machine's.

    Without any label it takes the earlier ones back. Answered when it stands in the ledger.
    """
    node.search.signal(signal_id, by=principal)  # what the party may not see, it cannot correct
    knowledge = load()
    _check("materials", posted.materials or (), knowledge.materials)
    _check("places", [place.code for place in posted.places or ()], knowledge.places)
    decision = node.decisions.override(signal_id, posted, by=principal)
    node.progress.wake()
    return Decided(signal_id=signal_id, labels=posted.labels, reason=posted.reason, by=principal.party, at=decision.at)


def _check(field: str, values: Iterable[str], known: Mapping[str, object]) -> None:
    """Refuse a value that the knowledge base does not know, or that comes twice."""
    seen: set[str] = set()
    for value in values:
        if value not in known:
            nearest = next(iter(get_close_matches(value, known, n=1)), None)
            raise InvalidInput(f"{field}: {value!r} is not known", field=field, nearest=nearest)
        if value in seen:
            raise InvalidInput(f"{field}: {value!r} comes twice", field=field)
        seen.add(value)
