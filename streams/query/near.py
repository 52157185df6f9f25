"""Words near each other: in order, with so many others between them in all."""

from collections.abc import Iterator
from itertools import accumulate, combinations_with_replacement
from math import comb
from typing import Final

MAX_GAP: Final = 16
"""Words that may stand between; two parts of one field lie further apart in every index."""

MAX_ARRANGEMENTS: Final = 256
"""Ways in which words may stand: an index without ordered nearness is asked for each."""


def largest_gap(words: int) -> int:
    """Return how many others may stand between so many words: 16 between two or three, then fewer."""
    return next((gap for gap in range(MAX_GAP, 0, -1) if _count(words, gap) <= MAX_ARRANGEMENTS), 0)


def further_clauses(words: int, gap: int) -> int:
    """Return for how many clauses beside itself it counts: one for every 16 arrangements.

    Measured: an index is asked for 20,000 of them in half a second.
    """
    return _count(words, gap) // 16


def arrangements(words: int, gap: int) -> Iterator[tuple[int, ...]]:
    """Yield the places, from 0, that the words may have with at most `gap` others between them in all."""
    for cuts in combinations_with_replacement(range(words), gap):
        # Each other word stands before the word of its cut; those before the first (0) are not between.
        yield tuple(accumulate((1 + cuts.count(word) for word in range(1, words)), initial=0))


def _count(words: int, gap: int) -> int:
    return comb(gap + words - 1, words - 1) if words else 0
