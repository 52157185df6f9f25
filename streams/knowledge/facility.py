"""Mines and plants with their places on the map, and which of them lie near something that happens."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

_EARTH_RADIUS_KM: Final = 6_371.0
"""Mean radius (IUGG); on the sphere distances are wrong by at most 0.6 %."""


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map in degrees (WGS 84): north and east are positive."""

    latitude: float
    longitude: float

    @property
    def is_on_earth(self) -> bool:
        """Tell whether there is such a place; false for NaN and infinity too."""
        return -90 <= self.latitude <= 90 and -180 <= self.longitude <= 180  # noqa: PLR2004 - the bounds of the globe


@dataclass(frozen=True, slots=True)
class Facility:
    """A mine or a plant (`kind`) and the materials it gives, the most important first.

    Its `point` is right to some 20 km: a large mine is as wide, and for what shakes or floods a region it is enough.
    """

    name: str
    kind: str
    country: str
    materials: tuple[str, ...]
    point: Point
    source: str


@dataclass(frozen=True, slots=True)
class Nearby:
    """A facility and how far it is from what happened."""

    facility: Facility
    distance_km: float


def distance_km(one: Point, other: Point) -> float:
    """Return the great-circle distance (haversine formula), at most half of the Earth's circumference."""
    phi, other_phi = radians(one.latitude), radians(other.latitude)
    across = sin(radians(other.longitude - one.longitude) / 2) ** 2
    half_chord = sin((other_phi - phi) / 2) ** 2 + cos(phi) * cos(other_phi) * across
    return 2 * _EARTH_RADIUS_KM * asin(sqrt(min(half_chord, 1.0)))


def near(facilities: Iterable[Facility], point: Point, *, within_km: float) -> tuple[Nearby, ...]:
    """Return the facilities within the distance, the nearest first."""
    # A degree of latitude has 111 km, so most of them are told apart without a sine.
    band = within_km / 111 + 0.01
    found = (
        Nearby(item, distance_km(item.point, point))
        for item in facilities
        if abs(item.point.latitude - point.latitude) <= band
    )
    return tuple(sorted((item for item in found if item.distance_km <= within_km), key=lambda item: item.distance_km))
