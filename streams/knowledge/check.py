"""Finds what is wrong with a knowledge base before anybody judges by it."""

from collections.abc import Iterable, Iterator
from zoneinfo import available_timezones

from schemas.signal import EventClass
from streams.knowledge.lexicon import FRAME_CONCEPTS
from streams.knowledge.model import Knowledge, Metric
from streams.text.analyse import analyse

LANGUAGES = ("en", "de", "fr", "es", "it", "pl", "pt", "zh", "ja", "ru")
"""The languages that every watched material is named in."""

_NOWHERE = frozenset(("all", "none"))
_KINDS = _NOWHERE | {
    "acronym", "capital", "city", "demonym", "district", "historical", "institution", "mine", "name", "plant", "port", "region",
}  # fmt: skip
_FACILITY_KINDS = frozenset(("mine", "plant"))
_PER_CENT = 100.0
_SHARES = frozenset((Metric.WORLD_SHARE, Metric.EU_SUPPLY_SHARE, Metric.US_IMPORT_SHARE))
_ROUNDED = 5.0
"""Shares are rounded to one per cent each, so a handful may add up to a little more than all."""

_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_HS_DIGITS = 6
_MOST_RANKED = 20
_OF_RELIEF = frozenset((Metric.STOCK_MONTHS, Metric.SUBSTITUTE_MONTHS))


def check(knowledge: Knowledge) -> tuple[str, ...]:
    """Return every problem in words, empty when there is none; each names its file and entry."""
    return tuple(
        problem
        for part in (
            _materials,
            _names,
            _languages,
            _places,
            _organisations,
            _facilities,
            _observations,
            _sums,
            _lexicon,
        )
        for problem in part(knowledge)
    )


def _materials(knowledge: Knowledge) -> Iterator[str]:
    for item in knowledge.materials.values():
        if item.group is not None and item.group not in knowledge.materials:
            yield f"materials.csv: {item.id} is of the unknown group {item.group}"
        for host in item.by_product_of:
            if host not in knowledge.materials:
                yield f"materials.csv: {item.id} is a by-product of the unknown {host}"
        for code in item.hs:
            if len(code) != _HS_DIGITS or not code.isdigit():
                yield f"hs_codes.csv: {code!r} of {item.id} is no HS-6 code"


def _names(knowledge: Knowledge) -> Iterator[str]:
    for name in knowledge.material_names:
        for material in name.materials:
            if material not in knowledge.materials:
                yield f"material_names.csv: {name.text!r} names the unknown material {material!r}"
        if name.sense is not None and name.sense not in knowledge.lexicon.senses:
            yield f"material_names.csv: {name.text!r} has the unknown sense {name.sense!r}"
    named = {material for name in knowledge.material_names for material in name.materials}
    yield from (
        f"material_names.csv: {material} has no name" for material in knowledge.materials if material not in named
    )
    meant = ((name.text, name.language, " ".join(name.materials), name.sense) for name in knowledge.material_names)
    yield from (f"material_names.csv: {told}" for told in _conflicts(meant))


def _languages(knowledge: Knowledge) -> Iterator[str]:
    """Each material of a list or of the watch-list is named in every language that we read."""
    named = {(material, name.language) for name in knowledge.material_names for material in name.materials}
    for material in knowledge.materials.values():
        missing = [language for language in LANGUAGES if (material.id, language) not in named]
        if material.watched and missing:
            yield f"material_names.csv: {material.id} has no name in {', '.join(missing)}"


def _places(knowledge: Knowledge) -> Iterator[str]:
    for name in knowledge.place_names:
        if name.kind not in _KINDS:
            yield f"place_names.csv: {name.text!r} is of the unknown kind {name.kind!r}"
        if name.kind not in _NOWHERE and name.code not in knowledge.places:
            yield f"place_names.csv: {name.text!r} names the unknown place {name.code!r}"
        if name.sense is not None and name.sense not in knowledge.lexicon.senses:
            yield f"place_names.csv: {name.text!r} has the unknown sense {name.sense!r}"
    named = {name.code for name in knowledge.place_names if name.kind == "name"}
    yield from (f"places.csv: {code} has no name in place_names.csv" for code in knowledge.places if code not in named)
    meant = ((name.text, name.language, name.code, name.sense) for name in knowledge.place_names)
    yield from (f"place_names.csv: {told}" for told in _conflicts(meant))
    for country, zone in knowledge.zones.items():
        if country not in knowledge.places:
            yield f"zones.csv: {country!r} is no place"
        if zone not in available_timezones():
            yield f"zones.csv: {zone!r} is no time zone"


def _organisations(knowledge: Knowledge) -> Iterator[str]:
    for item in knowledge.organisations.values():
        if item.country is not None and item.country not in knowledge.places:
            yield f"organisations.csv: {item.id} is of the unknown country {item.country!r}"
    meant = ((name, "", item.id, None) for item in knowledge.organisations.values() for name in item.names)
    yield from (f"organisations.csv: {told}" for told in _conflicts(meant))


def _facilities(knowledge: Knowledge) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for item in knowledge.facilities:
        where = f"facilities.csv: {item.name} ({item.country})"
        if (item.name, item.country) in seen:
            yield f"{where} is there twice"
        seen.add((item.name, item.country))
        if item.kind not in _FACILITY_KINDS:
            yield f"{where} is of the unknown kind {item.kind!r}"
        if item.country not in knowledge.places:
            yield f"{where} is in an unknown country"
        if item.source not in knowledge.sources:
            yield f"{where} is from the unknown source {item.source!r}"
        if not item.point.is_on_earth:
            yield f"{where} is at {item.point.latitude:g}, {item.point.longitude:g}, which is not on Earth"
        if not item.materials:
            yield f"{where} gives no material"
        yield from (f"{where} gives the unknown {name!r}" for name in item.materials if name not in knowledge.materials)


def _conflicts(meant: Iterable[tuple[str, str, str, str | None]]) -> Iterator[str]:
    """Tell the names that mean two things in one language with no sense to tell them apart: name, language, what, sense."""
    seen: dict[tuple[tuple[str, ...], str], tuple[str, str, str | None]] = {}
    for text, language, what, sense in meant:
        words = analyse(text, language).x
        other = seen.setdefault((words, language), (text, what, sense))
        if other[1] != what and (sense is None or other[2] is None):
            yield f"{text!r} ({language or 'any language'}) means {other[1] or 'nothing'} and {what or 'nothing'}"


def _observations(knowledge: Knowledge) -> Iterator[str]:
    line = dict.fromkeys(("observations.csv", "relief.csv"), 1)  # the header
    for item in knowledge.observations:
        name = "relief.csv" if item.metric in _OF_RELIEF else "observations.csv"
        line[name] += 1
        where = f"{name} line {line[name]} ({item.material})"
        if item.material not in knowledge.materials:
            yield f"{where}: unknown material"
        if item.country is not None and item.country not in knowledge.places:
            yield f"{where}: unknown country {item.country!r}"
        if item.source not in knowledge.sources:
            yield f"{where}: unknown source {item.source!r}"
        most = _MOST_RANKED if item.metric is Metric.US_IMPORT_RANK else _PER_CENT
        if not 0 <= item.value <= most:
            yield f"{where}: {item.value:g} is not between 0 and {most:g}"
        if not _FIRST_YEAR <= item.year <= _LAST_YEAR:
            yield f"{where}: {item.year} is no year of a figure"


def _sums(knowledge: Knowledge) -> Iterator[str]:
    """One source gives each figure once, and its shares of one year add up to no more than all."""
    seen: set[tuple[object, ...]] = set()
    sums: dict[tuple[object, ...], float] = {}
    for at, item in enumerate(knowledge.observations, start=2):
        whole = (item.metric, item.material, item.stage, item.source, item.year, item.scope)
        if (*whole, item.country) in seen:
            yield f"observations.csv line {at} ({item.material}): {item.source} gives this figure twice"
        seen.add((*whole, item.country))
        if item.metric in _SHARES:
            sums[whole] = sums.get(whole, 0.0) + item.value
    for (metric, material, stage, source, *_), total in sums.items():
        if total > _PER_CENT + _ROUNDED:
            where = f"{metric} at {stage}" if stage else str(metric)
            yield f"observations.csv: {material}: {source}'s figures of {where} add up to {total:g}"


def _lexicon(knowledge: Knowledge) -> Iterator[str]:
    lexicon = knowledge.lexicon
    known = {*lexicon.concepts, *FRAME_CONCEPTS}
    for rule in lexicon.rules:
        yield from (
            f"lexicon.toml: a rule for {rule.event_class} calls the unknown concept {name!r}"
            for name in (*rule.all, *rule.none)
            if name not in known
        )
        if not rule.all or rule.weight <= 0:
            yield f"lexicon.toml: a rule for {rule.event_class} wants nothing or weighs nothing"
    yield from (f"lexicon.toml: class {item} is not described" for item in EventClass if item not in lexicon.classes)
    for item, facts in lexicon.classes.items():
        if not 0 <= facts.restrictiveness <= 1:
            yield f"lexicon.toml: the restrictiveness of {item} is not between 0 and 1"
