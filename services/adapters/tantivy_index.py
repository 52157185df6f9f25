"""The embedded search index: one tantivy folder, one writer, its cursor in the same commit as its entries."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from tantivy import IndexWriter

from schemas.projection import Projected
from schemas.query import Page, Search
from services.adapters.tantivy_query import VERSION, cursor_entry, entry_of, key_of
from services.adapters.tantivy_search import TantivySearch
from services.adapters.tantivy_state import State
from services.adapters.tantivy_terms import CURSOR, IS
from streams.errors import ConfigError, Unavailable
from streams.query.ast import Node

_WRITER_BYTES: Final = 50_000_000


class TantivyIndex:
    """A `SearchIndex` in the folder `root`: one process writes it, and all its threads search.

    Raises ConfigError when another process has it, when it was written in another format, or when it cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self._writing, self._closed = Lock(), False
        self._search = TantivySearch(root)
        try:
            self._writer: IndexWriter | None = self._search.index.writer(_WRITER_BYTES, 1)
        except ValueError as exc:
            raise ConfigError(f"The search index in {root} is in use: stop the other process first.") from exc
        self._position = self._search.state.number_of(CURSOR, VERSION) or 0
        self._commits = self._tried = self._search.state.commit

    def put(self, items: Sequence[Projected], positions: Mapping[int, int]) -> None:
        """Index what is not older than what is there; the position is part of the same commit.

        Two items of one version are possible, and the later one holds. Raises Unavailable when the disk refuses.
        """
        assert positions.keys() <= {0}, "an embedded log has one partition"
        newest: dict[str, Projected] = {}
        for item in items:
            if (known := newest.get(key_of(item))) is None or known.version <= item.version:
                newest[key_of(item)] = item
        with self._writing:
            held = self._held(newest, self._current())
            current = {key: item for key, item in newest.items() if item.version >= held.get(key, -1)}
            self._commit(current, held.keys(), max(positions.get(0, 0), self._position))

    def cursor(self, partition: int = 0) -> int:
        """Return the position of the last `put` that reached the disk."""
        assert partition == 0, "an embedded log has one partition"
        return self._position

    def state(self) -> int:
        """Return a number that rises with each state of the index that others may go on to: that of the last commit."""
        return self._commits

    def ready(self) -> bool:
        """Tell whether the index is open."""
        return not self._closed

    def search(self, query: Node, search: Search, *, party: str) -> Page:
        """Return one page of what the party reads, as `TantivySearch.search` does; Unavailable when it is closed."""
        return self._open().search(query, search, party=party)

    def close(self) -> None:
        """Finish what is being written; after this the index answers nothing."""
        with self._writing:
            self._closed = True
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None

    def _current(self) -> State:
        """Return what sees all that was committed, also by a `put` that failed after it."""
        search = self._open()
        if self._writer is None:
            try:
                search.refresh()
            except (OSError, ValueError) as exc:
                raise Unavailable(f"The search index could not be read; it will be tried again. ({exc})") from exc
        return search.state

    def _open(self) -> TantivySearch:
        if self._closed:
            raise Unavailable("The search index is closed.")
        return self._search

    def _held(self, keys: Collection[str], state: State) -> dict[str, int]:
        """Return the version of each of these things that the index has; most are news, and a look into the terms says so."""
        versions = {key: state.number_of(key, VERSION) for key in keys if state.searcher.doc_freq(IS, key)}
        return {key: version for key, version in versions.items() if version is not None}

    def _commit(self, items: Mapping[str, Projected], held: Collection[str], position: int) -> None:
        try:
            writer = self._writer or self._search.index.writer(_WRITER_BYTES, 1)
            self._writer = writer
            self._tried += 1  # a commit that failed may yet have reached the disk: the next one has another number
            for key, item in items.items():
                if key in held:
                    writer.delete_documents_by_term(IS, key)
                writer.add_document(entry_of(item, self._tried))
            writer.delete_documents_by_term(IS, CURSOR)
            writer.add_document(cursor_entry(position, self._tried))
            writer.commit()
            self._search.refresh()
        except (OSError, RuntimeError, ValueError) as exc:
            self._writer = None  # a writer that failed is of no more use; what it had not committed goes with it
            raise Unavailable(f"The search index could not be written; it will be tried again. ({exc})") from exc
        self._position, self._commits = position, self._tried
