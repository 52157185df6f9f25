"""One state of a tantivy index: what it answers never changes, so it is asked once."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Final

from tantivy import Searcher

from schemas.query import Page, Search
from streams.query.ast import Node

MAX_TERMS: Final = 16_384
MAX_PAGES: Final = 64
MAX_PAGE_ROWS: Final = 50
MAX_PAGE_LETTERS: Final = 65_536

Question = tuple[Node, Search, str]
"""A query, what is asked besides, and the party that asks: what no other party's answer is ever taken for."""


class State:
    """A searcher, and what it has been asked. It is dropped, with all that it remembers, when the index moves on."""

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher
        self._terms: dict[tuple[str, str], bool] = {}
        self._remembering = Lock()
        self._pages: OrderedDict[Question, Page] = OrderedDict()

    def known(self, field: str, term: str) -> bool:
        """Tell whether any thing has the term in the field; ValueError for half a character."""
        held = self._terms.get((field, term))
        if held is None:
            if len(self._terms) >= MAX_TERMS:  # hostile queries shall not fill the memory
                self._terms.clear()
            held = self._terms[field, term] = self.searcher.doc_freq(field, term) > 0
        return held

    def page(self, question: Question, make: Callable[[], Page]) -> Page:
        """Return the answer to a question; first pages are remembered, many look at the same ones."""
        search = question[1]
        if search.after is not None or search.limit > MAX_PAGE_ROWS:
            return make()
        with self._remembering:
            held = self._pages.get(question)
            if held is not None:
                self._pages.move_to_end(question)
                return held
        held = make()
        if _letters(held) <= MAX_PAGE_LETTERS:
            with self._remembering:
                self._pages[question] = held
                if len(self._pages) > MAX_PAGES:
                    self._pages.popitem(last=False)
        return held


def _letters(page: Page) -> int:
    return sum(len(report.text) for item in page.items for report in item.reports)
