"""The arithmetic of severity, and pairs of measures whose order an expert would insist on."""

from dataclasses import replace
from datetime import UTC, date, datetime
from math import prod

import pytest

from schemas.severity import Level
from schemas.signal import Assertion, Direction, EventClass, Maturity, MeasureClaim, Place, Role, Stage
from streams.knowledge.model import Metric, Observation
from streams.stages.severity import severity
from tests.builders import a_judgement
from tests.reading import KNOWLEDGE

NOW = datetime(2025, 6, 1, tzinfo=UTC)


def acting(code):
    return (Place(code=code, role=Role.ACTOR),)


def dated(day):
    return (MeasureClaim(type=EventClass.EXPORT_BAN, effective_from=day),)


def a_tightening(**changes):
    return a_judgement(**{"direction": Direction.TIGHTENING} | changes)


def scored(judgement, at=NOW):
    return severity(judgement, KNOWLEDGE, at=at)


GALLIUM = a_tightening()
GABON = a_tightening(
    materials=("manganese",),
    places=acting("GA"),
    event_classes=(EventClass.EXPORT_BAN,),
    measures=dated(date(2029, 1, 1)),
)
ZIMBABWE = a_tightening(materials=("lithium",), places=acting("ZW"), event_classes=(EventClass.EXPORT_BAN,))
CONGO = a_tightening(materials=("cobalt",), places=acting("CD"), event_classes=(EventClass.EXPORT_BAN,))


def test_gallium_outranks_manganese_three_years_ahead():
    assert scored(GALLIUM).joint > scored(GABON).joint


def test_manganese_rises_as_its_date_nears():
    moments = [datetime(year, 6, 1, tzinfo=UTC) for year in (2025, 2026, 2027, 2028)] + [
        datetime(2029, 1, 1, tzinfo=UTC)
    ]
    scores = [scored(GABON, at).joint for at in moments]
    assert scores == sorted(scores)
    assert scores[0] < scores[-1]
    assert scores[0] > 0


def test_zimbabwean_lithium_is_well_below_congolese_cobalt():
    assert scored(ZIMBABWE).joint * 2 < scored(CONGO).joint


@pytest.mark.parametrize("judgement", [GALLIUM, GABON, ZIMBABWE, CONGO, a_tightening(materials=())])
def test_the_terms_multiply_back_to_the_score(judgement):
    found = scored(judgement)
    for side, score in (("us", found.us), ("eu", found.eu)):
        assert round(100 * prod(term.value for term in found.terms if term.side == side)) == score


def test_joint_is_the_larger_side_and_gives_the_level():
    found = scored(GALLIUM)
    assert found.joint == max(found.us, found.eu)
    assert found.level is Level.ALERT


def test_a_missing_figure_is_assumed_said_and_widens_the_band():
    found = scored(a_tightening(places=acting("IS")))
    assumed = [term for term in found.terms if term.assumed]
    assert assumed
    assert all("no figure published" in term.why for term in assumed)
    assert found.us_band[1] > found.us
    assert found.joint > 0


def test_every_figure_names_its_source_and_year():
    figures = [term for term in scored(CONGO).terms if term.name in {"share", "dependence"} and not term.assumed]
    assert figures
    assert all(term.source in KNOWLEDGE.sources and term.year for term in figures)


def test_the_hardest_hit_material_counts_and_is_named():
    both = a_tightening(materials=("copper", "gallium"))
    assert scored(both).joint == scored(GALLIUM).joint
    assert any("Gallium" in term.why for term in scored(both).terms)


@pytest.mark.parametrize(
    "milder",
    [
        a_tightening(direction=Direction.EASING),  # relief is told, not feared
        a_tightening(maturity=Maturity.SUSPENDED),
        a_tightening(maturity=Maturity.DRAFT),
        a_tightening(asserted=False),
        a_tightening(relevant=False),
        a_tightening(measures=dated(date(2028, 1, 1))),
        a_tightening(places=(*acting("CN"), Place(code="JP", role=Role.TARGET))),  # aimed at another
    ],
)
def test_what_bites_less_scores_less_but_not_nothing(milder):
    assert 0 < scored(milder).joint < scored(GALLIUM).joint


def test_who_is_aimed_at_is_hit_harder_than_who_is_not():
    aimed = scored(a_tightening(places=(*acting("CN"), Place(code="US", role=Role.TARGET))))
    assert aimed.us == scored(GALLIUM).us
    assert aimed.eu < scored(GALLIUM).eu


def knowing(*figures, **materials):
    """Return the shipped knowledge with some figures, and some materials, told otherwise."""
    index = {**KNOWLEDGE.index, **{(item.metric, item.material, item.stage, item.country): (item,) for item in figures}}
    changed = {name: replace(KNOWLEDGE.materials[name], **facts) for name, facts in materials.items()}
    return replace(KNOWLEDGE, index=index, materials={**KNOWLEDGE.materials, **changed})


def a_figure(metric, value, *, material="gallium", country=None):
    return Observation(metric, material, None, country, value, "", 2025, "S49", verified=True, scope="")


def test_a_by_product_is_worse_than_its_twin_that_is_none():
    twin = severity(GALLIUM, knowing(gallium={"by_product_of": ()}), at=NOW)
    assert twin.us < scored(GALLIUM).us
    assert twin.eu < scored(GALLIUM).eu


def test_a_stock_lowers_its_own_side():
    stocked = severity(GALLIUM, knowing(a_figure(Metric.STOCK_MONTHS, 12, country="US")), at=NOW)
    assert stocked.us < scored(GALLIUM).us
    assert stocked.eu == scored(GALLIUM).eu


def test_a_substitute_at_hand_lowers_both_sides():
    replaced = severity(GALLIUM, knowing(a_figure(Metric.SUBSTITUTE_MONTHS, 3)), at=NOW)
    assert replaced.us < scored(GALLIUM).us
    assert replaced.eu < scored(GALLIUM).eu


def test_a_side_that_buys_nothing_from_the_actor_is_hit_through_its_suppliers():
    knowledge = replace(
        KNOWLEDGE, index={key: found for key, found in KNOWLEDGE.index.items() if key[0] is not Metric.EU_SUPPLY_SHARE}
    )
    bought_elsewhere = replace(
        knowledge,
        index={
            **knowledge.index,
            (Metric.EU_SUPPLY_SHARE, "gallium", Stage.REFINING, "JP"): (
                replace(a_figure(Metric.EU_SUPPLY_SHARE, 100, country="JP"), stage=Stage.REFINING),
            ),
        },
    )
    found = severity(GALLIUM, bought_elsewhere, at=NOW)
    (dependence,) = (term for term in found.terms if (term.side, term.name) == ("eu", "dependence"))
    assert found.eu > 40
    assert "others pass on 0.8" in dependence.why


def test_what_the_union_makes_itself_is_not_cut_by_others():
    def supplied(country):
        home = replace(a_figure(Metric.EU_SUPPLY_SHARE, 29, country=country), stage=Stage.REFINING)
        return severity(GALLIUM, knowing(home), at=NOW)

    assert supplied("FR").eu < supplied("JP").eu
    assert supplied("FR").us == supplied("JP").us


def test_a_figure_that_goes_missing_says_so_and_widens_the_band():
    without = replace(
        KNOWLEDGE,
        index={
            key: found for key, found in KNOWLEDGE.index.items() if key[:2] != (Metric.US_IMPORT_RELIANCE, "gallium")
        },
    )
    (known,), (guessed,) = (
        [term for term in severity(GALLIUM, base, at=NOW).terms if (term.side, term.name) == ("us", "dependence")]
        for base in (KNOWLEDGE, without)
    )
    assert guessed.assumed
    assert guessed.high - guessed.low > known.high - known.low


def test_of_several_measures_the_hardest_counts_side_by_side_and_is_named():
    both = a_tightening(
        event_classes=(EventClass.EXPORT_TAX,),
        materials=("gallium", "feldspar"),
        measures=(
            MeasureClaim(type=EventClass.EXPORT_TAX, materials=("gallium",), effective_from=NOW.date()),
            MeasureClaim(type=EventClass.EXPORT_BAN, materials=("feldspar",), effective_from=NOW.date()),
        ),
    )
    found = scored(both)
    assert found.joint > scored(a_tightening(materials=("feldspar",), event_classes=(EventClass.EXPORT_BAN,))).joint
    assert [term.why for term in found.terms if term.name == "restrictiveness"] == ["export tax"] * 2


def test_a_measure_that_has_a_later_date_does_not_hide_one_that_has_begun():
    begun = MeasureClaim(type=EventClass.EXPORT_LICENSING, effective_from=date(2025, 5, 1))
    later = MeasureClaim(type=EventClass.EXPORT_LICENSING, effective_from=date(2027, 1, 1))
    assert scored(a_tightening(measures=(later, begun))).joint == scored(a_tightening(measures=(begun,))).joint


def test_who_shuts_its_own_door_is_cut_off_from_whom_it_shuts_out():
    duties = a_tightening(
        materials=("magnesium",),
        event_classes=(EventClass.IMPORT_RESTRICTION,),
        places=(Place(code="US", role=Role.ACTOR), Place(code="CN", role=Role.TARGET)),
    )
    found = scored(duties)
    assert found.us > found.eu
    assert any("CN" in term.why for term in found.terms if term.name == "share")


def test_a_halted_mine_aims_at_nobody():
    halted = a_tightening(event_classes=(EventClass.PRODUCTION_HALT,), materials=("ree-heavy",), places=acting("MM"))
    named = halted.model_copy(update={"places": (*halted.places, Place(code="CN", role=Role.TARGET))})
    assert scored(named) == scored(halted)


def test_a_strike_cuts_the_supply_of_where_it_is_not_of_who_owns_the_mine():
    strike = a_tightening(event_classes=(EventClass.STRIKE,), materials=("cobalt",), places=acting("CH"))
    located = strike.model_copy(update={"places": (*strike.places, Place(code="CD", role=Role.LOCATION))})
    assert scored(located).joint > scored(strike).joint
    assert all("CD" in term.why for term in scored(located).terms if term.name == "share")


def test_a_draft_that_is_considered_is_discounted_once():
    draft = a_tightening(maturity=Maturity.DRAFT, assertion=Assertion.CONSIDERED, asserted=False)
    only_considered = a_tightening(assertion=Assertion.CONSIDERED, asserted=False)
    assert scored(draft).joint == scored(only_considered).joint


def test_the_same_input_gives_the_same_severity_without_working_twice():
    assert scored(GALLIUM) is scored(GALLIUM)
