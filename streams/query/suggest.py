"""What a person may be about to type: materials, places, organisations, classes, fields and the values of closed lists."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

from schemas.marking import Tlp
from schemas.measure import Status
from schemas.projection import Kind
from schemas.raw import SourceKind
from schemas.severity import Level
from schemas.signal import Direction, EventClass, Maturity, Stage
from streams.knowledge.model import Knowledge
from streams.query.ast import Either, Value
from streams.query.fields import FIELDS, nearest_of
from streams.query.lookup import Lookup
from streams.query.write import write
from streams.text.analyse import LANGUAGES

MAX_WORDS: Final = 4
"""Words before the cursor that may be one name."""

_NO_PLACE: Final = frozenset(("all", "none"))
_WITH_FIELD: Final = re.compile(r'(?:^|[\s(-])([A-Za-z_][A-Za-z0-9_.]*):=?(?:"([^"]*)|([^\s"():]*))\Z')
_WORD: Final = re.compile(r"\S+")
_NO_NAME: Final = re.compile(r'["()\[\]{}=:*]|\A(?:AND|OR|NOT)\Z')
_PLACE_FIELDS: Final = ("place", "actor", "target")
_CLOSED: Final = MappingProxyType(
    {
        "kind": tuple(Kind), "stage": tuple(Stage), "maturity": tuple(Maturity), "status": tuple(Status),
        "direction": tuple(Direction), "asserted": ("true", "false"), "relevant": ("true", "false"),
        "level": tuple(Level), "source_kind": tuple(SourceKind), "language": (*LANGUAGES, "ja", "ko", "zh"),
        "tlp": tuple(Tlp),
    }
)  # fmt: skip
"""Fields whose values are a list that everybody may know."""


class Subject(StrEnum):
    """What a suggestion is."""

    MATERIAL = "material"
    PLACE = "place"
    ENTITY = "entity"
    CLASS = "class"
    FIELD = "field"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name stands for: a label for people, the clause that asks for it, and the language of the name, if it has one."""

    subject: Subject
    field: str
    values: tuple[str, ...]
    label: str
    language: str | None = None

    def clause(self, field: str | None = None) -> str:
        """Return the text that asks for it, of another field where the same values can stand there."""
        name = field or self.field
        if not self.values:
            return f"{name}:"
        asked = tuple(Value(name, value) for value in self.values)
        return write(asked[0]) if len(asked) == 1 else f"({write(Either(asked))})"


@dataclass(frozen=True, slots=True)
class Typed:
    """What is being typed: where it begins in the query, its text, and the field before it (misspelt: null, with the nearest)."""

    start: int
    text: str
    field: str | None = None
    nearest: str | None = None


@dataclass(frozen=True)
class Vocabulary:
    """All that can be suggested to everybody; `of_field` has what can stand behind a field."""

    anywhere: Lookup[Meaning]
    of_field: dict[str, Lookup[Meaning]]


def vocabulary(knowledge: Knowledge) -> Vocabulary:
    """Return the names of the knowledge base, of classes in five languages, of fields and of the values of closed lists."""
    named = [*_materials(knowledge), *_places(knowledge), *_entities(knowledge), *_classes(), *_values(knowledge)]
    fields = [(name, Meaning(Subject.FIELD, name, (), field.help)) for name, field in FIELDS.items()]
    by_field: dict[str, list[tuple[str, Meaning]]] = {}
    for name, meaning in named:
        for field in _PLACE_FIELDS if meaning.subject is Subject.PLACE else (meaning.field,):
            by_field.setdefault(field, []).append((name, meaning))
    return Vocabulary(Lookup([*named, *fields]), {field: Lookup(told) for field, told in by_field.items()})


def typed_in(query: str) -> Iterator[Typed]:
    """Yield what may be being typed at the end of a query, the longest row of words first; nothing behind a space."""
    if behind := _WITH_FIELD.search(query):
        name, start, text = behind.group(1), behind.start(1), behind.group(2) or behind.group(3) or ""
        if name in FIELDS:
            yield Typed(start, text, field=name)
        elif nearest := nearest_of(name, tuple(FIELDS)):
            yield Typed(start, text, nearest=nearest)
        return
    tail = query[max(map(query.rfind, '"()')) + 1 :]
    words = list(_WORD.finditer(tail))[-MAX_WORDS:]
    if not words or words[-1].end() != len(tail):
        return
    before = max((at for at, word in enumerate(words) if _NO_NAME.search(word.group())), default=-1)
    for word in words[before + 1 :]:
        start = len(query) - len(tail) + word.start() + word.group().startswith("-")
        yield Typed(start, query[start:])


@cache
def class_names() -> tuple[tuple[EventClass, str, str], ...]:
    """Return the classes with their names by language."""
    text = (files("streams.knowledge") / "data" / "class_names.csv").read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines(), strict=True))
    return tuple((EventClass(row["class"]), language, name) for row in rows
                 for language, name in row.items() if language != "class")  # fmt: skip


def _materials(knowledge: Knowledge) -> Iterator[tuple[str, Meaning]]:
    known = knowledge.materials
    for one in known.values():
        yield from ((name, Meaning(Subject.MATERIAL, "material", (one.id,), one.label)) for name in (one.id, one.label))
    for name in knowledge.material_names:
        if name.materials:
            label = ", ".join(known[one].label if one in known else one for one in name.materials)
            yield name.text, Meaning(Subject.MATERIAL, "material", name.materials, label, name.language)


def _places(knowledge: Knowledge) -> Iterator[tuple[str, Meaning]]:
    for place in knowledge.places.values():
        meaning = Meaning(Subject.PLACE, "place", (place.code,), place.name)
        yield from ((name, meaning) for name in (place.code, place.name))
    for name in knowledge.place_names:
        if name.kind not in _NO_PLACE and name.code in knowledge.places:
            label = knowledge.places[name.code].name
            yield name.text, Meaning(Subject.PLACE, "place", (name.code,), label, name.language)


def _entities(knowledge: Knowledge) -> Iterator[tuple[str, Meaning]]:
    for one in knowledge.organisations.values():
        meaning = Meaning(Subject.ENTITY, "entity", (one.id,), one.name)
        yield from ((name, meaning) for name in (one.id, one.name, *one.names))


def _classes() -> Iterator[tuple[str, Meaning]]:
    labels = {event_class: name for event_class, language, name in class_names() if language == "en"}
    for event_class, language, name in class_names():
        yield name, Meaning(Subject.CLASS, "class", (event_class.value,), labels[event_class], language)


def _values(knowledge: Knowledge) -> Iterator[tuple[str, Meaning]]:
    rungs = {facts.ladder for facts in knowledge.lexicon.classes.values()} - {None}
    for field, values in (*_CLOSED.items(), ("ladder", sorted(filter(None, rungs)))):
        for value in values:
            meaning = Meaning(Subject.VALUE, field, (str(value),), f"{field}: {str(value).replace('_', ' ')}")
            yield str(value).replace("_", " "), meaning
