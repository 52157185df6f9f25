"""Mines and plants lie where they are, and what lies near something is found by the distance on the globe."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.knowledge.check import check
from streams.knowledge.facility import Facility, Point, distance_km, near
from streams.knowledge.load import load

ESCONDIDA = Facility("Escondida", "mine", "CL", ("copper",), Point(-24.27, -69.07), "S90")
POINTS = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
HALF_ROUND_KM = 20_016


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Point(0, 0), Point(0, 0), 0),
        (Point(0, 0), Point(0, 1), 111.2),  # a degree of the equator
        (Point(48.86, 2.35), Point(51.51, -0.13), 344),  # Paris, London
        (Point(0, 179.5), Point(0, -179.5), 111.2),  # over the date line
        (Point(90, 0), Point(-90, 0), 20_015),  # pole to pole
    ],
)
def test_distances_are_those_on_the_globe(one, other, expected):
    assert distance_km(one, other) == pytest.approx(expected, abs=1)


@given(POINTS, POINTS)
def test_a_distance_is_the_same_both_ways_and_at_most_half_round_the_earth(one, other):
    assert distance_km(one, other) == pytest.approx(distance_km(other, one))
    assert 0 <= distance_km(one, other) <= HALF_ROUND_KM


@given(POINTS, st.floats(0, 3_000))
def test_what_is_near_is_all_that_the_distance_says_nearest_first(point, within_km):
    every = load().facilities
    found = near(every, point, within_km=within_km)
    assert {item.facility for item in found} == {item for item in every if distance_km(item.point, point) <= within_km}
    assert [item.distance_km for item in found] == sorted(item.distance_km for item in found)


@pytest.mark.parametrize("point", [Point(nan, 0), Point(0, inf), Point(91, 0), Point(0, -181)])
def test_a_place_that_is_none_is_found_out(point):
    assert not point.is_on_earth


def test_the_materials_that_are_controlled_most_have_a_facility():
    given_somewhere = {name for item in load().facilities for name in item.materials}
    assert given_somewhere >= {
        "gallium", "germanium", "antimony", "graphite", "tungsten", "ree-heavy", "ree-light", "cobalt", "lithium",
        "nickel", "magnesium", "titanium", "tantalum", "niobium", "vanadium", "manganese", "pgm", "tin", "copper",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"kind": "office"}, "unknown kind 'office'"),
        ({"country": "ZZ"}, "unknown country"),
        ({"materials": ("unobtanium",)}, "gives the unknown 'unobtanium'"),
        ({"materials": ()}, "gives no material"),
        ({"source": "S00"}, "unknown source 'S00'"),
        ({"point": Point(nan, 0)}, "not on Earth"),
        ({}, "is there twice"),
    ],
)
def test_check_finds_a_facility_that_cannot_be(changed, problem):
    knowledge = load()
    broken = replace(knowledge, facilities=(ESCONDIDA, replace(ESCONDIDA, **changed)))
    assert any("facilities.csv: Escondida" in told and problem in told for told in check(broken))
