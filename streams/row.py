"""Which of the records that came follow each other without a gap from where a group is."""

from collections.abc import Iterable
from typing import Protocol, TypeVar


class Placed(Protocol):
    """What stands somewhere in a partition."""

    @property
    def offset(self) -> int: ...  # noqa: D102 - the class says what it is


P = TypeVar("P", bound=Placed)


def in_row(came: Iterable[P], start: int) -> tuple[list[P], bool]:
    """Return what follows from `start` without a gap, each once, and whether more came that lies behind one.

    A rebalance can lose records on their way to us, or bring them twice. What is behind a gap must not be taken: who
    commits its place says that all before it was.
    """
    row: list[P] = []
    expected, furthest = start, start - 1
    for one in came:
        furthest = max(furthest, one.offset)
        if one.offset == expected:
            row.append(one)
            expected += 1
    return row, furthest >= expected
