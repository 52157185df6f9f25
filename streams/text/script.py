"""Which script a letter is of, and where one word of a text ends and the next begins."""

import re
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from itertools import chain, compress, pairwise
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

_PLAIN: Final = bytes(chr(code).isascii() and chr(code).isalnum() for code in range(256))
"""1 for what belongs to a word, in a text that is ASCII throughout: all its letters are of one alphabet."""

_PLAIN_GAPS: Final = bytes(code if _PLAIN[code] else ord(_BREAK) for code in range(256))

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
        found, bounds = _plain_words(text)
        if max(map(len, found), default=0) <= MAX_TOKEN_LETTERS:
            return found, bounds
    bounds = array("I", chain.from_iterable(_segments(text)))
    return [text[start:end] for start, end in zip(bounds[0::2], bounds[1::2], strict=True)], bounds


def _plain_words(text: str) -> tuple[list[str], "array[int]"]:
    """Return words and bounds in a few passes at the speed of C: most reports are English, and most letters plain."""
    raw = text.encode()
    marks, size = raw.translate(_PLAIN), len(raw) + 1
    # A word begins and ends where a letter's mark differs from its neighbour's: the marks as one number, xor-ed with itself.
    edges = int.from_bytes(marks + b"\0") ^ int.from_bytes(marks)
    found, bounds = raw.translate(_PLAIN_GAPS).decode().split(), array("I", compress(range(size), edges.to_bytes(size)))
    for at in sorted(set(_dropped(text, found, bounds)), reverse=True) if _APOSTROPHE in text else ():
        del found[at], bounds[2 * at : 2 * at + 2]
    return found, bounds


def _dropped(text: str, found: Sequence[str], bounds: "array[int]") -> Iterator[int]:
    """Give the places of the words that an apostrophe makes none: the article before it, the s behind."""
    for at, end in enumerate(bounds[1:-1:2]):
        if bounds[2 * at + 2] == end + 1 and text[end] == _APOSTROPHE:
            if found[at + 1][0].isalpha() and found[at].lower() in _ELISIONS:
                yield at
            if found[at + 1] in "sS":
                yield at + 1


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
