"""Remembers what a pure function said of the objects it was asked about last, within a bound of memory."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Final, Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")

LEAST: Final = 8_000
"""What an object weighs at least: a projection of few words takes about as many bytes."""

_SHARE: Final = 64
"""What would take more than this part of the room is made anew each time: a few huge objects shall not push out all others."""


class Recent(Generic[T, R]):
    """Wraps a pure function of one immutable object: those that were asked for least recently are forgotten.

    Objects are told apart by identity, which is cheaper than to hash a large frozen value, or by `key`. `weigh` says about how
    many bytes of memory an object and its answer take; together they stay within `room`.
    """

    def __init__(
        self, function: Callable[[T], R], *, room: int, weigh: Callable[[T, R], int], key: Callable[[T], Hashable] = id
    ) -> None:
        if room < _SHARE * LEAST:
            raise ValueError(f"a room of {room} bytes would keep nothing")
        self._function, self._weigh, self._key = function, weigh, key
        self._room, self._taken = room, 0
        self._keeping = Lock()
        # An object is kept with its answer, so its identity cannot pass to another while the answer is here.
        self._answers: OrderedDict[Hashable, tuple[T, R, int]] = OrderedDict()

    def __call__(self, item: T) -> R:
        """Return the function's answer, remembered or made."""
        key = self._key(item)
        held = self._answers.get(key)
        if held is not None:
            try:  # noqa: SIM105 - `suppress` costs more than the rest of the way
                self._answers.move_to_end(key)
            except KeyError:  # another thread forgot it just now
                pass
            return held[1]
        answer = self._function(item)
        self._keep(key, item, answer)
        return answer

    def _keep(self, key: Hashable, item: T, answer: R) -> None:
        weight = max(self._weigh(item, answer), LEAST)
        if weight > self._room // _SHARE:
            return
        with self._keeping:
            if key not in self._answers:
                self._answers[key] = item, answer, weight
                self._taken += weight
            while self._taken > self._room:
                self._taken -= self._answers.popitem(last=False)[1][2]
