"""The amounts that a report gives: a number, its unit, and the material where the sentence names one."""

import re
from collections.abc import Iterator
from itertools import islice

from schemas.signal import Quantity
from streams.stages.enrich import Enriched, Named, Part

MAX_QUANTITIES = 12
"""Amounts a judgement carries at most; a table of a hundred needs no hundred."""

_MAX_FOUND = 3 * MAX_QUANTITIES
_MAX_READ_LETTERS = 20_000
_GROUP = 3
_NEAR = 30
"""Letters from an amount to the material that it is of: `20,000 tonnes of cobalt`."""

_UNITS = {
    unit: words.split("|")
    for unit, words in {
        "t": "tonne|tonnes|ton|tons|metric ton|metric tons|metric tonnes|mt|t|tonnen|tonelada|toneladas|tonnellate|ton."
        "|\u5428|\u0442|\u0442\u043e\u043d\u043d|\u0442\u043e\u043d\u043d\u044b|\u0442\u043e\u043d\u043d\u0430",
        "kg": "kg|kgs|kilo|kilos|kilogram|kilograms|kilogramme|kilogrammes|\u516c\u65a4|\u5343\u514b|\u043a\u0433",
        "lb": "lb|lbs|pound|pounds",
        "oz": "oz|ounce|ounces|troy ounce|troy ounces",
        "short ton": "short ton|short tons",
        "%": "%|\uff05|percent|per cent|pct|prozent|pour cent|por ciento|por cento|per cento"
        "|\u043f\u0440\u043e\u0446\u0435\u043d\u0442\u043e\u0432",
    }.items()
}
_SCALES = {
    1e3: ("thousand", "tausend", "mille", "mila", "mil", "tys.", "tys", "\u0442\u044b\u0441.", "\u0442\u044b\u0441", "\u5343"),
    1e4: ("\u4e07",),
    1e6: (
        "million", "millions", "mln", "mio.", "mio", "millionen", "millones", "milh\u00f5es", "milioni", "m",
        "\u043c\u043b\u043d",
    ),
    1e8: ("\u4ebf",),
    1e9: ("billion", "bln", "bn", "milliarden", "milliards", "mrd"),
}  # fmt: skip
_SCALE_OF = {word: scale for scale, words in _SCALES.items() for word in words}
_UNIT_OF = {word: (unit, 1.0) for unit, words in _UNITS.items() for word in words} | {"kt": ("t", 1e3)}
_MILLION_TONNES = "Mt"
_DECIMAL_COMMA = frozenset(("de", "es", "fr", "it", "nl", "pl", "pt", "ru"))
_WORD = r"[^\W\d_\u3000-\u9fff]+\.?|[%\uff05]|[\u4e07\u4ebf\u5343](?!\u514b)|\u5428|\u516c\u65a4|\u5343\u514b"
# A number is read once, though no word follows: tried again at each of its groups, a long one would take quadratic time.
_AMOUNT = re.compile(
    r"(?<![A-Za-z0-9.,/-])((?>[0-9]+(?:[.,][0-9]+|[ \u00a0][0-9]{3}(?![0-9]))*))"
    rf"(?:[ -]?({_WORD})(?:[ -]?({_WORD}))?(?: ({_WORD}))?)?"
)
_UNIT_WORDS = frozenset(word for words in _UNITS.values() for word in words) | {"kt", "metric", "cent"}
_GLUED = re.compile(r"[0-9] ?(?:[%\uff05t]|k[gt]|lb|oz|Mt)")
_NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def quantities(enriched: Enriched) -> tuple[Quantity, ...]:
    """Return the amounts in the order of title and text, each once; linear in the text and bounded."""
    found = (item for part in enriched.parts for item in _amounts(part, enriched.report.language))
    return tuple(dict.fromkeys(islice(found, _MAX_FOUND)))[:MAX_QUANTITIES]


def _amounts(part: Part, language: str) -> Iterator[Quantity]:
    text = part.text
    if _UNIT_WORDS.isdisjoint(part.tokens.x) and not _GLUED.search(text, 0, _MAX_READ_LETTERS):
        return  # most reports give no amount, and to see that is ten times as fast as to try every number
    for match in _AMOUNT.finditer(text, 0, _MAX_READ_LETTERS):
        number, *words = match.groups(default="")
        measured = _unit(words)
        value = _value(number, comma=language in _DECIMAL_COMMA) if measured else None
        if measured is not None and value is not None:
            unit, scale = measured
            yield Quantity(value=round(value * scale, 6), unit=unit, material=_material(part, match))


def _unit(words: list[str]) -> tuple[str, float] | None:
    """Return unit and factor of the words behind a number: `thousand tonnes`, `metric tons`, `Mt`."""
    factor, rest = 1.0, words
    scale = _SCALE_OF.get(words[0].lower())
    if scale is not None and words[1]:
        factor, rest = scale, words[1:]
    if rest[0] == _MILLION_TONNES:
        return "t", factor * 1e6
    spoken = [word.lower() for word in rest]
    unit = _UNIT_OF.get(" ".join(spoken[:2])) or _UNIT_OF.get(spoken[0]) or _UNIT_OF.get(spoken[0].rstrip("."))
    return (unit[0], unit[1] * factor) if unit else None


def _value(number: str, *, comma: bool) -> float | None:
    """Return the number; in languages that write 1.500,5 the point divides thousands, else the comma does."""
    point, thousands = (",", ".") if comma else (".", ",")
    groups = number.replace("\u00a0", " ").split(" ")
    # "in 2025 300 tonnes": a group of more than three digits is a number of its own.
    digits = "".join(groups) if len(groups[0]) <= _GROUP else groups[-1]
    plain = digits.replace(thousands, "").replace(point, ".")
    return float(plain) if _NUMBER.fullmatch(plain) else None


def _material(part: Part, match: re.Match[str]) -> str | None:
    """Return the one material of the sentence, or the one right behind the amount."""
    sentence = part.sentence_at(match.start())
    named = [
        (item.start, item.values[0])
        for item in part.mentions
        if item.named is Named.MATERIAL and len(item.values) == 1 and part.sentence_at(item.start) == sentence
    ]
    if len({value for _, value in named}) == 1:
        return named[0][1]
    near = (value for start, value in named if 0 <= start - match.end(1) <= _NEAR)
    return next(near, None)
