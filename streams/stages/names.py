"""The names that a text is searched for: of materials, places and organisations, with how each must be written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from schemas.signal import Stage
from streams.knowledge.lexicon import EXACT, Concept, Sense
from streams.knowledge.matcher import Matcher
from streams.knowledge.model import Knowledge, MaterialName
from streams.text.analyse import analyse
from streams.text.script import is_character

CUE_LANGUAGE = "en"
"""English cues are matched by stem, in any text; the other languages' by surface."""

NOTHING = "none"
"""The kind of a name that holds another and means none of them: `South China Sea`."""

EVERYBODY = "all"
"""The kind of words that mean every country: `all destinations`."""

_EVERYWHERE = frozenset(("en", "zh", "ja"))
"""Names of these languages are looked for in any text: reports in others quote them, and no script is like theirs."""

_MAX_ACRONYM = 6
_GLUING = "de"
_MIN_COMPOUNDED = 4
_SECONDS = (
    "ausfuhr", "ausfuhren", "batterie", "batterien", "bergbau", "erz", "erze", "export", "exporte", "exporten", "exports",
    "knappheit", "konzentrat", "konzentrate", "lieferung", "lieferungen", "legierung", "legierungen", "markt",
    "metall", "mine", "minen", "oxid", "preis", "preise", "produkte", "produkten", "produktion", "produzent", "produzenten",
    "pulver", "vorkommen",
)  # fmt: skip
"""What German glues to a material's name in reports of supply."""


class Named(StrEnum):
    """What kind of thing a mention names."""

    MATERIAL = "material"
    PLACE = "place"
    ORGANISATION = "organisation"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is looked for. `exact`: the very letters (acronyms); `capital`: the first letter must be one.

    `characters` says that it is written without spaces, as Chinese is.
    """

    named: Named
    values: tuple[str, ...]
    stage: Stage | None = None
    kind: str = ""
    exact: str | None = None
    capital: bool = False
    characters: bool = False
    language: str | None = None
    sense: Sense | None = None


@dataclass(frozen=True, slots=True)
class Matchers:
    """Names and cues by their surface, English cues by their stem."""

    surfaces: Matcher[Name | Concept]
    stems: Matcher[Concept]


@lru_cache(maxsize=4)
def matchers(knowledge: Knowledge) -> Matchers:
    """Return what finds all that the knowledge base has words for; made once for each version."""
    surfaces: list[tuple[Sequence[str], Name | Concept]] = [
        (analyse(text, CUE_LANGUAGE).x, name) for text, name in _names(knowledge)
    ]
    stems: list[tuple[Sequence[str], Concept]] = []
    for concept, language, phrase in knowledge.lexicon.phrases():
        by_stem = language == CUE_LANGUAGE and not phrase.startswith(EXACT)
        tokens = analyse(phrase.removeprefix(EXACT), CUE_LANGUAGE)
        if by_stem:
            stems.append((tokens.s, concept))
        else:
            surfaces.append((tokens.x, concept))
    return Matchers(Matcher(dict.fromkeys(surfaces)), Matcher(dict.fromkeys(stems)))


def _names(knowledge: Knowledge) -> Iterator[tuple[str, Name]]:
    yield from _materials(knowledge)
    yield from _places(knowledge)
    yield from _organisations(knowledge)


def _materials(knowledge: Knowledge) -> Iterator[tuple[str, Name]]:
    senses = knowledge.lexicon.senses
    for item in knowledge.material_names:
        name = Name(
            Named.MATERIAL,
            item.materials,
            stage=item.stage,
            kind="" if item.materials else NOTHING,
            exact=_acronym(item.text),
            characters=_is_characters(item.text),
            language=_searched_language(item.language),
            sense=senses[item.sense] if item.sense else None,
        )
        yield item.text, name
        yield from ((text, name) for text in _compounds(item))


def _places(knowledge: Knowledge) -> Iterator[tuple[str, Name]]:
    senses = knowledge.lexicon.senses
    for item in knowledge.place_names:
        name = Name(
            Named.PLACE,
            (item.code,),
            kind=item.kind,
            exact=_acronym(item.text),
            # "chinesische", "chinois" and "chino" are written small, "Chinese" is not.
            capital=item.text[:1].isupper(),
            characters=_is_characters(item.text),
            language=_searched_language(item.language),
            sense=senses[item.sense] if item.sense else None,
        )
        yield item.text, name


def _organisations(knowledge: Knowledge) -> Iterator[tuple[str, Name]]:
    for item in knowledge.organisations.values():
        for text in item.names:
            name = Name(
                Named.ORGANISATION,
                (item.id,),
                kind=item.kind,
                exact=_acronym(text),
                capital=text[:1].isupper(),
                characters=_is_characters(text),
            )
            yield text, name


def _compounds(item: MaterialName) -> Iterator[str]:
    """Give the words that German makes of a material: Galliumexporte, Kupfererz."""
    if item.language != _GLUING or item.stage or item.sense or not item.text.isalpha():
        return
    if len(item.text) >= _MIN_COMPOUNDED:
        yield from (item.text + second for second in _SECONDS)


def _searched_language(language: str) -> str | None:
    return None if language in _EVERYWHERE else language


def _acronym(text: str) -> str | None:
    """Return the text when its very letters matter: `US` is not `us`, `APT` not `apt`, `FeNi` not Feni."""
    short = text.isascii() and text.isalnum() and len(text) <= _MAX_ACRONYM
    return text if short and not text[1:].islower() and any(map(str.isupper, text[1:])) else None


def _is_characters(text: str) -> bool:
    return all(map(is_character, text))
