"""From the meaning of a query back to its canonical text."""

import re
from typing import Final

from streams.query.ast import (
    Both,
    Either,
    Everything,
    Never,
    Node,
    Phrase,
    Prefix,
    Present,
    Range,
    Relative,
    Value,
    Words,
)
from streams.query.fields import FIELDS, FieldKind
from streams.query.relative import literal_of
from streams.query.times import DAY_MS, iso_day, iso_instant

_PLAIN_WORD: Final = re.compile(r"\w+")
_PLAIN_VALUE: Final = re.compile(r"\w[\w.+-]*")
_OPERATORS: Final = frozenset(("AND", "OR", "NOT"))


def write(node: Node) -> str:  # noqa: C901, PLR0911 - one return a kind of node
    """Return the text that means this node and no other: `parse(write(node)) == node`.

    It can be longer than the text that was parsed, since a group's field is written before each of its values.
    """
    match node:
        case Everything():
            return "*"
        case Phrase(field, text):
            return _with_field(field, text if _PLAIN_WORD.fullmatch(text) and text not in _OPERATORS else _quoted(text))
        case Words(field, text, gap):
            return _with_field(field, f"{_quoted(text)}~{gap}" if gap else f"={_quoted(text)}")
        case Prefix(field, text):
            return _with_field(field, f"{text}*")
        case Present(field):
            return f"{field}:*"
        case Value(field, value):
            return _with_field(
                field, value if _PLAIN_VALUE.fullmatch(value) and value not in _OPERATORS else _quoted(value)
            )
        case Range():
            return _with_field(node.field, _range(node))
        case Relative(field, operator):
            return _with_field(field, f"{operator}{literal_of(node)}")
        case Both(parts):
            return " AND ".join(map(_grouped, parts))
        case Either(parts):
            return " OR ".join(map(_grouped, parts))
        case Never(part):
            return f"NOT {_grouped(part)}"


def _grouped(node: Node) -> str:
    return f"({write(node)})" if isinstance(node, Both | Either) else write(node)


def _with_field(field: str | None, value: str) -> str:
    return f"{field}:{value}" if field else value


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _range(node: Range) -> str:
    opening, closing = "[" if node.low_included else "{", "]" if node.high_included else "}"
    is_time = FIELDS[node.field].kind is FieldKind.TIME
    # A day begins at its first millisecond: `[day` and `day}` say just that, `{day` and `day]` mean its end.
    low = _bound(node.low, is_time=is_time, as_day=node.low_included)
    high = _bound(node.high, is_time=is_time, as_day=not node.high_included)
    return f"{opening}{low} TO {high}{closing}"


def _bound(value: float | None, *, is_time: bool, as_day: bool) -> str:
    if value is None:
        return "*"
    if not is_time:
        return repr(float(value)).removesuffix(".0")
    return iso_day(value) if as_day and value % DAY_MS == 0 else iso_instant(value)
