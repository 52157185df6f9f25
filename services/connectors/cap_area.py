"""Where a warning holds, as the Common Alerting Protocol writes areas: polygons and circles, and what lies in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, starmap
from math import ceil, cos, hypot, inf, radians
from typing import Final

from streams.knowledge.facility import Facility, Nearby, Point, distance_km

MAX_VERTICES: Final = 100
"""A polygon with more is thinned: places are right to 20 km anyhow."""

MARGIN_KM: Final = 20.0
"""How far outside of an area a facility still counts, because its place is no more exact."""

_DEGREE_KM: Final = 111.2
_LEAST_VERTICES: Final = 3
_MAX_DEGREES: Final = 40.0
"""No service warns of a wider area; a polygon over the date line looks as if it went round the world, and is left out."""

_MAX_RADIUS_KM: Final = 500.0
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Polygon:
    """A ring of points, closed or not."""

    ring: tuple[Point, ...]

    @property
    def box(self) -> Box:
        """South, north, west and east of what it covers, in degrees."""
        norths, easts = [item.latitude for item in self.ring], [item.longitude for item in self.ring]
        return min(norths), max(norths), min(easts), max(easts)

    def distance_km(self, point: Point) -> float:
        """Return 0 within, else the distance to the nearest edge, on a plane that touches the Earth at the point."""
        edges = list(pairwise((*self.ring, self.ring[0])))
        if sum(_crosses(point, one, other) for one, other in edges) % 2:
            return 0.0
        return min(_to_edge_km(point, one, other) for one, other in edges)


@dataclass(frozen=True, slots=True)
class Circle:
    """All within the radius in km of a point."""

    centre: Point
    radius_km: float

    @property
    def box(self) -> Box:
        """South, north, west and east of what it covers, in degrees."""
        up, across = _degrees(self.radius_km, self.centre.latitude)
        north, east = self.centre.latitude, self.centre.longitude
        return north - up, north + up, east - across, east + across

    def distance_km(self, point: Point) -> float:
        """Return 0 within, else the distance to the rim."""
        return max(distance_km(self.centre, point) - self.radius_km, 0.0)


Area = Polygon | Circle


def polygons_of(texts: Iterable[str]) -> Iterator[Polygon]:
    """Yield the polygons of texts such as `38.4,-120.1 38.5,-119.9 38.3,-120.0`; what is none is left out."""
    for text in texts:
        pairs = text.split()
        kept = pairs[:: ceil(len(pairs) / MAX_VERTICES) or 1]
        polygon = Polygon(tuple(point for point in map(_point, kept) if point.is_on_earth))
        if len(polygon.ring) >= _LEAST_VERTICES and _is_of_a_region(polygon.box):
            yield polygon


def circles_of(texts: Iterable[str]) -> Iterator[Circle]:
    """Yield the circles of texts such as `32.9,-115.5 10` (the radius in km); what is none is left out."""
    for text in texts:
        place, _, radius = text.strip().partition(" ")
        circle = Circle(_point(place), _number(radius))
        if circle.centre.is_on_earth and 0 <= circle.radius_km <= _MAX_RADIUS_KM:
            yield circle


def within_areas(facilities: Iterable[Facility], areas: Iterable[Area]) -> tuple[Nearby, ...]:
    """Return the facilities in one of the areas or at most `MARGIN_KM` outside, with the distance in km, nearest first."""
    placed = [(item, item.point, *_degrees(MARGIN_KM, item.point.latitude)) for item in facilities]
    found: dict[Facility, float] = {}
    for area in areas:
        south, north, west, east = area.box
        for item, point, up, across in placed:
            if not (south - up <= point.latitude <= north + up and west - across <= point.longitude <= east + across):
                continue
            away = area.distance_km(point)
            if away <= MARGIN_KM:
                found[item] = min(away, found.get(item, away))
    return tuple(sorted(starmap(Nearby, found.items()), key=lambda item: item.distance_km))


def _is_of_a_region(box: Box) -> bool:
    south, north, west, east = box
    return north - south <= _MAX_DEGREES and east - west <= _MAX_DEGREES


def _degrees(km: float, latitude: float) -> tuple[float, float]:
    """Return how many degrees of latitude and of longitude a distance is."""
    return km / _DEGREE_KM, km / _DEGREE_KM / max(cos(radians(latitude)), 0.01)


def _point(pair: str) -> Point:
    north, _, east = pair.partition(",")
    return Point(_number(north), _number(east))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return inf


def _crosses(point: Point, one: Point, other: Point) -> bool:
    """Tell whether a line from the point to the east crosses the edge."""
    if (one.latitude > point.latitude) == (other.latitude > point.latitude):
        return False
    share = (point.latitude - one.latitude) / (other.latitude - one.latitude)
    return point.longitude < one.longitude + share * (other.longitude - one.longitude)


def _to_edge_km(point: Point, one: Point, other: Point) -> float:
    (x1, y1), (x2, y2) = _seen_from(point, one), _seen_from(point, other)
    along_x, along_y = x2 - x1, y2 - y1
    length = along_x**2 + along_y**2
    share = max(0.0, min(1.0, -(x1 * along_x + y1 * along_y) / length)) if length else 0.0
    return hypot(x1 + share * along_x, y1 + share * along_y)


def _seen_from(point: Point, other: Point) -> tuple[float, float]:
    across = (other.longitude - point.longitude) * cos(radians(point.latitude))
    return across * _DEGREE_KM, (other.latitude - point.latitude) * _DEGREE_KM
