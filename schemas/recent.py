"""Remembers what a pure function said of the last objects, by identity: cheaper than to hash a large frozen value."""

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Recent(Generic[T, R]):
    """Wraps a pure function of one immutable object; the last `size` answers are kept together with their objects.

    What is not `worth` its memory is made anew each time, so that a few huge objects cannot fill it.
    """

    def __init__(
        self, function: Callable[[T], R], *, size: int, worth: Callable[[T, R], bool] = lambda _item, _answer: True
    ) -> None:
        self._function, self._size, self._worth = function, size, worth
        self._answers: OrderedDict[int, tuple[T, R]] = OrderedDict()

    def __call__(self, item: T) -> R:
        """Return the function's answer, remembered or made."""
        held = self._answers.get(id(item))
        # The object is kept with its answer, so its identity cannot pass to another while the answer is here.
        if held is not None and held[0] is item:
            return held[1]
        answer = self._function(item)
        if not self._worth(item, answer):
            return answer
        self._answers[id(item)] = item, answer
        if len(self._answers) > self._size:
            # Another thread may have come between: then there is nothing to forget.
            with suppress(KeyError):
                self._answers.popitem(last=False)
        return answer
