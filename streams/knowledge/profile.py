"""All that is known of one material on one page: names, lists, codes, and for each figure those that conflict with it."""

from collections.abc import Iterator
from difflib import get_close_matches

from schemas.base import Model
from schemas.signal import Stage
from streams.errors import NotFound
from streams.knowledge.model import Knowledge, Material, Metric, Observation

_NEAREST = 3
_LONGEST = 40
"""Letters of what was asked that are compared: comparing takes time with the square of them."""

_STAGES = (None, *Stage)


class Name(Model):
    """A name in one language; `stage` where the form implies one, `of` the materials that it stands for."""

    text: str
    language: str
    stage: Stage | None
    of: tuple[str, ...]


class Lists(Model):
    """On which lists it stands; `watched` also without one, for Chinese export control."""

    eu_critical_2023: bool
    eu_strategic: bool
    us_2022: bool
    us_2025: bool
    watched: bool


class Code(Model):
    """An HS-6 code. A basket also holds other goods: `shared_with` names those of ours; go by the material first."""

    hs6: str
    basket: bool
    shared_with: tuple[str, ...]


class Figure(Model):
    """One published figure: `bound` is `>` or `<` where only a bound was published; not `verified` is unchecked knowledge."""

    value: float
    bound: str
    year: int
    scope: str
    verified: bool
    source: str
    source_title: str
    licence: str


class Known(Model):
    """What is measured, of which material (the group where the element has no figure), the preferred figure and the others."""

    metric: Metric
    material: str
    stage: Stage | None
    country: str | None
    preferred: Figure
    others: tuple[Figure, ...]


class Profile(Model):
    """A material as the knowledge base has it, in the version `knowledge`. What has no figure is unknown, never zero."""

    id: str
    label: str
    element: str
    group: str | None
    members: tuple[str, ...]
    lists: Lists
    by_product_of: tuple[str, ...]
    host_of: tuple[str, ...]
    hs: tuple[Code, ...]
    names: tuple[Name, ...]
    figures: tuple[Known, ...]
    knowledge: str


def profile(knowledge: Knowledge, material_id: str) -> Profile:
    """Return what is known of a material; NotFound names the nearest ids for one that is not known."""
    material = knowledge.materials.get(material_id)
    if material is None:
        nearest = nearest_materials(knowledge, material_id)
        told = f"; the nearest are {', '.join(nearest)}" if nearest else ""
        raise NotFound(f"there is no material {material_id!r}{told}", nearest=next(iter(nearest), None))
    others = knowledge.materials.values()
    return Profile(
        id=material.id,
        label=material.label,
        element=material.element,
        group=material.group,
        members=tuple(item.id for item in others if item.group == material.id),
        lists=Lists(
            eu_critical_2023=material.eu_crm_2023,
            eu_strategic=material.eu_srm,
            us_2022=material.us_2022,
            us_2025=material.us_2025,
            watched=material.watched,
        ),
        by_product_of=material.by_product_of,
        host_of=tuple(item.id for item in others if material.id in item.by_product_of),
        hs=tuple(_codes(knowledge, material)),
        names=tuple(_names(knowledge, material)),
        figures=tuple(_figures(knowledge, material)),
        knowledge=knowledge.version,
    )


def nearest_materials(knowledge: Knowledge, asked: str) -> tuple[str, ...]:
    """Return the ids that may be meant: of the material so named in some language, else of those spelt alike."""
    wanted = asked.strip().casefold()
    named = {
        material: None
        for name in knowledge.material_names
        if name.text.casefold() == wanted
        for material in name.materials
    }
    elements = {item.id: None for item in knowledge.materials.values() if wanted and item.element.casefold() == wanted}
    alike = get_close_matches(wanted[:_LONGEST], knowledge.materials, n=_NEAREST)
    return tuple({**named, **elements} or dict.fromkeys(alike))


def _codes(knowledge: Knowledge, material: Material) -> Iterator[Code]:
    for code, basket in sorted(material.hs.items()):
        sharing = (item.id for item in knowledge.materials.values() if code in item.hs and item.id != material.id)
        yield Code(hs6=code, basket=basket, shared_with=tuple(sharing))


def _names(knowledge: Knowledge, material: Material) -> Iterator[Name]:
    for item in knowledge.material_names:
        if material.id in item.materials:
            yield Name(text=item.text, language=item.language, stage=item.stage, of=item.materials)


def _figures(knowledge: Knowledge, material: Material) -> Iterator[Known]:
    """Give the figures by metric, stage and size; for a metric that the material has none of, those of its group."""
    for metric in Metric:
        own = [key for key in knowledge.index if key[0] is metric and key[1] == material.id]
        of_group = [key for key in knowledge.index if key[0] is metric and key[1] == material.group]
        known = [_known(knowledge, knowledge.index[key]) for key in own or of_group]
        yield from sorted(known, key=_order)


def _known(knowledge: Knowledge, observed: tuple[Observation, ...]) -> Known:
    best = observed[0]
    figures = [_figure(knowledge, item) for item in observed]
    return Known(
        metric=best.metric,
        material=best.material,
        stage=best.stage,
        country=best.country,
        preferred=figures[0],
        others=tuple(figures[1:]),
    )


def _order(known: Known) -> tuple[int, float, str]:
    size = known.preferred.value if known.metric is Metric.US_IMPORT_RANK else -known.preferred.value
    return _STAGES.index(known.stage), size, known.country or ""


def _figure(knowledge: Knowledge, item: Observation) -> Figure:
    source = knowledge.sources[item.source]
    return Figure(
        value=item.value,
        bound=item.bound,
        year=item.year,
        scope=item.scope,
        verified=item.verified,
        source=source.id,
        source_title=source.title,
        licence=source.licence,
    )
