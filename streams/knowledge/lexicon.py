"""The cue words of classification as data: concepts, the rules that turn them into classes, and word senses."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from schemas.signal import Direction, EventClass, Maturity

NAMED_FIRM = "FIRM"
NAMED_MATERIAL = "MATERIAL"
FRAME_CONCEPTS = ("FLOW_STOPPED", "FLOW_STARTED", "EASED", "TIGHTENED", NAMED_FIRM, NAMED_MATERIAL)
"""Concepts that no word has by itself: a verb and its object together give them (`Frame`), the last two any name of the kind."""

SET_PHRASE = "set_phrase"
"""The concept of phrases whose words tell nothing by themselves: the mines ministry is no mine, a flooded market no flood."""

EXACT = "="
"""Begins a phrase that is matched by its very form, not by its stem."""


_SENSE_KEYS = ("only_if", "unless", "only_if_told", "unless_told")


class Act(StrEnum):
    """What a verb does to its object."""

    STOP = "stop"
    START = "start"
    CUT = "cut"
    RAISE = "raise"
    SUBJECT = "subject"
    TIGHTEN = "tighten"
    RELAX = "relax"


class Target(StrEnum):
    """What a verb can be done to: something that holds supply back, supply itself, or how much of it is allowed."""

    RESTRICTION = "restriction"
    FLOW = "flow"
    ALLOWANCE = "allowance"


@dataclass(frozen=True, eq=False, slots=True)
class Concept:
    """Words of one meaning, by language. `act` and `status` for verbs, `target` for their objects."""

    name: str
    phrases: Mapping[str, tuple[str, ...]]
    act: Act | None
    status: Maturity | None
    target: Target | None


@dataclass(frozen=True, slots=True)
class Rule:
    """All concepts in one sentence, and none of the others, speak for the class with this weight."""

    event_class: EventClass
    all: tuple[str, ...]
    none: tuple[str, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What a class is by itself: direction, restrictiveness 0-1, and its rung on the ladder of controls."""

    direction: Direction
    restrictiveness: float
    ladder: str | None


@dataclass(frozen=True, slots=True)
class Sense:
    """Words that give a name its meaning (`only_if`, when any are named) or take it away (`unless`).

    They count within reach; those of `only_if_told` and `unless_told` wherever title or text tell them.
    """

    only_if: frozenset[str]
    unless: frozenset[str]
    only_if_told: frozenset[str] = frozenset()
    unless_told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that classification reads."""

    concepts: Mapping[str, Concept]
    rules: tuple[Rule, ...]
    classes: Mapping[EventClass, ClassFacts]
    senses: Mapping[str, Sense]

    def phrases(self) -> Iterator[tuple[Concept, str, str]]:
        """Give every phrase with its concept and language."""
        for concept in self.concepts.values():
            for language, phrases in concept.phrases.items():
                for phrase in phrases:
                    yield concept, language, phrase


def parse_lexicon(lexicon: str, senses: str) -> Lexicon:
    """Return the lexicon of the two TOML texts; KeyError, TypeError or ValueError where one is wrong."""
    table = tomllib.loads(lexicon)
    return Lexicon(
        concepts={name: _concept(name, entry) for name, entry in table["concepts"].items()},
        rules=tuple(
            Rule(EventClass(row["class"]), tuple(row["all"]), tuple(row.get("none", ())), float(row["weight"]))
            for row in table["rules"]
        ),
        classes={
            EventClass(name): ClassFacts(
                Direction(entry["direction"]), float(entry["restrictiveness"]), entry.get("ladder")
            )
            for name, entry in table["classes"].items()
        },
        senses=_senses(tomllib.loads(senses)),
    )


def _senses(table: Mapping[str, Any]) -> dict[str, Sense]:  # Any: TOML values, parsed here and nowhere else
    """Return the senses by word; a list at the top is one that they share by its name."""
    lists = {name: words for name, words in table.items() if isinstance(words, list)}
    return {
        word: _sense({key: lists[told] if isinstance(told, str) else told for key, told in entry.items()})
        for word, entry in table.items()
        if word not in lists
    }


def _sense(entry: Mapping[str, Any]) -> Sense:  # Any: TOML values, parsed here and nowhere else
    unknown = entry.keys() - _SENSE_KEYS
    if unknown:
        raise ValueError(f"a sense has no {min(unknown)!r}, it has {', '.join(_SENSE_KEYS)}")
    return Sense(*(frozenset(entry.get(key, ())) for key in _SENSE_KEYS))


def _concept(name: str, entry: Mapping[str, Any]) -> Concept:  # Any: TOML values, parsed here and nowhere else
    return Concept(
        name=name,
        phrases={language: tuple(entry[language]) for language in entry if len(language) == len("en")},
        act=Act(entry["verb"]) if "verb" in entry else None,
        status=Maturity(entry["status"]) if "status" in entry else None,
        target=Target(entry["object"]) if "object" in entry else None,
    )
