"""Which rules a projection meets."""

from collections.abc import Iterable

from schemas.alert import Hit
from schemas.projection import Kind, Projected, Projection
from streams.query.document import document_of
from streams.stage import Reference


def match(projected: Projected, reference: Reference) -> Iterable[Hit]:
    """Yield a hit for each rule that holds for an event or measure and whose party is of its audience."""
    if not isinstance(projected, Projection) or projected.kind is Kind.SIGNAL or not reference.rules:
        return
    for rule, reasons in reference.rules.matching(document_of(projected)):
        if projected.audience.includes(rule.party):
            yield Hit(
                rule_id=rule.id,
                rule_version=rule.version,
                thing_kind=projected.kind,
                thing_id=projected.origin_id,
                current_id=projected.id,
                version=projected.version,
                at=projected.updated_at,
                silent=projected.backfill,
                reasons=reasons,
            )
