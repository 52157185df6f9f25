"""Which measures a report is for: those that it names, and those that the acts it names act upon.

Who extends a suspension names the act that suspended, and not the measures that it suspends: the reports of that act say which
they are. A report that comes first is led on when they come, so the order of reports changes nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Final

MAX_MEASURES: Final = 60
"""Measures that one report is led to; a list of all acts of a decade is no news of each of them."""


class Acts:
    """Which act acts upon which, and which reports name each: derived from what is remembered of the reports."""

    def __init__(self) -> None:
        self._upon: dict[str, dict[str, int]] = {}
        self._by: dict[str, dict[str, int]] = {}
        self._named: dict[str, dict[str, None]] = {}

    def put(self, signal_id: str, named: Iterable[str], edges: Iterable[tuple[str, str]]) -> None:
        """Take note of what a report names and of what it says acts upon what."""
        for ref in named:
            self._named.setdefault(ref, {})[signal_id] = None
        for one, other in edges:
            for table, key, value in ((self._upon, one, other), (self._by, other, one)):
                counts = table.setdefault(key, {})
                counts[value] = counts.get(value, 0) + 1

    def drop(self, signal_id: str, named: Iterable[str], edges: Iterable[tuple[str, str]]) -> None:
        """Forget what an earlier version of a report said."""
        for ref in named:
            self._named.get(ref, {}).pop(signal_id, None)
        for one, other in edges:
            for table, key, value in ((self._upon, one, other), (self._by, other, one)):
                counts = table[key]
                counts[value] -= 1
                if not counts[value]:
                    del counts[value]

    def reached(self, named: Iterable[str], edges: Iterable[tuple[str, str]] = ()) -> tuple[str, ...]:
        """Return the measures that a report of these is for, in the order in which they are reached."""
        own: dict[str, dict[str, int]] = {}
        for one, other in edges:
            own.setdefault(one, {})[other] = 1
        return _walk(named, (self._upon, own))

    def led_on(self, edges: Iterable[tuple[str, str]]) -> dict[str, None]:
        """Return the reports for whose acts these edges open a way, other than by what they say themselves."""
        before = _walk([one for one, _ in edges], (self._by,))
        return {signal_id: None for ref in before for signal_id in self._named.get(ref, {})}


def _walk(starts: Iterable[str], tables: Iterable[Mapping[str, Mapping[str, int]]]) -> tuple[str, ...]:
    seen, queue = dict.fromkeys(starts), list(dict.fromkeys(starts))
    while queue and len(seen) < MAX_MEASURES:
        ref = queue.pop(0)
        for other in (other for table in tables for other in table.get(ref, {})):
            if other not in seen:
                seen[other] = None
                queue.append(other)
    return tuple(seen)[:MAX_MEASURES]
