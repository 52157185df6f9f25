"""Pairs of things told whose order an expert would insist on, each with the reason."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from schemas.signal import (
    Assertion,
    Direction,
    EventClass,
    Maturity,
    MeasureClaim,
    Place,
    Relation,
    RelationKind,
    Role,
    Stage,
    Targeting,
)
from streams.stages.severity import severity
from tests.builders import a_judgement
from tests.reading import KNOWLEDGE, judged

NOW = datetime(2025, 12, 1, tzinfo=UTC)
BAN, LICENCE, QUOTA, TAX = (
    EventClass.EXPORT_BAN,
    EventClass.EXPORT_LICENSING,
    EventClass.EXPORT_QUOTA,
    EventClass.EXPORT_TAX,
)


@dataclass(frozen=True)
class Told:
    """One judgement, looked at from a side (or the larger one) on a day."""

    material: str = "gallium"
    actor: str = "CN"
    kind: EventClass = LICENCE
    side: str = "joint"
    at: datetime = NOW
    target: str | None = None
    targeting: Targeting | None = None
    starts: date | None = None
    ends: date | None = None
    suspends: bool = False
    more: dict[str, object] = field(default_factory=dict)

    @property
    def score(self) -> int:
        aimed = (Place(code=self.target, role=Role.TARGET, targeting=self.targeting),) if self.target else ()
        relation = Relation(kind=RelationKind.SUSPENDS, of=("CN-MOFCOM-2024-46",)) if self.suspends else None
        dated = MeasureClaim(type=self.kind, effective_from=self.starts, effective_to=self.ends, relation=relation)
        facts = {
            "materials": tuple(self.material.split()),
            "places": (Place(code=self.actor, role=Role.ACTOR), *aimed),
            "event_classes": (self.kind,),
            "direction": Direction.TIGHTENING,
            "maturity": Maturity.IN_FORCE,
            "measures": (dated,) if self.starts or self.ends or self.suspends else (),
        }
        found = severity(a_judgement(**facts | self.more), KNOWLEDGE, at=self.at)
        return int(getattr(found, self.side))


def status(maturity: Maturity, **more: object) -> dict[str, object]:
    return {"maturity": maturity, **more}


def stance(assertion: Assertion) -> dict[str, object]:
    return {"assertion": assertion, "asserted": assertion is Assertion.ASSERTED}


def year(number: int) -> datetime:
    return datetime(number, 6, 1, tzinfo=UTC)


SUSPENDED = status(Maturity.SUSPENDED, direction=Direction.EASING)
GABON = {"material": "manganese", "actor": "GA", "kind": BAN, "starts": date(2029, 1, 1)}

PAIRS = {
    # what it does
    "a ban stops all, a licence some": (Told(kind=BAN), Told()),
    "a quota caps the flow, a licence slows it": (Told(kind=QUOTA), Told()),
    "a licence can be refused, a tax can be paid": (Told(), Told(kind=TAX)),
    "a tax costs, a duty to report costs nothing": (Told(kind=TAX), Told(kind=EventClass.REPORTING_DUTY)),
    "a control on foreign-made goods reaches further than a licence": (Told(kind=EventClass.REEXPORT_CONTROL), Told()),
    "a ban binds everybody, a list of firms the firms": (Told(kind=BAN), Told(kind=EventClass.ENTITY_LISTING)),
    "the metal itself runs out before know-how does": (Told(), Told(kind=EventClass.TECHNOLOGY_CONTROL)),
    "the same class on technology alone leaves the metal free": (
        Told(),
        Told(more={"stage": (Stage.TECHNOLOGY,)}),
    ),
    "a country's ban is more than one plant's outage": (Told(kind=BAN), Told(kind=EventClass.OUTAGE)),
    "talks restrict nothing": (Told(), Told(kind=EventClass.POLICY_SIGNAL)),
    "tightening over easing of the same": (Told(), Told(more={"direction": Direction.EASING})),
    # when
    "in force bites, suspended may": (Told(), Told(more=SUSPENDED)),
    "what is suspended can come back, what is repealed is gone": (
        Told(more=SUSPENDED),
        Told(more=status(Maturity.REPEALED, direction=Direction.EASING)),
    ),
    "an expired control is renewed more easily than a repealed one": (
        Told(more=status(Maturity.EXPIRED)),
        Told(more=status(Maturity.REPEALED)),
    ),
    "in force over a draft": (Told(), Told(more=status(Maturity.DRAFT))),
    "2026 is nearer than 2029": (
        Told(kind=BAN, starts=date(2026, 6, 1)),
        Told(kind=BAN, starts=date(2029, 6, 1)),
    ),
    "a dated ban rises as its date nears": (Told(**GABON, at=year(2028)), Told(**GABON, at=year(2026))),
    "a year from the date it is felt less than on the day": (
        Told(**GABON, at=year(2029)),
        Told(**GABON, at=year(2028)),
    ),
    "a suspension that ends in days weighs more than one that has a year to run": (
        Told(ends=date(2025, 12, 10), more=SUSPENDED),
        Told(ends=date(2026, 12, 10), more=SUSPENDED),
    ),
    "a suspension that is over and unanswered weighs more than one that runs": (
        Told(ends=date(2025, 11, 27), more=SUSPENDED),
        Told(ends=date(2026, 6, 1), more=SUSPENDED),
    ),
    "even so it is less than a control known to be in force": (Told(), Told(ends=date(2025, 11, 27), more=SUSPENDED)),
    "a ban with a last day behind it is over": (Told(kind=BAN), Told(kind=BAN, ends=date(2025, 10, 31))),
    "an act that suspends others is told as eased": (
        Told(),
        Told(suspends=True, more={"direction": Direction.EASING}),
    ),
    # how firmly
    "asserted over recalled, which is known": (Told(), Told(more=stance(Assertion.RECALLED))),
    "recalled is true, considered is open": (
        Told(more=stance(Assertion.RECALLED)),
        Told(more=stance(Assertion.CONSIDERED)),
    ),
    "considered by those who decide, rumoured by others": (
        Told(more=stance(Assertion.CONSIDERED)),
        Told(more=stance(Assertion.RUMOURED)),
    ),
    "a rumour may be true, a denial mostly is": (
        Told(more=stance(Assertion.RUMOURED)),
        Told(more=stance(Assertion.DENIED)),
    ),
    # whom
    "all destinations over one other": (
        Told(side="eu", more={"targeting": Targeting.ERGA_OMNES}),
        Told(side="eu", target="JP", targeting=Targeting.EXPLICIT),
    ),
    "the side that is named over the side that is not": (
        Told(side="us", target="US", targeting=Targeting.EXPLICIT),
        Told(side="eu", target="US", targeting=Targeting.EXPLICIT),
    ),
    "a member aimed at is the union's matter, Japan less so": (
        Told(side="eu", target="DE", targeting=Targeting.EXPLICIT),
        Told(side="eu", target="JP", targeting=Targeting.EXPLICIT),
    ),
    "the whole union over one member": (
        Told(side="eu", target="EU", targeting=Targeting.EXPLICIT),
        Told(side="eu", target="DE", targeting=Targeting.EXPLICIT),
    ),
    "an inferred target may be wrong, a named one is not": (
        Told(side="eu", target="JP", targeting=Targeting.INFERRED),
        Told(side="eu", target="JP", targeting=Targeting.EXPLICIT),
    ),
    "not named over left out by name": (
        Told(side="eu", target="US", targeting=Targeting.EXPLICIT),
        Told(
            side="eu",
            more={
                "places": (
                    Place(code="CN", role=Role.ACTOR),
                    Place(code="EU", role=Role.MENTIONED, targeting=Targeting.EXCLUDED),
                )
            },
        ),
    ),
    "who keeps its goods at home has them": (
        Told(material="helium", actor="US", kind=BAN, side="eu"),
        Told(material="helium", actor="US", kind=BAN, side="us"),
    ),
    # of what, by whom
    "gallium comes from one country, feldspar from many": (Told(), Told(material="feldspar", actor="TR")),
    "the largest producer over a small one": (Told(kind=BAN), Told(kind=BAN, actor="RU")),
    "Congo mines most cobalt, Zimbabwe a tenth of the lithium": (
        Told(material="cobalt", actor="CD", kind=BAN),
        Told(material="lithium", actor="ZW", kind=BAN),
    ),
    "gallium licensing over Gabon's ban in three years": (Told(), Told(**GABON)),
    "the EU, which buys cobalt ore from Congo, over the US, which does not": (
        Told(material="cobalt", actor="CD", kind=BAN, side="eu"),
        Told(material="cobalt", actor="CD", kind=BAN, side="us"),
    ),
    "listed supplier or not, China's share of rare earths reaches the EU": (
        Told(material="ree-heavy", side="eu"),
        Told(material="ree-heavy", actor="MM", side="eu"),
    ),
    "of two materials the harder hit counts": (Told(material="copper gallium"), Told(material="copper")),
    "a country that is none of the producers over nothing to do with minerals": (
        Told(actor="IS"),
        Told(actor="IS", more={"relevant": False}),
    ),
    "a country without figures is not worse than the main producer": (Told(), Told(actor="IS")),
}


@pytest.mark.parametrize(("worse", "milder"), PAIRS.values(), ids=PAIRS)
def test_one_is_worse_than_the_other_and_neither_is_nothing(worse, milder):
    assert worse.score > milder.score > 0


TEXTS = {
    "all gallium over a country's part of the lithium": (
        "China bans exports of gallium to all destinations with immediate effect.",
        "Zimbabwe bans exports of lithium concentrate with immediate effect.",
    ),
    "a ban over a licence": (
        "China bans exports of tungsten. The ban takes effect immediately.",
        "China requires an export licence for tungsten. The rule takes effect immediately.",
    ),
    "a ban over its end": (
        "DR Congo bans exports of cobalt.",
        "DR Congo lifts its ban on exports of cobalt.",
    ),
    "a ban over talk of one": (
        "Indonesia bans exports of nickel ore.",
        "Indonesia denies that it plans to ban exports of nickel ore.",
    ),
}


@pytest.mark.parametrize(("worse", "milder"), TEXTS.values(), ids=TEXTS)
def test_texts_are_in_order_too(worse, milder):
    first, second = (severity(judged(text), KNOWLEDGE, at=NOW).joint for text in (worse, milder))
    assert first > second
