"""A signal: one report as it was understood. Its judgement carries the words that led to each label."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from schemas.base import Keyed, Model, Utc
from schemas.marking import Marking
from schemas.raw import SourceKind


class Role(StrEnum):
    """What a place is in the story."""

    ACTOR = "actor"
    TARGET = "target"
    LOCATION = "location"
    MENTIONED = "mentioned"


class Targeting(StrEnum):
    """How a measure comes to hit somebody: told by name, by "all destinations", by what is known of the act, or left out of it."""

    EXPLICIT = "explicit"
    ERGA_OMNES = "erga_omnes"
    INFERRED = "inferred"
    EXCLUDED = "excluded"


class Assertion(StrEnum):
    """How a report stands to what it tells: it says so, it heard so, it is weighed, it is denied, it is old and told again."""

    ASSERTED = "asserted"
    RUMOURED = "rumoured"
    CONSIDERED = "considered"
    DENIED = "denied"
    RECALLED = "recalled"


class EventClass(StrEnum):
    """What happened: 31 classes and `not_relevant`."""

    EXPORT_BAN = "export_ban"
    EXPORT_LICENSING = "export_licensing"
    EXPORT_QUOTA = "export_quota"
    EXPORT_TAX = "export_tax"
    EXPORT_SUSPENSION = "export_suspension"
    STATE_TRADING = "state_trading_or_exporter_whitelist"
    TECHNOLOGY_CONTROL = "technology_export_control"
    REEXPORT_CONTROL = "reexport_or_extraterritorial_control"
    ENTITY_LISTING = "entity_listing"
    REPORTING_DUTY = "reporting_or_traceability_duty"
    LOCAL_PROCESSING = "local_processing_requirement"
    IMPORT_RESTRICTION = "import_restriction_or_tariff"
    PRICE_FLOOR = "price_floor_or_benchmark"
    PRODUCTION_HALT = "production_quota_or_halt"
    PERMIT_REVOCATION = "licence_or_permit_revocation"
    NATIONALISATION = "nationalisation"
    OUTAGE = "mine_or_plant_outage"
    FORCE_MAJEURE = "force_majeure"
    STRIKE = "strike_or_unrest"
    CONFLICT = "armed_conflict_or_seizure"
    LOGISTICS = "logistics_or_customs_disruption"
    NATURAL_HAZARD = "natural_hazard"
    CYBER = "cyber_incident"
    SANCTIONS = "sanctions"
    DISPUTE = "trade_dispute_step"
    STOCKPILE = "stockpile_action"
    PRICE_SHOCK = "price_shock"
    FLOW_ANOMALY = "trade_flow_anomaly"
    LICENCE_FRICTION = "licence_friction"
    NEW_SUPPLY = "new_supply_or_substitution"
    POLICY_SIGNAL = "cooperation_or_policy_signal"
    NOT_RELEVANT = "not_relevant"


class Stage(StrEnum):
    """Where in the chain."""

    EXPLORATION = "exploration"
    MINING = "mining"
    BENEFICIATION = "beneficiation"
    REFINING = "refining"
    METAL = "metal"
    COMPONENT = "component"
    RECYCLING = "recycling"
    LOGISTICS = "logistics"
    TECHNOLOGY = "technology"


class Maturity(StrEnum):
    """Legal nature of what is told."""

    RUMOUR = "rumour"
    DRAFT = "draft"
    ANNOUNCED = "announced"
    ADOPTED = "adopted"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    REPEALED = "repealed"
    INFORMAL = "informal"


class Direction(StrEnum):
    """Whether supply gets tighter or easier."""

    TIGHTENING = "tightening"
    EASING = "easing"
    NEUTRAL = "neutral"


class Precision(StrEnum):
    """How exactly a date is told."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class DateRole(StrEnum):
    """What happens on a date: something is announced, it takes effect, it ends; else it occurs."""

    ANNOUNCED = "announced"
    EFFECTIVE = "effective"
    UNTIL = "until"
    OCCURRED = "occurred"


class ToldDate(Model):
    """When a text says that something happens: a `day`, or what is told more roughly as `about`, `2028` or `2026-11`.

    Every text has these, whether it tells of a measure or of a strike; `until` is the last day included.
    """

    role: DateRole
    precision: Precision
    day: date | None = None
    about: str | None = None

    @property
    def told(self) -> str:
        """The date as exactly as it is told: `2026-11-10`, `2026-11`, `2026`."""
        return self.day.isoformat() if self.day else self.about or ""


class Place(Model):
    """A country (ISO 3166 alpha-2, `EU` for the union) and its role; `targeting` says how a target is told.

    A country that a measure leaves out is mentioned, with the targeting `excluded`.
    """

    code: str
    role: Role
    targeting: Targeting | None = None


class Quantity(Model):
    """An amount that a report gives, as it is written: 20,000 with `t`, 10 with `%`; `material` where the sentence names one."""

    value: float
    unit: str
    material: str | None = None


class Evidence(Model):
    """The words that led to one label: offsets into the normalised title or text (`part`), end exclusive.

    `rule` names, for a class, the concepts whose meeting in one sentence speaks for it: `export+ban`.
    """

    field: str
    value: str
    part: str
    start: int
    end: int
    text: str
    rule: str | None = None


class RelationKind(StrEnum):
    """What a measure does to an earlier one."""

    SUSPENDS = "suspends"
    EXTENDS = "extends"
    AMENDS = "amends"
    REPEALS = "repeals"


class Relation(Model):
    """What a measure does to earlier ones, by their refs; `CN-MOFCOM-2024-46/2` is clause 2 of an act."""

    kind: RelationKind
    of: tuple[str, ...] = ()


class MeasureClaim(Model):
    """What one report says of one measure; `effective_to` is the last day included, in the issuer's time zone.

    A day is given only where one is told. What is told more roughly stands in `..._about`, as `2028` or `2026-11`.
    `clause` is the part of the act that it is, null for the whole; `materials` are those that the report gives to this
    measure, empty where it makes no difference between its measures.
    """

    issuer: str | None = None
    number: str | None = None
    year: int | None = None
    type: EventClass | None = None
    announced: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    announced_about: str | None = None
    effective_from_about: str | None = None
    effective_to_about: str | None = None
    relation: Relation | None = None
    ref: str | None = None
    clause: str | None = None
    materials: tuple[str, ...] = ()

    @property
    def earliest_start(self) -> date | None:
        """The day it starts, or the first day that a rough start may mean; null where none is told."""
        if self.effective_from or not self.effective_from_about:
            return self.effective_from
        return date.fromisoformat(f"{self.effective_from_about}-01-01"[: len("2028-01-01")])


class Judgement(Model):
    """What the machine understood of one text, filled for every text whether `relevant` or not.

    `asserted` holds only for what the report itself says is so now; `assertion` says what it is otherwise. `targeting` is how
    the event's target is told, `erga_omnes` where it is all destinations.
    """

    relevant: bool
    language: str
    materials: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()
    event_classes: tuple[EventClass, ...] = (EventClass.NOT_RELEVANT,)
    stage: tuple[Stage, ...] = ()
    maturity: Maturity | None = None
    direction: Direction = Direction.NEUTRAL
    ladder: str | None = None
    asserted: bool = True
    assertion: Assertion = Assertion.ASSERTED
    targeting: Targeting | None = None
    quantities: tuple[Quantity, ...] = ()
    refs: tuple[str, ...] = ()
    anchor: str | None = None
    entities: tuple[str, ...] = ()
    hs: tuple[str, ...] = ()
    eccn: tuple[str, ...] = ()
    measures: tuple[MeasureClaim, ...] = ()
    dates: tuple[ToldDate, ...] = ()
    confidence: float = Field(default=0.0, ge=0, le=1)
    evidence: tuple[Evidence, ...] = ()

    def codes(self, role: Role) -> tuple[str, ...]:
        """Countries in this role, in the order of the text."""
        return tuple(place.code for place in self.places if place.role is role)


class Labels(Model):
    """Labels of a report as a person sets them; null leaves the machine's."""

    relevant: bool | None = None
    event_classes: tuple[EventClass, ...] | None = None
    materials: tuple[str, ...] | None = None
    places: tuple[Place, ...] | None = None
    direction: Direction | None = None
    maturity: Maturity | None = None
    assertion: Assertion | None = None

    @property
    def given(self) -> dict[str, Any]:
        """The labels that are set, by name."""
        told = {name: getattr(self, name) for name in Labels.model_fields}
        return {name: value for name, value in told.items() if value is not None}

    def applied(self, judgement: Judgement, *, ladder: str | None) -> Judgement:
        """Return the judgement with the labels that are set, what follows from them, and no words for what they replace.

        `ladder` is the rung of the first class that is set.
        """
        update = self.given
        if classes := self.event_classes:
            update["ladder"] = ladder
            update["measures"] = tuple(_of_class(judgement.measures, judgement.event_classes[0], classes[0]))
        if self.materials is not None:
            update["measures"] = tuple(_of_materials(update.get("measures", judgement.measures), self.materials))
        if self.assertion:
            update["asserted"] = self.assertion is Assertion.ASSERTED
        targets = [place for place in self.places or () if place.role is Role.TARGET]
        if targets:
            update["targeting"] = targets[0].targeting or Targeting.EXPLICIT
        after = judgement.model_copy(update=update)
        return after.model_copy(update={"evidence": tuple(one for one in after.evidence if _speaks_for(one, after))})


def _of_class(claims: Iterable[MeasureClaim], before: EventClass, after: EventClass) -> Iterable[MeasureClaim]:
    return (claim.model_copy(update={"type": after}) if claim.type is before else claim for claim in claims)


def _of_materials(claims: Iterable[MeasureClaim], materials: tuple[str, ...]) -> Iterable[MeasureClaim]:
    for claim in claims:
        yield claim.model_copy(update={"materials": tuple(one for one in claim.materials if one in materials)})


def _speaks_for(quote: Evidence, judgement: Judgement) -> bool:
    """Tell whether a quote is for a label that the judgement has, or for none that a person can set."""
    held: dict[str, Iterable[str]] = {
        "class": judgement.event_classes,
        "material": judgement.materials,
        "direction": (judgement.direction,),
        **{role: judgement.codes(role) for role in Role},
    }
    return quote.value in held.get(quote.field, (quote.value,))


class Correction(Model):
    """What a person of the party `by` decided on a report's labels; no labels means that an earlier one was taken back.

    `ladder` is the rung of the first class that is set.
    """

    labels: Labels
    by: str
    at: Utc
    reason: str
    ladder: str | None = None


class Signal(Keyed):
    """One report: who said it, where, when, in normalised plain text, how it is marked, and what was understood.

    `judgement` is the machine's alone and `judged_by` names the versions that judged; `override` is what a person decided since.
    """

    id: str
    native_id: str
    source: str
    source_kind: SourceKind
    party: str
    marking: Marking
    title: str
    text: str
    url: str | None
    language: str
    published_at: Utc
    received_at: Utc
    backfill: bool
    judgement: Judgement
    judged_by: str
    override: Correction | None = None

    @property
    def key(self) -> str:
        """The signal's id."""
        return self.id

    @property
    def understood(self) -> Judgement:
        """What holds of the report: the machine's judgement, but for the labels that a person set."""
        if self.override is None or not self.override.labels.given:
            return self.judgement
        return self.override.labels.applied(self.judgement, ladder=self.override.ladder)

    @property
    def is_overridden(self) -> bool:
        """Whether labels of a person stand."""
        return self.override is not None and bool(self.override.labels.given)

    @property
    def updated_at(self) -> datetime:
        """When it came, or a person last decided on its labels."""
        return max(self.received_at, self.override.at) if self.override else self.received_at
