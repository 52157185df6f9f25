"""Reads the data files into a Knowledge; wiring loads once and passes it on."""

import csv
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from itertools import chain

from schemas.signal import Stage
from streams.errors import ConfigError
from streams.knowledge.facility import Facility, Point
from streams.knowledge.lexicon import parse_lexicon
from streams.knowledge.model import (
    Key,
    Knowledge,
    Material,
    MaterialName,
    Metric,
    Observation,
    Organisation,
    Place,
    PlaceName,
    Source,
)

FILES = (
    "materials.csv",
    "material_names.csv",
    "hs_codes.csv",
    "places.csv",
    "zones.csv",
    "place_names.csv",
    "organisations.csv",
    "facilities.csv",
    "observations.csv",
    "relief.csv",
    "sources.csv",
    "lexicon.toml",
    "senses.toml",
)
Texts = Mapping[str, str]


@cache
def load() -> Knowledge:
    """Return the knowledge that ships with this version; ConfigError names the file that cannot be read."""
    folder = files("streams.knowledge") / "data"
    return build({name: (folder / name).read_text("utf-8") for name in FILES})


def build(texts: Texts) -> Knowledge:
    """Return the knowledge told by the files' texts; its version is a hash of them."""
    digest = hashlib.sha256("\x1e".join(texts[name] for name in FILES).encode()).hexdigest()
    try:
        sources = {row.id: row for row in _sources(texts)}
        observations = tuple(_observations(texts))
        return Knowledge(
            version=digest[:12],
            materials=_materials(texts),
            material_names=tuple(_material_names(texts)),
            places={
                row["code"]: Place(row["code"], row["name"], _yes(row["eu_member"]))
                for row in _rows(texts, "places.csv")
            },
            place_names=tuple(_place_names(texts)),
            zones={row["country"]: row["zone"] for row in _rows(texts, "zones.csv")},
            organisations=_organisations(texts),
            facilities=tuple(_facilities(texts)),
            observations=observations,
            sources=sources,
            lexicon=parse_lexicon(texts["lexicon.toml"], texts["senses.toml"]),
            index=_index(observations, sources),
        )
    except (KeyError, ValueError, TypeError) as exc:
        raise ConfigError(
            f"the knowledge base cannot be read ({type(exc).__name__}: {exc}); see `tocsin knowledge check`"
        ) from exc


def _rows(texts: Texts, name: str) -> Iterator[dict[str, str]]:
    return iter(csv.DictReader(texts[name].splitlines(), strict=True))


def _place_names(texts: Texts) -> Iterator[PlaceName]:
    # Seven thousand rows: a dictionary for each takes half of the loading time.
    rows = csv.reader(texts["place_names.csv"].splitlines(), strict=True)
    if next(rows) != ["name", "language", "code", "kind", "sense"]:
        raise ValueError("place_names.csv: the columns are name,language,code,kind,sense")
    for name, language, code, kind, sense in rows:
        yield PlaceName(name, language, code, kind, sense or None)


def _yes(cell: str) -> bool:
    if cell not in {"yes", "no"}:
        raise ValueError(f"expected yes or no, not {cell!r}")
    return cell == "yes"


def _stage(cell: str) -> Stage | None:
    return Stage(cell) if cell else None


def _materials(texts: Texts) -> dict[str, Material]:
    codes: dict[str, dict[str, bool]] = {}
    for row in _rows(texts, "hs_codes.csv"):
        codes.setdefault(row["material"], {})[row["hs6"]] = _yes(row["basket"])
    return {
        row["id"]: Material(
            id=row["id"],
            label=row["label"],
            element=row["element"],
            group=row["group"] or None,
            eu_crm_2023=_yes(row["eu_crm_2023"]),
            eu_srm=_yes(row["eu_srm"]),
            us_2022=_yes(row["us_2022"]),
            us_2025=_yes(row["us_2025"]),
            by_product_of=tuple(row["by_product_of"].split()),
            hs=codes.get(row["id"], {}),
        )
        for row in _rows(texts, "materials.csv")
    }


def _material_names(texts: Texts) -> Iterator[MaterialName]:
    for row in _rows(texts, "material_names.csv"):
        materials = tuple(row["materials"].split())
        yield MaterialName(row["name"], row["language"], materials, _stage(row["stage"]), row["sense"] or None)


def _organisations(texts: Texts) -> dict[str, Organisation]:
    return {
        row["id"]: Organisation(
            row["id"], row["name"], row["country"] or None, row["kind"], tuple(row["names"].split("|"))
        )
        for row in _rows(texts, "organisations.csv")
    }


def _facilities(texts: Texts) -> Iterator[Facility]:
    for row in _rows(texts, "facilities.csv"):
        yield Facility(
            name=row["name"],
            kind=row["kind"],
            country=row["country"],
            materials=tuple(row["materials"].split()),
            point=Point(float(row["latitude"]), float(row["longitude"])),
            source=row["source"],
        )


def _sources(texts: Texts) -> Iterator[Source]:
    for row in _rows(texts, "sources.csv"):
        yield Source(row["id"], row["title"], row["licence"], int(row["rank"]))


def _observations(texts: Texts) -> Iterator[Observation]:
    metrics, stages = {item.value: item for item in Metric}, {"": None, **{item.value: item for item in Stage}}
    for row in chain(_rows(texts, "observations.csv"), _rows(texts, "relief.csv")):
        yield Observation(
            metric=metrics[row["metric"]],
            material=row["material"],
            stage=stages[row["stage"]],
            country=row["country"] or None,
            value=float(row["value"]),
            bound=row["bound"],
            year=int(row["year"]),
            source=row["source"],
            verified=_yes(row["verified"]),
            scope=row["scope"],
        )


def _index(observations: Iterable[Observation], sources: Mapping[str, Source]) -> dict[Key, tuple[Observation, ...]]:
    groups: dict[Key, list[Observation]] = {}
    for item in observations:
        groups.setdefault((item.metric, item.material, item.stage, item.country), []).append(item)
    for group in groups.values():
        group.sort(key=lambda item: (not item.verified, -item.year, sources[item.source].rank))
    return {key: tuple(group) for key, group in groups.items()}
