"""The arithmetic of severity, and pairs of measures whose order an expert would insist on."""

from datetime import UTC, date, datetime
from math import prod

import pytest

from schemas.severity import Level
from schemas.signal import Direction, EventClass, Maturity, MeasureClaim, Place, Role
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
