"""Every field of the query language, once: its name, what it holds, and whether its values can be counted."""

from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from streams.errors import InvalidInput


class FieldKind(StrEnum):
    """How a field is compared: a value whole, a number or a time by size, a text by its words."""

    KEYWORD = "keyword"
    NUMBER = "number"
    TIME = "time"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Field:
    """A field: `facet` tells whether its values may be counted."""

    name: str
    kind: FieldKind
    help: str
    facet: bool = False


def _keyword(name: str, text: str, *, facet: bool = True) -> Field:
    return Field(name, FieldKind.KEYWORD, text, facet)


def _number(name: str, text: str) -> Field:
    return Field(name, FieldKind.NUMBER, text)


def _time(name: str, text: str) -> Field:
    return Field(name, FieldKind.TIME, text)


_ALL: Final = (
    _keyword("kind", "what the thing is: signal, event, measure"),
    _keyword("id", "the thing's id, or the first one it had", facet=False),
    Field("title", FieldKind.TEXT, "words of the titles"),
    Field("text", FieldKind.TEXT, "words of the texts"),
    _keyword("material", "material concerned: gallium, dysprosium"),
    _keyword("class", "what happened: export_ban, force_majeure"),
    _keyword("stage", "where in the chain: mining, refining, component"),
    _keyword("maturity", "how far it has come: rumour, announced, in_force, suspended"),
    _keyword("status", "the state that a measure is in; measures only"),
    _keyword("direction", "tightening, easing, neutral"),
    _keyword("ladder", "step of the escalation ladder: licence, quota, ban"),
    _keyword("asserted", "true when the text states it, false when it denies or only supposes it"),
    _keyword("relevant", "true when it bears on the supply of a critical mineral"),
    _keyword("actor", "country that acts (ISO 3166 alpha-2, or EU)"),
    _keyword("target", "country aimed at"),
    _keyword("place", "country in any role"),
    _keyword("entity", "company or body named"),
    _keyword("ref", "legal reference: CN-MOFCOM-2025-61"),
    _keyword("hs", "Harmonized System code, digits only: 280530"),
    _keyword("eccn", "export control classification number: 3C001"),
    _number("severity.us", "severity for the United States, 0 to 100"),
    _number("severity.eu", "severity for the European Union, 0 to 100"),
    _number("severity", "the larger of both sides' severities, 0 to 100"),
    _keyword("level", "watch, notice, alert, emergency"),
    _number("confidence", "how sure the understanding is, 0 to 1"),
    _number("sources", "how many sources tell of it"),
    _time("published", "when it was published"),
    _time("received", "when it first arrived"),
    _time("updated", "when what is known of it last changed"),
    _time("effective", "first day of a measure"),
    _time("expires", "last day of a measure"),
    _keyword("source", "id of a source that tells of it"),
    _keyword("source_kind", "official, press, partner, person, hazard, history"),
    _keyword("grade", "grade of the source"),
    _keyword("language", "language of the text: en, zh"),
    _keyword("tlp", "Traffic Light Protocol label: CLEAR, GREEN, AMBER"),
)

FIELDS: Final = MappingProxyType({field.name: field for field in _ALL})
FACETS: Final = tuple(field.name for field in _ALL if field.facet)


def names_of(kind: FieldKind) -> tuple[str, ...]:
    """Return the names of the fields of a kind, in the order of the table."""
    return tuple(field.name for field in _ALL if field.kind is kind)


def nearest_of(name: str, names: tuple[str, ...]) -> str | None:
    """Return the name that looks most like this one, if any does."""
    return next(iter(get_close_matches(name.casefold()[:64], names, n=1, cutoff=0.5)), None)


def field_named(name: str, *, position: int | None = None) -> Field:
    """Return the field; InvalidInput with the nearest existing name for one that is none."""
    if name in FIELDS:
        return FIELDS[name]
    nearest = nearest_of(name, tuple(FIELDS))
    hint = f"did you mean `{nearest}`?" if nearest else "to search for words with a colon, put them in quotes."
    raise InvalidInput(f"There is no field `{name[:64]}`: {hint}", field=name[:64], position=position, nearest=nearest)


def time_named(name: str) -> Field:
    """Return the field whose days can be counted; InvalidInput for any other name."""
    times = names_of(FieldKind.TIME)
    if name not in times:
        raise InvalidInput(f"`{name[:64]}` has no days to count: times are {', '.join(times)}.",
                           field="days", nearest=nearest_of(name, times))  # fmt: skip
    return FIELDS[name]


def facet_named(name: str) -> Field:
    """Return the field whose values can be counted; InvalidInput for any other name."""
    field = field_named(name)
    if not field.facet:
        nearest = nearest_of(name, FACETS)
        raise InvalidInput(f"The values of `{name}` are not counted: facets are {', '.join(FACETS)}.",
                           field=name, nearest=nearest)  # fmt: skip
    return field
