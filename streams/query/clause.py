"""One clause of a query: words, a value, a comparison or a range, read by the kind of its field."""

import math
import re
from typing import Final

from streams.errors import InvalidInput
from streams.query.ast import Both, Phrase, Range, Relative, Value
from streams.query.fields import Field, FieldKind
from streams.query.relative import relative_of
from streams.query.times import period_of
from streams.text.analyse import alternatives

_COMPARISON: Final = re.compile(r"(>=|<=|>|<)?(.*)", re.DOTALL)
_NUMBER: Final = re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII)
_NEAR: Final = re.compile(r"[~^]\d*\Z")
_SHOWN_LETTERS: Final = 40


def clause(field: Field | None, written: str, *, position: int, quoted: bool) -> Phrase | Value | Range | Relative:
    """Return the meaning of what stands after a field, or alone; InvalidInput names the position and the field."""
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


def range_clause(field: Field, written: tuple[str, ...], *, position: int) -> Range | Relative | Both:
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
        raise _error(f"`{field.name}:*` (any value) is not supported.", position, field)
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
    if "*" in written:
        any_value = f"`{field.name}:*` (any value)" if field and written == "*" else "A prefix (word*)"
        raise _error(f"{any_value} is not supported.", position + written.index("*"), field)
    if words and (near := _NEAR.search(written)):
        raise _error("`~` (words near each other) and `^` are not supported.", position + near.start(), field)
    if written.startswith("="):
        raise _error('`="exact"` is not supported.', position, field)


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
    number = float(literal) if _NUMBER.fullmatch(literal) else math.nan
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
