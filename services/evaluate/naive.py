"""The keyword tagger that the stages are compared with: it finds names as plain lower-case words and weighs nothing."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from schemas.raw import SignalIn
from schemas.signal import EventClass, Judgement, Place, Role
from streams.knowledge.model import Knowledge

CLASS_WORDS: Mapping[str, EventClass] = {
    "ban": EventClass.EXPORT_BAN,
    "bans": EventClass.EXPORT_BAN,
    "banned": EventClass.EXPORT_BAN,
    "prohibited": EventClass.EXPORT_BAN,
    "prohibits": EventClass.EXPORT_BAN,
    "licence": EventClass.EXPORT_LICENSING,
    "licences": EventClass.EXPORT_LICENSING,
    "license": EventClass.EXPORT_LICENSING,
    "licensing": EventClass.EXPORT_LICENSING,
    "permit": EventClass.EXPORT_LICENSING,
    "quota": EventClass.EXPORT_QUOTA,
    "quotas": EventClass.EXPORT_QUOTA,
    "tax": EventClass.EXPORT_TAX,
    "duty": EventClass.EXPORT_TAX,
    "duties": EventClass.EXPORT_TAX,
    "suspends": EventClass.EXPORT_SUSPENSION,
    "suspended": EventClass.EXPORT_SUSPENSION,
    "suspension": EventClass.EXPORT_SUSPENSION,
    "technology": EventClass.TECHNOLOGY_CONTROL,
    "entities": EventClass.ENTITY_LISTING,
    "tariff": EventClass.IMPORT_RESTRICTION,
    "tariffs": EventClass.IMPORT_RESTRICTION,
    "import": EventClass.IMPORT_RESTRICTION,
    "imports": EventClass.IMPORT_RESTRICTION,
    "dumping": EventClass.IMPORT_RESTRICTION,
    "antidumping": EventClass.IMPORT_RESTRICTION,
    "countervailing": EventClass.IMPORT_RESTRICTION,
    "price": EventClass.PRICE_FLOOR,
    "halt": EventClass.PRODUCTION_HALT,
    "nationalised": EventClass.NATIONALISATION,
    "outage": EventClass.OUTAGE,
    "strike": EventClass.STRIKE,
    "rebels": EventClass.CONFLICT,
    "sanctions": EventClass.SANCTIONS,
    "dispute": EventClass.DISPUTE,
    "memorandum": EventClass.POLICY_SIGNAL,
    "cooperation": EventClass.POLICY_SIGNAL,
    "agreement": EventClass.POLICY_SIGNAL,
}
_WORD = re.compile(r"\w+")
_SPACELESS = ("zh", "ja", "ko")


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind, by their words, or as they stand where a language writes no spaces."""

    by_words: Mapping[tuple[str, ...], tuple[str, ...]]
    spaceless: Mapping[str, tuple[str, ...]]

    def found(self, text: str, words: tuple[str, ...]) -> Iterator[str]:
        """Yield what is named, in the order of the words."""
        longest = max(map(len, self.by_words), default=0)
        for start in range(len(words)):
            for length in range(1, longest + 1):
                yield from self.by_words.get(words[start : start + length], ())
        for name, told in self.spaceless.items():
            if name in text:
                yield from told


class Tagger:
    """Tags by names of the knowledge base, and by one list of words for the class."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._critical = {item.id for item in knowledge.materials.values() if item.critical}
        self._materials = _names((name.text, name.language, name.materials) for name in knowledge.material_names)
        self._places = _names(
            (name.text, name.language, (name.code,)) for name in knowledge.place_names if name.code in knowledge.places
        )

    def judge(self, post: SignalIn) -> Judgement:
        """Return what the words alone say: the first country acts, the others are aimed at, all of it is so."""
        text = f"{post.title} {post.text}".lower()
        words = tuple(_WORD.findall(text))
        materials = tuple(dict.fromkeys(self._materials.found(text, words)))
        codes = tuple(dict.fromkeys(self._places.found(text, words)))
        told = next((CLASS_WORDS[word] for word in words if word in CLASS_WORDS), EventClass.NOT_RELEVANT)
        return Judgement(
            relevant=not self._critical.isdisjoint(materials),
            language=post.language or "en",
            materials=materials,
            places=tuple(
                Place(code=code, role=Role.TARGET if number else Role.ACTOR) for number, code in enumerate(codes)
            ),
            event_classes=(told,),
        )

    def code_of(self, name: str) -> str | None:
        """Return the country of that name."""
        return next(iter(self._places.by_words.get(tuple(_WORD.findall(name.lower())), ())), None)


def _names(rows: Iterator[tuple[str, str, tuple[str, ...]]]) -> Names:
    by_words: dict[tuple[str, ...], tuple[str, ...]] = {}
    spaceless: dict[str, tuple[str, ...]] = {}
    for text, language, told in rows:
        if language in _SPACELESS:
            spaceless[text.lower()] = told
        else:
            by_words.setdefault(tuple(_WORD.findall(text.lower())), told)
    return Names(by_words, spaceless)
