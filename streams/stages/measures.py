"""What a report says of measures: its own legal act, the acts it changes, and their dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.signal import EventClass, Maturity, MeasureClaim, Relation, RelationKind
from streams.stages.dates import DateMention, DateRole, Precision
from streams.stages.enrich import Enriched
from streams.stages.references import Reference

_RELATIONS = (
    (RelationKind.SUSPENDS, ("suspend", "pause", "halts", "暂停", "freez")),
    (RelationKind.REPEALS, ("repeal", "revok", "rescind", "废止", "abolish")),
    (RelationKind.AMENDS, ("amend", "modif", "修订", "修改", "replace", "updat")),
    (RelationKind.EXTENDS, ("extend", "prolong", "延长", "continu")),
)
_RELATION_REACH = 60
"""Letters between the verb and the first reference it changes; the sentence's later ones are changed with it."""

_INSTRUMENT = re.compile(r"\b(?:under|by|through|via|in|with) (?:\w+ ){0,3}$")
"""What stands before the act itself: "suspended by MOFCOM Announcement No. 70"."""

_POLICY = frozenset(
    (
        EventClass.EXPORT_BAN, EventClass.EXPORT_LICENSING, EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX,
        EventClass.EXPORT_SUSPENSION, EventClass.STATE_TRADING, EventClass.TECHNOLOGY_CONTROL,
        EventClass.REEXPORT_CONTROL, EventClass.ENTITY_LISTING, EventClass.REPORTING_DUTY, EventClass.LOCAL_PROCESSING,
        EventClass.IMPORT_RESTRICTION, EventClass.PRICE_FLOOR, EventClass.PRODUCTION_HALT, EventClass.PERMIT_REVOCATION,
        EventClass.NATIONALISATION, EventClass.SANCTIONS,
    )
)  # fmt: skip
_MAX_CLAIMS = 20
_LEAD_SENTENCES = 4


@dataclass(frozen=True, slots=True)
class Acts:
    """The references of a report: all in order, the one act it announces, and what it does to which others."""

    refs: tuple[str, ...]
    anchor: Reference | None
    announced: tuple[Reference, ...]
    relation: Relation | None


def acts(enriched: Enriched) -> Acts:
    """Tell the act that a report announces from those it changes or cites.

    It is the first act named, title before text, if every other one is changed by it or is an older act of the same
    issuer; a report of several new acts has no single one.
    """
    ordered: dict[str, Reference] = {}
    related: dict[str, RelationKind] = {}
    for part in enriched.parts:
        lowered = part.text.lower() if part.references else ""
        changed: tuple[RelationKind, int] | None = None
        for item in part.references:
            ordered.setdefault(item.ref, item)
            sentence = part.sentence_at(item.start)
            begin = part.sentence_ends[sentence - 1] if sentence else 0
            before = lowered[max(begin, item.start - _RELATION_REACH) : item.start]
            kind = _relation(before)
            if kind is None and changed is not None and changed[1] == sentence:
                kind = changed[0]
            changed = (kind, sentence) if kind else None
            if kind and item.ref not in related:
                related[item.ref] = kind
    own = [item for item in ordered.values() if item.ref not in related]
    newest = bool(own) and all(_is_older(item, own[0]) for item in own[1:])
    kinds = list(dict.fromkeys(related.values()))
    relation = (
        Relation(kind=kinds[0], of=tuple(ref for ref, kind in related.items() if kind == kinds[0])) if kinds else None
    )
    return Acts(tuple(ordered), own[0] if newest else None, tuple(own[:1] if newest else own), relation)


def _relation(before: str) -> RelationKind | None:
    if _INSTRUMENT.search(before):
        return None
    found = [(before.rfind(word), kind) for kind, words in _RELATIONS for word in words if word in before]
    return max(found, key=lambda one: one[0])[1] if found else None


def _is_older(item: Reference, than: Reference) -> bool:
    if item.issuer != than.issuer or not item.year or not than.year:
        return False
    return (item.year, item.number.zfill(5)) < (than.year, than.number.zfill(5))


def claims(
    enriched: Enriched, found: Acts, *, primary: EventClass, maturity: Maturity | None, immediate: bool
) -> tuple[MeasureClaim, ...]:
    """Return one claim for each act announced, or one without a reference for a measure that has none."""
    if primary not in _POLICY:
        return ()
    told = [item for part in enriched.parts for item in part.dates]
    published = enriched.report.published_at.date()
    announced = _announced(enriched, published)
    effective_from = _first(told, DateRole.EFFECTIVE, since=announced)
    if effective_from is None and immediate:
        effective_from = announced
    effective_to = _first(told, DateRole.UNTIL, since=effective_from or announced)
    shared = MeasureClaim(
        type=primary,
        announced=announced,
        effective_from=effective_from,
        effective_to=effective_to,
        relation=found.relation,
    )
    if not found.announced:
        return (shared,) if maturity is not None else ()
    return tuple(
        shared.model_copy(update={"issuer": item.issuer, "number": item.number, "year": item.year, "ref": item.ref})
        for item in found.announced[:_MAX_CLAIMS]
    )


def _announced(enriched: Enriched, published: date) -> date | None:
    for item in enriched.text.dates:
        if enriched.text.sentence_at(item.start) >= _LEAD_SENTENCES:
            break
        if (
            item.precision is Precision.DAY
            and item.role is not DateRole.UNTIL
            and item.day <= published + timedelta(days=1)
        ):
            return item.day
    return None


def _first(told: Sequence[DateMention], role: DateRole, *, since: date | None) -> date | None:
    days = [item.day for item in told if item.role is role]
    later = [day for day in days if since is None or day >= since]
    return later[0] if later else None
