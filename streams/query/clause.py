"""One clause of a query: words, a value, a beginning, a comparison or a range, read by the kind of its field."""

import math
import re
from typing import Final

from streams.errors import InvalidInput
from streams.query.ast import Both, Node, Phrase, Prefix, Present, Range, Relative, Value, Words
from streams.query.fields import Field, FieldKind
from streams.query.near import largest_gap
from streams.query.prefix import MAX_PREFIX_LETTERS
from streams.query.relative import relative_of
from streams.query.times import period_of
from streams.text.analyse import alternatives
from streams.text.script import is_character

_COMPARISON: Final = re.compile(r"(>=|<=|>|<)?(.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII)
_NEAR: Final = re.compile(r"[~^]\d*\Z")
_SHOWN_LETTERS: Final = 40


def clause(field: Field | None, written: str, *, position: int, quoted: bool) -> Node:
    """Return the meaning of what stands after a field, or alone; InvalidInput names the position and the field."""
    if not quoted and "*" in written:
        return _begins(field, written, position)
    if not quoted:
        _refuse_unsupported(field, written, position)
    if field is None or field.kind is FieldKind.TEXT:
        return _phrase(field, written, position)
    if field.kind is FieldKind.KEYWORD:
        return _value(field, written, position, quoted=quoted)
    operator, literal = ("", written) if quoted else _COMPARISON.fullmatch(written).groups("")  # type: ignore[union-attr] # matches all
    if field.kind is FieldKind.TIME and (counted := relative_of(field.name, operator, literal)):
        if not operator:
            raise _error(
                f"A time counted from now stands behind <, <=, > or >=: `{field.name}:<{literal}`.", position, field
            )
        return counted
    return _compared(field, operator, _period(field, literal, position))


def exact_clause(field: Field | None, written: str, *, position: int) -> Node:
    """Return the meaning of what stands after `=`: words in this form and no other; a value is always compared whole."""
    if field is None or field.kind is FieldKind.TEXT:
        return near_clause(field, written, 0, position=position)
    return clause(field, written, position=position, quoted=True)


def near_clause(field: Field | None, written: str, gap: int, *, position: int) -> Words:
    """Return words that stand near each other; InvalidInput for a value, and for more words between than are allowed."""
    if field is not None and field.kind is not FieldKind.TEXT:
        raise _error(f"`~{gap}` stands behind words; `{field.name}` has values.", position, field)
    count = len(alternatives(_phrase(field, written, position).text).x)
    if gap > (allowed := largest_gap(count)):
        raise _error(
            f"Between {count} words at most {allowed} others may stand, not {_shown(str(gap))}.", position, field
        )
    return Words(field.name if field else None, written, gap)


def range_clause(field: Field, written: tuple[str, ...], *, position: int) -> Range | Relative | Both | Present:
    """Return the range of an opening bracket, a low and a high literal, and a closing bracket."""
    opening, low_text, high_text, closing = written
    if field.kind is FieldKind.TIME and (counted := _counted(field, written)):
        open_ends = [
            range_clause(field, (opening, low, high, closing), position=position)
            for low, high in ((low_text, "*"), ("*", high_text))
            if {low, high} != {"*"} and not relative_of(field.name, "", (low + high).strip("*"))
        ]
        return counted[0] if len(counted) == 1 and not open_ends else Both((*counted, *open_ends))
    if low_text == high_text == "*":
        return Present(field.name)
    low, low_included = (None, True) if low_text == "*" else _low(
        _period(field, low_text.strip('"'), position), included=opening == "["
    )  # fmt: skip
    high, high_included = (None, True) if high_text == "*" else _high(
        _period(field, high_text.strip('"'), position), included=closing == "]"
    )  # fmt: skip
    if low is not None and high is not None and low > high:
        raise _error("The range ends before it begins.", position, field)
    return Range(field.name, low, high, low_included, high_included)


def _counted(field: Field, written: tuple[str, ...]) -> list[Relative]:
    """Return the ends of a range that are counted from now."""
    opening, low_text, high_text, closing = written
    ends = (
        relative_of(field.name, ">=" if opening == "[" else ">", low_text),
        relative_of(field.name, "<=" if closing == "]" else "<", high_text),
    )
    return [end for end in ends if end]


def _refuse_unsupported(field: Field | None, written: str, position: int) -> None:
    words = field is None or field.kind is FieldKind.TEXT
    if words and (near := _NEAR.search(written)):
        raise _error(
            '`~n` stands behind words in quotes (`"a b"~3`); fuzzy words and `^` are not offered.',
            position + near.start(),
            field,
        )


def _begins(field: Field | None, written: str, position: int) -> Prefix | Words | Present:
    """Return the meaning of `*` after a field or at the end of a word; it stands nowhere else."""
    if field and written == "*":
        return Present(field.name)
    start = written.removesuffix("*")
    if "*" in start or not start:
        raise _error("`*` stands at the end of a word: `magn*`.", position + written.index("*"), field)
    if field and field.kind in (FieldKind.NUMBER, FieldKind.TIME):
        raise _error(
            f"`{field.name}` is compared by size: it has no beginning to look for.", position + len(start), field
        )
    if len(start) > MAX_PREFIX_LETTERS:
        raise _error(f"A beginning has at most {MAX_PREFIX_LETTERS} letters.", position, field)
    if field and field.kind is FieldKind.KEYWORD:
        return Prefix(field.name, _value(field, start, position, quoted=False).value)
    tokens = alternatives(_phrase(field, start, position).text).x
    name = field.name if field else None
    if all(len(word) == 1 and is_character(word) for word in tokens):  # a character is whole: it begins nothing longer
        return Words(name, start)
    if len(tokens) > 1:
        raise _error(f"`{_shown(start)}` is {len(tokens)} words: `*` asks how one begins.", position, field)
    return Prefix(name, start)


def _phrase(field: Field | None, written: str, position: int) -> Phrase:
    if not alternatives(written).x:
        raise _error(f"`{_shown(written)}` holds no letter and no digit to search for.", position, field)
    return Phrase(field.name if field else None, written)


def _value(field: Field, written: str, position: int, *, quoted: bool) -> Value:
    if not written:
        raise _error(f"`{field.name}` needs a value.", position, field)
    if not quoted and written.startswith((">", "<")):
        raise _error(
            f"`{field.name}` has no order: numbers and times are compared, values are equal or not.", position, field
        )
    return Value(field.name, written)


def _period(field: Field, literal: str, position: int) -> tuple[float, float]:
    """Return where a number or time begins and where it ends; both are one unless it is a day."""
    if field.kind is FieldKind.TIME:
        try:
            return period_of(literal)
        except ValueError as exc:
            wanted = "a year (2026), a month (2026-07), a day (2026-07-03) or an instant (2026-07-03T10:00:00Z)"
            raise _error(f"`{field.name}` takes {wanted}, not `{_shown(literal)}`.", position, field) from exc
    number = float(literal) + 0.0 if _NUMBER.fullmatch(literal) else math.nan  # -0 is 0
    if not math.isfinite(number):
        raise _error(f"`{field.name}` takes a number, not `{_shown(literal)}`.", position, field)
    return number, number


def _compared(field: Field, operator: str, period: tuple[float, float]) -> Range:
    low, high, low_included, high_included = None, None, True, True
    if operator in ("", ">=", ">"):
        low, low_included = _low(period, included=operator != ">")
    if operator in ("", "<=", "<"):
        high, high_included = _high(period, included=operator != "<")
    return Range(field.name, low, high, low_included, high_included)


def _low(period: tuple[float, float], *, included: bool) -> tuple[float, bool]:
    first, after = period
    return (first, included) if first == after else (first if included else after, True)


def _high(period: tuple[float, float], *, included: bool) -> tuple[float, bool]:
    first, after = period
    return (first, included) if first == after else (after if included else first, False)


def _shown(written: str) -> str:
    return written if len(written) <= _SHOWN_LETTERS else f"{written[:_SHOWN_LETTERS]}…"


def _error(text: str, position: int, field: Field | None) -> InvalidInput:
    return InvalidInput(text, position=position, field=field.name if field else None)
