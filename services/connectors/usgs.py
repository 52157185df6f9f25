"""Earthquakes as the US Geological Survey lists them (GeoJSON) to entries, where a mine or plant is near.

Shape: https://earthquake.usgs.gov/earthquakes/feed/v1.0/geojson.php
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from math import sqrt
from typing import Annotated, Final

import orjson
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.connectors.entry import MAX_ENTRIES, MAX_FEED_BYTES, Entry
from services.connectors.hazard import Hazard, entry_near
from streams.errors import InvalidInput
from streams.knowledge.facility import Nearby, Point, near
from streams.knowledge.model import Knowledge

_REACH_KM: Final = ((8.0, 400.0), (7.0, 200.0), (6.0, 100.0), (5.0, 50.0))
"""How far from its focus a quake of at least this magnitude matters. It is two to three times as far as light damage
(intensity V to VI by Atkinson and Wald, 2007) is expected: mines stop to inspect, roads and power lines fail farther
away, and a facility's place is right to 20 km."""

_MAX_DEPTH_KM: Final = 1_000
_EPOCH_MS: Final = 4_102_444_800_000
"""The year 2100, in milliseconds."""

Word = Annotated[str, StringConstraints(max_length=500)]


class _Properties(BaseModel):
    """The fields read of some thirty; a quake that has no magnitude yet is no entry yet."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    mag: Annotated[float, Field(ge=-2, le=12)]
    time: Annotated[int, Field(ge=0, le=_EPOCH_MS)]
    place: Word | None = None
    url: Word | None = None
    alert: Word | None = None
    tsunami: Annotated[int, Field(ge=0, le=1)] = 0
    type: Word = "earthquake"


class _Geometry(BaseModel):
    """Longitude and latitude in degrees, depth in km (negative above the sea's level)."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)

    coordinates: tuple[float, float, float]


class _Feature(BaseModel):
    """One quake."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    properties: _Properties
    geometry: _Geometry


def parse_usgs(content: bytes, *, knowledge: Knowledge) -> tuple[Entry, ...]:
    """Return the quakes near a facility in the list's order; one that cannot be read or is near none is left out.

    Raises InvalidInput for what is no list of quakes: empty, too large, no JSON, no GeoJSON.
    """
    if len(content) > MAX_FEED_BYTES:
        raise InvalidInput(f"earthquakes: have {len(content)} bytes; the most is {MAX_FEED_BYTES}")
    try:
        answer: object = orjson.loads(content)
    except orjson.JSONDecodeError as exc:
        raise InvalidInput(f"earthquakes: are no JSON: {exc}") from exc
    features = answer.get("features") if isinstance(answer, dict) else None
    if not isinstance(features, list):
        raise InvalidInput("earthquakes: have no list of features, so this is no GeoJSON of quakes", field="features")
    return tuple(_entries(features[:MAX_ENTRIES], knowledge))


def near_quake(magnitude: float, depth_km: float, point: Point, knowledge: Knowledge) -> tuple[Nearby, ...]:
    """Return the facilities that a quake reaches, nearest first: from its focus, so a deep one reaches less far."""
    reach = next((km for least, km in _REACH_KM if magnitude >= least), 0.0)
    depth = max(depth_km, 0.0)
    if depth >= reach or not point.is_on_earth:
        return ()
    return near(knowledge.facilities, point, within_km=sqrt(reach**2 - depth**2))


def _entries(features: list[object], knowledge: Knowledge) -> Iterator[Entry]:
    for item in features:
        try:
            quake = _Feature.model_validate(item)
        except ValidationError:
            continue
        longitude, latitude, depth = quake.geometry.coordinates
        told = quake.properties
        if depth > _MAX_DEPTH_KM or told.type != "earthquake":
            continue
        reached = near_quake(told.mag, depth, Point(latitude, longitude), knowledge)
        entry = entry_near(_hazard(quake), reached, knowledge)
        if entry:
            yield entry


def _hazard(quake: _Feature) -> Hazard:
    told = quake.properties
    _, _, depth = quake.geometry.coordinates
    return Hazard(
        what=f"Magnitude {told.mag:.1f} earthquake",
        guid=quake.id,
        link=told.url,
        at=datetime.fromtimestamp(told.time / 1000, UTC),
        words=(
            f"Magnitude {told.mag:.1f} at a depth of {depth:.0f} km, {told.place or 'at an unnamed place'}.",
            f"Alert level for losses: {told.alert}." if told.alert else "",
            "A tsunami may follow." if told.tsunami else "",
        ),
    )
