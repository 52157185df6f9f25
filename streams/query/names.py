"""A word that names a material also asks for the material: what is called gallium here is 镓 or галлий there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from streams.knowledge.model import Knowledge
from streams.query.ast import Both, Either, Never, Node, Phrase, Value
from streams.text.analyse import alternatives, analyse

_WORDS_ELSEWHERE: Final = frozenset(("pl-short", "indio"))
"""Senses of names that are everyday words of other languages, like Polish `german` and `rod`: these ask for no material."""

Form = tuple[str, ...]
"""A name as the surfaces of its words. Stems would reach too far: that of Italian germanio is German."""


@dataclass(frozen=True)
class MaterialNames:
    """The names of materials in every language, inflected ones too, with the ids of what they name."""

    forms: Mapping[Form, tuple[str, ...]] = field(default_factory=dict)
    by_first: Mapping[str, tuple[Form, ...]] = field(default_factory=dict)

    def of_phrase(self, phrase: Phrase) -> tuple[str, ...]:
        """Return the materials that the whole phrase names."""
        return self.forms.get(alternatives(phrase.text).x, ())

    def side_by_side(self, words: frozenset[str]) -> Iterator[Form]:
        """Yield the forms all of whose words are among these surfaces."""
        for word in words & self.by_first.keys():
            yield from (form for form in self.by_first[word] if words.issuperset(form))


NO_NAMES: Final = MaterialNames()


@lru_cache(maxsize=4)
def material_names(knowledge: Knowledge) -> MaterialNames:
    """Return the names that the knowledge base has; made once for each version, for search and rules alike."""
    forms: dict[Form, list[str]] = {}
    for name in knowledge.material_names:
        if name.sense in _WORDS_ELSEWHERE:
            continue
        forms.setdefault(analyse(name.text, name.language).x, []).extend(name.materials)
    told = {form: _distinct(materials) for form, materials in forms.items() if materials}
    by_first: dict[str, list[Form]] = {}
    for form in told:
        by_first.setdefault(form[0], []).append(form)
    return MaterialNames(told, {first: tuple(known) for first, known in by_first.items()})


def named(node: Node, names: MaterialNames) -> Node:
    """Return the query in which each word or phrase without a field that names a material also asks for that material.

    A name of several words counts where all of them stand side by side, in any order; a phrase has to be the whole name.
    """
    match node:
        case Phrase(None):
            return _or_material(node, names.of_phrase(node))
        case Both(parts):
            shared = _of_several_words(parts, names)
            return Both(tuple(_or_material(part, _distinct((*names.of_phrase(part), *shared.get(part, ()))))
                              if isinstance(part, Phrase) and part.field is None else named(part, names)
                              for part in parts))  # fmt: skip
        case Either(parts):
            return Either(tuple(named(part, names) for part in parts))
        case Never(part):
            return Never(named(part, names))
        case _:
            return node


def _of_several_words(parts: Iterable[Node], names: MaterialNames) -> dict[Phrase, list[str]]:
    """Return the materials that each single word names together with others beside it."""
    told = {part: alternatives(part.text).x for part in parts if isinstance(part, Phrase) and part.field is None}
    single = {part: words[0] for part, words in told.items() if len(words) == 1}
    found: dict[Phrase, list[str]] = {}
    for form in sorted(names.side_by_side(frozenset(single.values()))):
        for part, word in single.items():
            if word in form:
                found.setdefault(part, []).extend(names.forms[form])
    return found


def _or_material(phrase: Phrase, materials: Iterable[str]) -> Node:
    values = tuple(Value("material", one) for one in materials)
    return Either((phrase, *values)) if values else phrase


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
