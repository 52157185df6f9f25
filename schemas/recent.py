"""Remembers what was asked for last, within a bound of memory: values by a key, or what a pure function said of an object."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
R = TypeVar("R")

LEAST: Final = 8_000
"""What an object weighs at least: a projection of few words takes about as many bytes."""

_SHARE: Final = 64
"""What would take more than this part of the room is not kept: a few huge objects shall not push out all others."""


class Kept(Generic[K, T]):
    """Values by their keys, of about so many bytes of memory together; those asked for least recently are forgotten."""

    def __init__(self, *, room: int) -> None:
        if room < _SHARE * LEAST:
            raise ValueError(f"a room of {room} bytes would keep nothing")
        self._room, self._taken = room, 0
        self._keeping = Lock()
        self._values: OrderedDict[K, tuple[T, int]] = OrderedDict()

    def get(self, key: K) -> T | None:
        """Return the value that is kept, or null."""
        held = self._values.get(key)
        if held is None:
            return None
        try:  # noqa: SIM105 - `suppress` costs more than the rest of the way
            self._values.move_to_end(key)
        except KeyError:  # another thread forgot it just now
            pass
        return held[0]

    def keep(self, key: K, value: T, *, weight: int) -> None:
        """Keep a value of this weight in bytes, in the place of an earlier one of the key."""
        weight = max(weight, LEAST)
        with self._keeping:
            if (before := self._values.pop(key, None)) is not None:
                self._taken -= before[1]
            if weight > self._room // _SHARE:
                return
            self._values[key] = value, weight
            self._taken += weight
            while self._taken > self._room:
                self._taken -= self._values.popitem(last=False)[1][1]


class Recent(Generic[T, R]):
    """Wraps a pure function of one immutable object: those that were asked for least recently are forgotten.

    Objects are told apart by identity, which is cheaper than to hash a large frozen value, or by `key`. `weigh` says about how
    many bytes of memory an object and its answer take; together they stay within `room`.
    """

    def __init__(
        self, function: Callable[[T], R], *, room: int, weigh: Callable[[T, R], int], key: Callable[[T], Hashable] = id
    ) -> None:
        self._function, self._weigh, self._key = function, weigh, key
        # An object is kept with its answer, so its identity cannot pass to another while the answer is here.
        self._kept = Kept[Hashable, tuple[T, R]](room=room)

    def __call__(self, item: T) -> R:
        """Return the function's answer, remembered or made."""
        key = self._key(item)
        held = self._kept.get(key)
        if held is not None:
            return held[1]
        answer = self._function(item)
        self._kept.keep(key, (item, answer), weight=self._weigh(item, answer))
        return answer
