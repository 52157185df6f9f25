"""What people decide on a report: records of the ledger like signals, applied in its order, undone by a further one."""

from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Judged, Utc
from schemas.signal import EventClass, Labels, Place

MAX_REASON_LETTERS = 2_000
MAX_CLASSES = 4
MAX_VALUES = 100
"""Materials or places that a person can name of one report."""

Reason = Annotated[str, StringConstraints(min_length=1, max_length=MAX_REASON_LETTERS, strip_whitespace=True)]


class OverrideIn(Labels):
    """Labels of a signal as posted, with the reason; without any label it takes the earlier ones back."""

    reason: Reason
    event_classes: Annotated[tuple[EventClass, ...], Field(min_length=1, max_length=MAX_CLASSES)] | None = None
    materials: Annotated[tuple[str, ...], Field(max_length=MAX_VALUES)] | None = None
    places: Annotated[tuple[Place, ...], Field(max_length=MAX_VALUES)] | None = None

    @property
    def labels(self) -> Labels:
        """The labels without the reason."""
        return Labels(**self.given)


class Override(Judged):
    """A person's labels for a signal, in place of all that were set before; `by` is the person's name within the party."""

    signal_id: str
    labels: Labels
    reason: str
    party: str
    by: str
    at: Utc

    @property
    def key(self) -> str:
        """The signal's id."""
        return self.signal_id
