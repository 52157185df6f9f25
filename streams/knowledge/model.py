"""What the knowledge base says of materials, places, organisations and shares: frozen values, each with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from schemas.signal import Stage
from streams.knowledge.facility import Facility
from streams.knowledge.lexicon import Lexicon


class Metric(StrEnum):
    """What an observation measures; all but the rank and the months are per cent."""

    WORLD_SHARE = "world_share"
    EU_SUPPLY_SHARE = "eu_supply_share"
    US_IMPORT_RELIANCE = "us_import_reliance"
    US_IMPORT_SHARE = "us_import_share"
    US_IMPORT_RANK = "us_import_rank"
    STOCK_MONTHS = "stock_months"
    SUBSTITUTE_MONTHS = "substitute_months"


_WATCH_LIST = frozenset(("molybdenum", "superhard"))
"""On no critical list, but under Chinese export control since 2025 and 2024."""


class Side(StrEnum):
    """The two sides whose exposure is scored."""

    US = "us"
    EU = "eu"


@dataclass(frozen=True, slots=True)
class Material:
    """A material, the group it belongs to (`ree-heavy` for dysprosium), its list membership and HS-6 codes.

    `hs` maps a code to whether it is a basket that other goods share. `by_product_of` names the hosts it is won with.
    """

    id: str
    label: str
    element: str
    group: str | None
    eu_crm_2023: bool
    eu_srm: bool
    us_2022: bool
    us_2025: bool
    by_product_of: tuple[str, ...]
    hs: Mapping[str, bool]

    @property
    def critical(self) -> bool:
        """Tell whether a list of either side names it."""
        return self.eu_crm_2023 or self.us_2025

    @property
    def watched(self) -> bool:
        """Tell whether it is on a list, or under Chinese export control and on none."""
        return self.critical or self.id in _WATCH_LIST


@dataclass(frozen=True, slots=True)
class MaterialName:
    """How a text names materials; `stage` where the form implies one, `sense` where the word has others.

    Without materials it is a phrase that holds a material's name and means none: `to lead`.
    """

    text: str
    language: str
    materials: tuple[str, ...]
    stage: Stage | None
    sense: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A country (ISO 3166 alpha-2) or the union."""

    code: str
    name: str
    eu_member: bool


@dataclass(frozen=True, slots=True)
class PlaceName:
    """How a text names a place; `sense` where the word has others.

    `kind` is name, demonym, capital, institution, historical, region, district, city, port, mine, plant, acronym (exact
    case), all, for words that mean every country, or none, for those that hold a place's name and mean no place.
    """

    text: str
    language: str
    code: str
    kind: str
    sense: str | None


@dataclass(frozen=True, slots=True)
class Organisation:
    """A ministry, agency, company or armed group; `country` is whose it is, null for none."""

    id: str
    name: str
    country: str | None
    kind: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from; `rank` decides between figures of one year."""

    id: str
    title: str
    licence: str
    rank: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One published figure: per cent (a place in an order for ranks), of a year and scope, read in a source.

    `bound` is `>` or `<` where only a bound was published. `verified` false is general knowledge that nobody checked.
    """

    metric: Metric
    material: str
    stage: Stage | None
    country: str | None
    value: float
    bound: str
    year: int
    source: str
    verified: bool
    scope: str


Key = tuple[Metric, str, Stage | None, str | None]


@dataclass(frozen=True, eq=False)
class Knowledge:
    """All of it in one version. `zones` are the IANA time zones in which countries' days end.

    Observations that conflict are all kept; each key lists them best first.

    The rule: verified before unverified, newer before older, then the order of the sources.
    """

    version: str
    materials: Mapping[str, Material]
    material_names: tuple[MaterialName, ...]
    places: Mapping[str, Place]
    place_names: tuple[PlaceName, ...]
    zones: Mapping[str, str]
    organisations: Mapping[str, Organisation]
    facilities: tuple[Facility, ...]
    observations: tuple[Observation, ...]
    sources: Mapping[str, Source]
    lexicon: Lexicon
    index: Mapping[Key, tuple[Observation, ...]] = field(repr=False)

    def observed(
        self, metric: Metric, material: str, *, stage: Stage | None = None, country: str | None = None
    ) -> tuple[Observation, ...]:
        """Return the figures of one key, best first; the group's where the material has none; none is not zero."""
        found = self.index.get((metric, material, stage, country))
        if found is not None:
            return found
        known = self.materials.get(material)
        return self.index.get((metric, known.group, stage, country), ()) if known and known.group else ()

    def share(self, material: str, stage: Stage, country: str) -> Observation | None:
        """Return the country's share of the world's output at the stage, in per cent; null is unknown, never zero."""
        return next(iter(self.observed(Metric.WORLD_SHARE, material, stage=stage, country=country)), None)

    def dependence(self, side: Side, material: str, country: str) -> tuple[Observation, ...]:
        """Return what is known of a side's dependence on a country for a material.

        The EU: the country's share of its supply, mined first. The US: its net import reliance, then the country's
        share of the imports, then its place among the sources.
        """
        keys: tuple[tuple[Metric, Stage | None, str | None], ...] = (
            (Metric.US_IMPORT_RELIANCE, None, None),
            (Metric.US_IMPORT_SHARE, None, country),
            (Metric.US_IMPORT_RANK, None, country),
        )
        if side is Side.EU:
            stages = (Stage.MINING, Stage.REFINING, Stage.METAL, Stage.COMPONENT)
            keys = tuple((Metric.EU_SUPPLY_SHARE, stage, country) for stage in stages)
        return tuple(
            item
            for metric, stage, place in keys
            for item in self.observed(metric, material, stage=stage, country=place)[:1]
        )
