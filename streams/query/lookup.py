"""Finds names by how they begin, also with a typing mistake in them: bounded, and the same answer every time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from streams.text.analyse import UNSTEMMED, analyse
from streams.text.script import is_character

T = TypeVar("T")

MAX_LETTERS: Final = 64
_COMPARED: Final = 200
"""Names most like the typed one that are compared letter by letter."""
_MOST_BEGINNINGS: Final = 2_000


class Found(NamedTuple, Generic[T]):
    """What a name stands for: better ranks are smaller.

    0 the name itself, 1 it begins so, 2 a later word of it does; with one mistake 3 the name and 4 its beginning, with two 5 and 6.
    """

    rank: int
    name: str
    meaning: T


class Lookup(Generic[T]):
    """Names and what they stand for; case, accents and punctuation make no difference."""

    def __init__(self, named: Iterable[tuple[str, T]]) -> None:
        self._named = [(name, meaning) for name, meaning in named if key_of(name)]
        told = ((key, at > 0, index) for index, (name, _) in enumerate(self._named)
                for at, key in enumerate(_endings(name)))  # fmt: skip
        self._keys = sorted(told)
        self._pairs: dict[str, list[int]] = {}
        for place, (key, is_later, _) in enumerate(self._keys):
            for pair in set() if is_later else _pairs_of(key):
                self._pairs.setdefault(pair, []).append(place)

    def find(self, typed: str) -> list[Found[T]]:
        """Return what begins so, else what nearly does; best first, then shorter names, then in the order of letters."""
        wanted = key_of(typed[:MAX_LETTERS])
        if not wanted:
            return []
        found = list(self._beginning(wanted)) or list(self._nearly(wanted))
        return sorted(found, key=lambda one: (one.rank, len(one.name), one.name))

    def _beginning(self, wanted: str) -> Iterator[Found[T]]:
        start = bisect_left(self._keys, (wanted,))
        for key, is_later, index in self._keys[start : start + _MOST_BEGINNINGS]:
            if not key.startswith(wanted):
                return
            yield Found(2 if is_later else int(key != wanted), *self._named[index])

    def _nearly(self, wanted: str) -> Iterator[Found[T]]:
        allowed = mistakes_allowed(wanted)
        if not allowed:
            return
        shared = Counter(place for pair in _pairs_of(wanted) for place in self._pairs.get(pair, ()))
        # Each mistake spoils at most three pairs, so who shares fewer cannot be near.
        least = max(1, len(_pairs_of(wanted)) - 3 * allowed)
        # Of names that share as many, those as long as the typed one come first.
        near = sorted((-count, abs(len(self._keys[place][0]) - len(wanted)), place)
                      for place, count in shared.items() if count >= least)[:_COMPARED]  # fmt: skip
        for _, _, place in near:
            key, _, index = self._keys[place]
            begins, whole = mistakes(wanted, key, most=allowed)
            if begins <= allowed:
                yield Found(2 + 2 * begins - (whole == begins), *self._named[index])


def key_of(name: str) -> str:
    """Return what of a name is compared: its surfaces, characters of Chinese and the like side by side."""
    words = analyse(name, UNSTEMMED).x
    gap = "" if all(len(word) == 1 and is_character(word) for word in words) else " "
    return gap.join(words)


def mistakes_allowed(typed: str) -> int:
    """Return how many letters may be wrong: none in three, one in five, two in more."""
    return 0 if len(typed) <= 3 else 1 if len(typed) <= 5 else 2  # noqa: PLR2004 - the docstring says which


def mistakes(typed: str, name: str, *, most: int) -> tuple[int, int]:
    """Return how many letters of `typed` are wrong, missing, too many or swapped for it to begin `name`, and to be all of it.

    Above `most` a number is some number above it.
    """
    compared = name[: len(typed) + most]
    before: Sequence[int] = ()
    last: Sequence[int] = range(len(compared) + 1)
    for row, letter in enumerate(typed, start=1):
        line = [row]
        for column, other in enumerate(compared, start=1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != other))
            if row > 1 and column > 1 and letter == compared[column - 2] and typed[row - 2] == other:
                cost = min(cost, before[column - 2] + 1)
            line.append(cost)
        if min(line) > most:
            return most + 1, most + 1
        before, last = last, line
    return min(last), last[-1] if compared == name else most + 1


def _endings(name: str) -> Iterator[str]:
    """Yield the key of a name, then what begins at each of its later words."""
    key = key_of(name)
    yield key
    yield from (key[at + 1 :] for at, letter in enumerate(key) if letter == " ")


def _pairs_of(key: str) -> set[str]:
    return {key[at : at + 2] for at in range(len(key) - 1)}
