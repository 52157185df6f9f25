"""Which script a letter is of, and where one word of a text ends and the next begins."""

import re
import unicodedata
from array import array
from collections.abc import Iterator
from itertools import accumulate, chain, pairwise
from typing import Final

MAX_TOKEN_LETTERS: Final = 64

_BREAK, _APOSTROPHE, _DIGIT, _MARK, _CHARACTER, _OTHER = " ", "'", "0", "m", "#", "X"
_ALPHABETS: Final = {
    "LATIN": "L", "GREEK": "G", "CYRILLIC": "C", "ARMENIAN": "M", "GEORGIAN": "K", "HEBREW": "H", "ARABIC": "A",
    "DEVANAGARI": "D", "BENGALI": "B", "TAMIL": "T", "THAI": "I", "ETHIOPIC": "E",
}  # fmt: skip
"""Alphabets told apart by a letter each; the few others share one, and are split from these but not from each other."""

_LETTERS: Final = frozenset((*_ALPHABETS.values(), _OTHER))

_CHARACTER_SCRIPTS: Final = frozenset(
    ("CJK", "IDEOGRAPHIC", "KANGXI", "BOPOMOFO", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL")
)
_APOSTROPHES: Final = "'\u2018\u2019\u02bc\uff07"
_MAX_KNOWN: Final = 65_536
"""Unicode has 1.1 million code points; hostile text shall not fill the memory with them."""


def _is_mark(char: str) -> bool:
    # Halfwidth voiced sound marks, conjoining Hangul vowels and finals are letters to Unicode that complete another.
    return (
        unicodedata.category(char)[0] == "M"
        or char in "\uff9e\uff9f"
        or "\u1160" <= char <= "\u11ff"
        or "\ud7b0" <= char <= "\ud7fb"
    )


def _class_of(char: str) -> str:
    if _is_mark(char):
        return _MARK
    if char in _APOSTROPHES:
        return _APOSTROPHE
    if not char.isalnum():
        return _BREAK
    compatible = next(filter(str.isalnum, unicodedata.normalize("NFKC", char)), char)
    script = unicodedata.name(compatible, "").partition(" ")[0]
    if script in _CHARACTER_SCRIPTS:
        return _CHARACTER
    if unicodedata.category(compatible)[0] == "N":
        return _DIGIT
    return _ALPHABETS.get(script, _OTHER)


class _Classes(dict[int, str]):
    """Code point -> the letter of its class, worked out when first met."""

    def __missing__(self, code: int) -> str:
        found = _class_of(chr(code))
        if len(self) < _MAX_KNOWN:
            self[code] = found
        return found


_CLASSES: Final = _Classes()

# A word is of one alphabet, with digits anywhere (2B001, Ga2O3); Chinese, Japanese and Korean go by the character.
# The apostrophe that touches its end is taken along: it decides what is dropped.
_WORD: Final = re.compile(
    "(?! )(?:{})'?".format(
        "|".join(
            (
                *(f"(?:0[0m]*)?{alphabet}[{alphabet}0m]*" for alphabet in (*_ALPHABETS.values(), _OTHER)),
                "0[0m]*",
                f"#m{{0,{MAX_TOKEN_LETTERS - 1}}}",
            )
        )
    )
)

_PLAIN_GAP: Final = re.compile("([^A-Za-z0-9]+)")
"""What stands between words of a text that is ASCII throughout: all its letters are of one alphabet."""

_ELISIONS: Final = frozenset(
    (
        *("c", "d", "j", "l", "m", "n", "s", "t", "v", "gl"),
        *("qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "quelqu"),
        *("un", "all", "dall", "dell", "nell", "sull", "coll", "agl", "dagl", "degl", "negl", "sugl"),
        *("bell", "quell", "quest", "sant", "tutt", "anch"),
    )
)
"""What French and Italian put before a vowel. A query has no language, so neither has the rule that drops them."""


def words(text: str) -> tuple[list[str], "array[int]"]:
    """Return the words of the text in order, and start and end of each: start, end, start, end, ...; total on any text.

    None is longer than `MAX_TOKEN_LETTERS`. The possessive 's is no word, and neither is an elided article (l'export,
    dell'industria).
    """
    if text.isascii():
        pieces = _PLAIN_GAP.split(text)
        if max(map(len, pieces[0::2])) <= MAX_TOKEN_LETTERS:
            return _plain_words(pieces)
    bounds = array("I", chain.from_iterable(_segments(text)))
    return [text[start:end] for start, end in zip(bounds[0::2], bounds[1::2], strict=True)], bounds


def _plain_words(pieces: list[str]) -> tuple[list[str], "array[int]"]:
    """Return words and bounds of what was cut into word, gap, word, gap, ..., word; only the outermost can be empty."""
    bounds = array("I", (0, *accumulate(map(len, pieces))))
    dropped = set(_dropped(pieces)) if _APOSTROPHE in pieces else set()
    dropped.update(at for at in (0, len(pieces) - 1) if not pieces[at])
    if dropped:
        for at in sorted(dropped, reverse=True):
            del bounds[at : at + 2]
        return [piece for at, piece in enumerate(pieces) if not at % 2 and at not in dropped], bounds
    return pieces[0::2], bounds


def _dropped(pieces: list[str]) -> Iterator[int]:
    for gap in range(1, len(pieces), 2):
        if pieces[gap] == _APOSTROPHE:
            before, behind = pieces[gap - 1], pieces[gap + 1]
            if behind[:1].isalpha() and before.lower() in _ELISIONS:
                yield gap - 1
            if before and behind and behind in "sS":
                yield gap + 1


def _segments(text: str) -> Iterator[tuple[int, int]]:
    classes = text.translate(_CLASSES)
    after_apostrophe = -1
    for match in _WORD.finditer(classes):
        start, end = match.span()
        if classes[end - 1] == _APOSTROPHE:
            end -= 1
            elided = classes[end + 1 : end + 2] in _LETTERS and text[start:end].lower() in _ELISIONS
            possessive, after_apostrophe = start == after_apostrophe, end + 1
        else:
            elided, possessive = False, start == after_apostrophe
        if elided or (possessive and text[start:end] in "sS"):
            continue
        if end - start <= MAX_TOKEN_LETTERS:
            yield start, end
        else:
            yield from pairwise((*range(start, end, MAX_TOKEN_LETTERS), end))


def is_character(char: str) -> bool:
    """Tell whether the letter is a word by itself, as Chinese, Japanese and Korean ones are."""
    return _CLASSES[ord(char)] == _CHARACTER
