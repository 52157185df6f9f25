"""Pages of signals that somebody of the party asked for since the index last changed: many look at the same ones."""

from collections.abc import Callable
from typing import Final

from schemas.projection import Kind
from schemas.recent import Recent
from services.pages import Pages
from services.search import Question, is_lasting
from streams import metrics

ROOM: Final = 33_554_432
"""Bytes of pages at most; one of more than half a megabyte is not remembered."""

_LETTER_BYTES: Final = 4
"""Memory that a letter of a query takes at most."""


class RememberedPages:
    """Pages as of the index's state and no older: with each state that others may go on to, all are made anew."""

    def __init__(self, pages: Pages, state: Callable[[], int]) -> None:
        self._pages, self._state = pages, state
        self._held = -1, self._nothing()

    def json(self, question: Question) -> bytes:
        """Return the page; raises what making it raises."""
        metrics.PAGES.labels("asked").inc()
        if not _is_of_the_index_alone(question):
            return self._made(question)
        # Read before the page is made, which is therefore of this state or a later one.
        state, held = self._state(), self._held
        if held[0] != state:
            held = self._held = state, self._nothing()
        return held[1](question)

    def _made(self, question: Question) -> bytes:
        metrics.PAGES.labels("made").inc()
        return self._pages.json(question)

    def _nothing(self) -> Recent[Question, bytes]:
        return Recent(self._made, room=ROOM, weigh=_weight, key=lambda question: question)


def _weight(question: Question, page: bytes) -> int:
    return len(page) + _LETTER_BYTES * len(question.query)


def _is_of_the_index_alone(question: Question) -> bool:
    """Tell whether the page stays the same until the index changes, and another may ask for it.

    The versions of events and measures come from the records, which may change after the index. A cursor is its asker's.
    """
    return question.kind is Kind.SIGNAL and not question.cursor and is_lasting(question.query)
