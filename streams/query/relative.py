"""Times counted from now: `now-7d` is an instant, `<30d` the next thirty days; resolved when somebody asks."""

import re
from typing import Final

from streams.query.ast import Both, Either, Never, Node, Range, Relative
from streams.query.times import DAY_MS

UNITS_MS: Final = {
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": DAY_MS,
    "w": 7 * DAY_MS,
    "M": 30 * DAY_MS,
    "y": 365 * DAY_MS,
}
"""A month counts 30 days and a year 365: who means the calendar's writes its dates."""

MAX_DIGITS: Final = 5
_WRITTEN: Final = re.compile(rf"(now)?(?:([+-]?)(\d{{1,{MAX_DIGITS}}})([smhdwMy]))?", re.ASCII)


def relative_of(field: str, operator: str, literal: str) -> Relative | None:
    """Return the meaning of `now`, `now-7d` or `30d` behind an operator; null for anything else."""
    found = _WRITTEN.fullmatch(literal)
    if found is None or not literal:
        return None
    from_now, sign, digits, unit = found.groups()
    if from_now and digits and not sign:
        return None
    amount = int(digits or 0) * (-1 if sign == "-" else 1)
    return Relative(field, operator, amount, unit or "d", exact=bool(from_now))


def literal_of(node: Relative) -> str:
    """Return how the time is written."""
    if node.exact:
        return f"now{node.amount:+d}{node.unit}" if node.amount else "now"
    return f"{node.amount}{node.unit}"


def resolved(node: Node, now_ms: int) -> Node:
    """Return the query with every time that is counted from now in its place."""
    match node:
        case Relative():
            return range_of(node, now_ms)
        case Both(parts):
            return Both(tuple(resolved(part, now_ms) for part in parts))
        case Either(parts):
            return Either(tuple(resolved(part, now_ms) for part in parts))
        case Never(part):
            return Never(resolved(part, now_ms))
        case _:
            return node


def range_of(node: Relative, now_ms: int) -> Range:
    """Return the range as of now.

    `<30d` begins today: what is over is not within the next thirty days. `>-7d` likewise ends today.
    """
    shift = node.amount * UNITS_MS[node.unit]
    if node.exact:
        return _side(node, now_ms + shift)
    today = now_ms - now_ms % DAY_MS
    if node.operator.startswith("<"):
        begins = today if node.amount >= 0 else None
        return Range(node.field, begins, today + shift + DAY_MS, low_included=True, high_included=False)
    ends = today + DAY_MS if node.amount < 0 else None
    return Range(node.field, today + shift, ends, low_included=True, high_included=False)


def _side(node: Relative, at: int) -> Range:
    included = node.operator.endswith("=")
    if node.operator.startswith("<"):
        return Range(node.field, None, at, low_included=True, high_included=included)
    return Range(node.field, at, None, low_included=included, high_included=True)
