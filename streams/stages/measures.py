"""What a report says of measures: one claim for each that it announces, with what its own words tell of it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.signal import DateRole, EventClass, Maturity, MeasureClaim, Precision, Relation, RelationKind
from streams.knowledge.model import Knowledge
from streams.stages.acts import Acts
from streams.stages.chinese_acts import is_chinese
from streams.stages.dates import DateMention
from streams.stages.enrich import Enriched, Named, Part
from streams.stages.passages import Passage, passages
from streams.stages.references import Reference
from streams.stages.scoring import class_of

POLICY = frozenset(
    (
        EventClass.EXPORT_BAN, EventClass.EXPORT_LICENSING, EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX,
        EventClass.EXPORT_SUSPENSION, EventClass.STATE_TRADING, EventClass.TECHNOLOGY_CONTROL,
        EventClass.REEXPORT_CONTROL, EventClass.ENTITY_LISTING, EventClass.REPORTING_DUTY, EventClass.LOCAL_PROCESSING,
        EventClass.IMPORT_RESTRICTION, EventClass.PRICE_FLOOR, EventClass.PRODUCTION_HALT, EventClass.PERMIT_REVOCATION,
        EventClass.NATIONALISATION, EventClass.SANCTIONS,
    )
)  # fmt: skip
"""Classes that are measures of a state: the register keeps them."""

_MAX_CLAIMS = 20
_LEAD_SENTENCES = 4
_SET_ASIDE_REACH = 200
"""Letters before a date in which its clause begins; a sentence of a thousand dates must not be read a thousand times."""

_FRESH = timedelta(days=21)
"""What was announced longer before publication is what the report looks back on, where it tells a nearer day too."""

_OWN_DATE_REACH = 12
"""Letters between an act and the day that is its own: " of ", ", dated ", an opening bracket."""

_AT_ONCE = (
    "immedia", "same day", "at once", "this day", "today", "date of", "publication", "selben", "même", "mismo", "sofort",
    "inmediato", "immédiat", "即日", "当日", "之日",
)  # fmt: skip
_IMMEDIATE = re.compile(
    r"\b(?:immediate(?:ly)?|same day|at once|from this day|from today|date of (?:signature|issue|publication)"
    r"|on publication|upon publication|effective today|into force today|selben tag|même jour|mismo día"
    r"|mit sofortiger wirkung|effet immédiat|efecto inmediato)\b|即日起|即日(?:生效|实施)|当日生效|自(?:公布|发布)之日"
)
_OVERTAKEN = (
    "was ",
    "were ",
    "had ",
    "inally",
    "ially",
    "previously",
    "earlier",
    "under the",
    "instead",
    "old date",
    "forward",
)
_SET_ASIDE = re.compile(
    r"\b(?:was|were|had been) (?:originally |previously |first |only |initially )*"
    r"(?:to|due to|set to|meant to|planned|scheduled|expected)\b"
    r"|\b(?:originally|previously|initially|earlier plan|under the plan announced|instead of|had planned|old date"
    r"|brought forward from)\b"
)
"""Words of a sentence whose dates are those of a plan that this report overtakes: "was to be banned only from 2027"."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the judgement knows of the report's measures: class, maturity, force, and what is done to older ones."""

    primary: EventClass
    maturity: Maturity | None
    immediate: bool
    relation: RelationKind | None


def claims(enriched: Enriched, found: Acts, told: Told, knowledge: Knowledge) -> tuple[MeasureClaim, ...]:
    """Return one claim for each act announced, or one without a reference for a measure that has none.

    A claim's dates and materials are those of the sentences that name its act; where these tell none, the report's.
    """
    if not _tells_measures(found, told):
        return ()
    report = _Report(enriched, told)
    scopes = passages(found)
    made: list[MeasureClaim] = []
    for item in (found.announced or (None,))[:_MAX_CLAIMS]:
        ref = item.ref if item else None
        scope = scopes.get(ref, ())
        relations = found.relations.get(ref, ()) or (_bare_relations(told, found) if len(found.announced) <= 1 else ())
        claim = report.claim(item, scope, repeals=any(one.kind is RelationKind.REPEALS for one in relations))
        if len(found.announced) > 1:
            claim = claim.model_copy(update=_own(scope, told, knowledge))
        made += (claim.model_copy(update={"relation": relation}) for relation in relations or (None,))
    return tuple(made)


def _tells_measures(found: Acts, told: Told) -> bool:
    """Tell whether the report is about measures: by its class, or because acts change others whatever they are about."""
    if told.primary in POLICY:
        return told.maturity is not None
    if told.primary not in {EventClass.POLICY_SIGNAL, EventClass.NOT_RELEVANT}:
        return False
    is_law = told.primary is EventClass.POLICY_SIGNAL and told.maturity in {Maturity.ADOPTED, Maturity.IN_FORCE}
    # China's register of announcements holds measures of trade, whatever the words that a report finds for them.
    return is_law or bool(found.relations) or any(is_chinese(item.issuer) for item in found.announced)


def _own(scope: Sequence[Passage], told: Told, knowledge: Knowledge) -> dict[str, object]:
    """Return what makes one act differ from the others of its report: its class and its materials."""
    classes = (class_of(passage.part, passage.start, passage.end, knowledge) for passage in scope)
    kind = next((one for one in classes if one in POLICY), _type(told))
    return {"materials": _materials(scope, knowledge), "type": kind}


def _type(told: Told) -> EventClass | None:
    return None if told.primary is EventClass.NOT_RELEVANT else told.primary


def _bare_relations(told: Told, found: Acts) -> tuple[Relation, ...]:
    """Return what the words say is done to earlier measures that no verb names: the acts that are cited beside it."""
    if told.relation is None or None in found.relations:
        return ()
    older = tuple(item.ref for item in found.background)
    return (Relation(kind=told.relation, of=older if len(older) == 1 else ()),)


class _Report:
    """The dates of the whole report, which a claim takes where its own words tell none."""

    def __init__(self, enriched: Enriched, told: Told) -> None:
        self.told = told
        self.dates = [(part, item) for part in enriched.parts for item in part.dates if not is_set_aside(part, item)]
        self.announced = _announced(enriched)

    def claim(self, item: Reference | None, scope: Sequence[Passage], *, repeals: bool) -> MeasureClaim:
        """Return the claim of an act, or of a measure without one, as its passages tell it."""
        dates = [one for passage in scope for one in passage.dates()]
        immediate = any(is_immediate(passage.words()) for passage in scope)
        if not immediate and not any(one.role in {DateRole.EFFECTIVE, DateRole.UNTIL} for one in dates):
            dates += (one for _, one in self.dates)
            immediate = self.told.immediate
        announced = (_dated(item, scope) if item else None) or self.announced
        since = announced.day if announced else None
        begins = _first(dates, DateRole.EFFECTIVE, since=since)
        if announced and immediate and (begins is None or begins.precision is not Precision.DAY):
            begins = announced
        ends = _first(dates, DateRole.UNTIL, since=begins.day if begins else since)
        if begins is None and repeals:  # "the duties end on 1 May"
            begins, ends = ends, None
        days = {"announced": announced, "effective_from": begins, "effective_to": ends}
        claim = MeasureClaim(type=_type(self.told)).model_copy(
            update={name: told.day for name, told in days.items() if told and told.precision is Precision.DAY}
            | {f"{name}_about": told.about for name, told in days.items() if told and told.about}
        )
        if item is None:
            return claim
        act = {"issuer": item.issuer, "number": item.number, "year": item.year, "ref": item.ref, "clause": item.clause}
        return claim.model_copy(update=act)


def _dated(item: Reference, scope: Sequence[Passage]) -> DateMention | None:
    """Return the day that stands right behind an act's name as its own: "Announcement No. 70 of 2025 of 7 November 2025"."""
    return next(
        (
            one
            for passage in scope
            for one in passage.dates()
            if passage.start <= item.start < passage.end
            and 0 <= one.start - item.end <= _OWN_DATE_REACH
            and one.precision is Precision.DAY
            and one.role not in {DateRole.EFFECTIVE, DateRole.UNTIL}
        ),
        None,
    )


def is_immediate(lowered: str) -> bool:
    """Tell whether words in small letters say that a measure takes effect on the day it is told."""
    return any(hint in lowered for hint in _AT_ONCE) and _IMMEDIATE.search(lowered) is not None


def is_set_aside(part: Part, item: DateMention) -> bool:
    """Tell whether the date is one of a plan that the report overtakes."""
    sentence = part.sentence_at(item.start)
    begin = part.sentence_ends[sentence - 1] if sentence else 0
    near = part.text[max(begin, item.start - _SET_ASIDE_REACH) : item.end].lower()
    return any(hint in near for hint in _OVERTAKEN) and _SET_ASIDE.search(near) is not None


def _announced(enriched: Enriched) -> DateMention | None:
    """Return the day on which the lead says that it happened: the day told as that of the act, else the first one."""
    published = enriched.report.published_at.date()
    lead = [
        item
        for part in enriched.parts
        for item in part.dates
        if part.sentence_at(item.start) < _LEAD_SENTENCES and not is_set_aside(part, item)
    ]
    past = [item for item in lead if item.role is not DateRole.UNTIL and item.day <= published + timedelta(days=1)]
    days = [item for item in past if item.precision is Precision.DAY]
    told = [item for item in days if item.role is DateRole.ANNOUNCED and published - item.day <= _FRESH]
    # A weekday says less than a date; a month without its year is as often that of an older act.
    months = (item for item in past if item.precision is Precision.MONTH and not item.inferred)
    rough = [item for item in months if item.role is not DateRole.EFFECTIVE]
    return next(iter((*told, *sorted(days, key=lambda item: item.relative), *rough)), None)


def _first(dates: Sequence[DateMention], role: DateRole, *, since: date | None) -> DateMention | None:
    """Return the first date of the role that is not over before; a day within it says it better."""
    later = [item for item in dates if item.role is role and (since is None or item.last_day >= since)]
    best = later[0] if later else None
    days = (
        item for item in later if best and item.precision is Precision.DAY and best.day <= item.day <= best.last_day
    )
    return next(days, best)


def _materials(scope: Sequence[Passage], knowledge: Knowledge) -> tuple[str, ...]:
    """Return the materials that the passages of one act name, each followed by its group."""
    seen: dict[str, None] = {}
    for value in _values(scope):
        seen[value] = None
        group = knowledge.materials[value].group
        if group:
            seen[group] = None
    return tuple(seen)


def _values(scope: Sequence[Passage]) -> Iterator[str]:
    for passage in scope:
        found = [item for item in passage.mentions() if item.named is Named.MATERIAL]
        if found:
            yield from (value for item in found for value in item.values)
            return
