"""normalise, enrich and classify in a row: from a post to a signal."""

from collections.abc import Iterable

from schemas.raw import Raw
from schemas.signal import Signal
from streams.stage import Reference
from streams.stages.enrich import enrich
from streams.stages.normalise import normalise


def understand(raw: Raw, reference: Reference) -> Iterable[Signal]:
    """Return the one signal that the post tells; InvalidInput when it is none."""
    yield reference.classifier.classify(enrich(normalise(raw), reference.knowledge), reference.knowledge)
