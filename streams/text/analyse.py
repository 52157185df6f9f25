"""From text to tokens: the folded surface and the stem of every word, and where it stands in the text."""

import unicodedata
from array import array
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from types import MappingProxyType
from typing import Final

import Stemmer

from streams.text.script import MAX_TOKEN_LETTERS, is_character, words

ANALYSER_VERSION: Final = 1
"""Part of the name of every index and of every rule set: tokens of two versions are never compared."""

STEMMERS: Final = MappingProxyType(
    {
        "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish",
        "et": "estonian", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian",
        "it": "italian", "lt": "lithuanian", "nl": "dutch", "pl": "polish", "pt": "portuguese",
        "ro": "romanian", "ru": "russian", "sv": "swedish",
    }
)  # fmt: skip
"""ISO 639-1 -> Snowball's name: languages of the Union in Snowball 3.1, Indonesian (nickel) and Russian (palladium)."""

LANGUAGES: Final = tuple(STEMMERS)
UNSTEMMED: Final = "und"
"""The language of a stem that is the surface itself."""

_MEMO_LETTERS: Final = 16_000
_MAX_KNOWN: Final = 65_536
_STRIPPED_SCRIPTS: Final = ("LATIN", "GREEK")


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words of a text in order: `x` surfaces, `s` stems (`en:licenc`), both of one length.

    `spans` holds start and end of each word in the text as it was given: start, end, start, end, ... Where the stems are
    `enough`, whoever looks for plain surfaces finds each by its stem: no accent was lost that the stemmer had seen.
    """

    x: tuple[str, ...]
    s: tuple[str, ...]
    spans: "array[int]"
    enough: bool = False

    def span(self, index: int, length: int = 1) -> tuple[int, int]:
        """Return where the `length` words from `index` stand in the text."""
        return self.spans[2 * index], self.spans[2 * (index + length) - 1]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Every way a phrase may stand in a text: its surfaces, or its stems in one language.

    Where `plain`, its words are their surfaces: in a text whose stems are enough, its stems stand wherever its surfaces do.
    """

    x: tuple[str, ...]
    s: tuple[tuple[str, ...], ...]
    plain: bool = False


def analyse(text: str, language: str) -> Tokens:
    """Return the tokens of a text in a language (ISO 639, `pt-BR` counts as `pt`); total on any text.

    Tokens are derived and never stored: whoever needs them calls this, and recent short texts are remembered.
    """
    primary = language.replace("_", "-").partition("-")[0].lower()
    served = primary if primary in STEMMERS else UNSTEMMED
    return _remembered(text, served) if len(text) <= _MEMO_LETTERS else _analysed(text, served)


@lru_cache(maxsize=1_024)
def alternatives(phrase: str) -> Alternatives:
    """Return what a word or phrase of a query is compared with; `x` is empty when it holds no letter and no digit."""
    x = analyse(phrase, UNSTEMMED).x
    if all(len(word) == 1 and is_character(word) for word in x):  # no stemmer touches them: `x` says it all
        return Alternatives(x, ())
    stems = tuple(analyse(phrase, language).s for language in LANGUAGES)
    return Alternatives(x, stems, plain=tuple(filter(None, map(_folded, words(phrase)[0]))) == x)


def _analysed(text: str, language: str) -> Tokens:
    found, bounds = words(text)
    known = _known(language)
    told = [known[word] for word in found]
    surfaces, stems, enough = zip(*told, strict=True) if told else ((), (), ())
    if not all(surfaces):
        kept = [at for at, surface in enumerate(surfaces) if surface]
        surfaces, stems = tuple(surfaces[at] for at in kept), tuple(stems[at] for at in kept)
        bounds = array("I", chain.from_iterable(bounds[2 * at : 2 * at + 2] for at in kept))
    return Tokens(surfaces, stems, bounds, enough=all(enough))


_remembered = lru_cache(maxsize=1_024)(_analysed)


class _Known(dict[str, tuple[str, str, bool]]):
    """Word -> its surface, its stem in one language, and whether that is the surface's stem too; worked out when first met.

    The surface of marks alone is empty.
    """

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language

    def __missing__(self, word: str) -> tuple[str, str, bool]:
        if len(self) >= _MAX_KNOWN:  # hostile text shall not fill the memory; what is common is soon known again
            self.clear()
        found = self[word] = _word(word, self._language)
        return found


_known = cache(_Known)


def _word(word: str, language: str) -> tuple[str, str, bool]:
    folded = _folded(word)
    surface = _stripped(folded)
    if language == UNSTEMMED:
        return surface, f"{UNSTEMMED}:{surface}", False
    # Snowball wants its accents, so they go after stemming.
    stem = _stem(folded, language) or surface
    return surface, f"{language}:{stem}", folded == surface or stem == (_stem(surface, language) or surface)


def _stem(word: str, language: str) -> str:
    return _stripped(_stemmer(language).stemWord(word))


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", word).casefold())
    # Compatibility forms bring parentheses, slashes and spaces; a token never holds what splits tokens.
    return "".join(char for char in folded if char.isalnum() or unicodedata.category(char)[0] == "M")[
        :MAX_TOKEN_LETTERS
    ]


def _stripped(word: str) -> str:
    """Drop the marks of Latin and Greek letters alone: on a kana the mark is another consonant."""
    if word.isascii():
        return word
    kept: list[str] = []
    bare = True
    for char in unicodedata.normalize("NFD", word):
        if unicodedata.category(char)[0] != "M":
            bare = unicodedata.name(char, "").startswith(_STRIPPED_SCRIPTS)
        elif bare:
            continue
        kept.append(char)
    return unicodedata.normalize("NFC", "".join(kept))[:MAX_TOKEN_LETTERS]


@cache
def _stemmer(language: str) -> Stemmer.Stemmer:
    # Without a cache of its own a stemmer runs in one C call, so threads can share it.
    return Stemmer.Stemmer(STEMMERS[language], 0)
