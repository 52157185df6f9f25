"""The embedded search index: one tantivy folder, one writer, its cursor in the same commit as its entries."""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any, Final

from tantivy import Index, IndexWriter, Query, Schema, Searcher

from schemas.projection import Projected
from schemas.query import MAX_DAYS, MAX_FACET_VALUES, DayCount, FacetCount, Page, Search
from services.adapters.tantivy_page import page_of
from services.adapters.tantivy_query import (
    INDEX_VERSION,
    KEY,
    VERSION,
    cursor_entry,
    entry_of,
    facet_field,
    index_schema,
    key_of,
    query_of,
)
from services.adapters.tantivy_state import State
from streams.errors import ConfigError, InvalidInput, Unavailable
from streams.query.ast import Node
from streams.query.order import checked
from streams.query.times import DAY_MS, day_of
from streams.text.analyse import ANALYSER_VERSION

FORMAT: Final = (INDEX_VERSION, ANALYSER_VERSION)
_WRITER_BYTES: Final = 50_000_000
_CURSOR: Final = "_cursor"
_DAYS: Final = "_days"
_day: Final = lru_cache(maxsize=MAX_DAYS)(day_of)
_MAX_VALUES: Final = 60_000
"""Just below the 65,000 values that tantivy counts at most: up to here counts are exact."""


class TantivyIndex:
    """A `SearchIndex` in the folder `root`: one process writes it, and all its threads search.

    Raises ConfigError when another process has it, when it was written in another format, or when it cannot be read.
    """

    def __init__(self, root: Path) -> None:
        self._schema, self._writing, self._closed = index_schema(), Lock(), False
        self._index = _opened(root, self._schema)
        try:
            self._writer: IndexWriter | None = self._index.writer(_WRITER_BYTES, 1)
        except ValueError as exc:
            raise ConfigError(f"The search index in {root} is in use: stop the other process first.") from exc
        self._state = State(self._index.searcher())
        self._position = max(0, _version_of(_CURSOR, self._state.searcher, self._schema))

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
            held = self._held(newest, self._open().searcher)
            current = {key: item for key, item in newest.items() if item.version >= held.get(key, -1)}
            self._commit(current, held.keys(), max(positions.get(0, 0), self._position))

    def cursor(self, partition: int = 0) -> int:
        """Return the position of the last `put` that reached the disk."""
        assert partition == 0, "an embedded log has one partition"
        return self._position

    def ready(self) -> bool:
        """Tell whether the index is open."""
        return not self._closed

    def search(self, query: Node, search: Search, *, party: str) -> Page:
        """Return one page of what the party reads; all of it comes from one state of the index.

        Raises InvalidInput for a limit, a sort key or a facet that does not exist, Unavailable when it is closed.
        """
        checked(search)
        state = self._open()
        return state.page((query, search, party), lambda: self._page(state, query, search, party))

    def close(self) -> None:
        """Finish what is being written; after this the index answers nothing."""
        with self._writing:
            self._closed = True
            if self._writer is not None:
                self._writer.wait_merging_threads()
                self._writer = None

    def _page(self, state: State, query: Node, search: Search, party: str) -> Page:
        asked = self._asked(state, query, search, party)
        try:
            counted = _counted(state.searcher, asked, search)
            page = page_of(state.searcher, self._schema, asked, search)
        except (OSError, ValueError) as exc:
            raise Unavailable(
                f"The search index could not be read: run `tocsin rebuild` if this stays. ({exc})"
            ) from exc
        facets = {name: _facet(counted[name]["buckets"]) for name in search.facets}
        days = _days(counted[_DAYS]["buckets"]) if search.days else ()
        return page.model_copy(update={"facets": facets, "days": days})

    def _asked(self, state: State, query: Node, search: Search, party: str) -> Query:
        try:
            return query_of(query, self._schema, kind=search.kind, party=party, known=state.known)
        except ValueError as exc:
            raise InvalidInput("The query holds half a character (a lone surrogate).") from exc

    def _open(self) -> State:
        if self._closed:
            raise Unavailable("The search index is closed.")
        return self._state

    def _held(self, keys: Collection[str], searcher: Searcher) -> dict[str, int]:
        """Return the version of each of these things that the index has; most batches are news and cost one question."""
        any_of = Query.term_set_query(self._schema, KEY, list(keys))
        if not searcher.search(any_of, 1, count=False).hits:
            return {}
        versions = {key: _version_of(key, searcher, self._schema) for key in keys}
        return {key: version for key, version in versions.items() if version >= 0}

    def _commit(self, items: Mapping[str, Projected], held: Collection[str], position: int) -> None:
        try:
            writer = self._writer or self._index.writer(_WRITER_BYTES, 1)
            self._writer = writer
            for key, item in items.items():
                if key in held:
                    writer.delete_documents_by_term(KEY, key)
                writer.add_document(entry_of(item))
            writer.delete_documents_by_term(KEY, _CURSOR)
            writer.add_document(cursor_entry(_CURSOR, position))
            writer.commit()
            self._index.reload()
            self._state = State(self._index.searcher())
        except (OSError, RuntimeError, ValueError) as exc:
            self._writer = None  # a writer that failed is of no more use; what it had not committed goes with it
            raise Unavailable(f"The search index could not be written; it will be tried again. ({exc})") from exc
        self._position = position


def folder_of(root: Path, version: tuple[int, int]) -> Path:
    """Return where an index of a format and an analyser stands."""
    return root / f"tantivy-{version[0]}-{version[1]}"


def is_outdated(root: Path) -> bool:
    """Tell whether the index in the folder is of an earlier format or analyser; ConfigError where it is of a later one."""
    named = (re.fullmatch(r"tantivy-(\d+)-(\d+)", path.name) for path in root.glob("tantivy-*"))
    held = {(int(name[1]), int(name[2])) for name in named if name}
    if not held or FORMAT in held:
        return False
    for version in held:
        if any(theirs > ours for theirs, ours in zip(version, FORMAT, strict=True)):
            raise ConfigError(f"The search index {folder_of(root, version)} is of a later version: run that one.")
    return True


def _opened(root: Path, schema: Schema) -> Index:
    folder = folder_of(root, FORMAT)
    try:
        if is_outdated(root):
            raise ConfigError(f"The search index in {root} is of an earlier version: run `tocsin rebuild`.")
        if not (folder / "meta.json").exists() and any(folder.glob("*.store")):
            raise ConfigError(f"The search index {folder} has lost its list of segments: run `tocsin rebuild`.")
        folder.mkdir(parents=True, exist_ok=True)
        index = Index(schema, str(folder))
        index.config_reader("manual")
        index.reload()
    except (OSError, ValueError) as exc:
        raise ConfigError(f"The search index {folder} cannot be read: run `tocsin rebuild`. ({exc})") from exc
    return index


def _version_of(key: str, searcher: Searcher, schema: Schema) -> int:
    """Return the version in the index, or one below all versions."""
    query = Query.term_query(schema, KEY, key, "basic")
    hits = searcher.search(query, 1, count=False, order_by_field=VERSION).hits
    return int(hits[0][0]) if hits else -1


def counts_of(facets: Sequence[str], days: str | None) -> dict[str, Any]:
    """Return what tantivy is to count in one pass over the hits."""
    counts: dict[str, Any] = {
        name: {"terms": {"field": facet_field(name), "size": _MAX_VALUES, "segment_size": _MAX_VALUES}}
        for name in facets
    }
    if days:
        counts[_DAYS] = {"histogram": {"field": days, "interval": float(DAY_MS), "min_doc_count": 1}}
    return counts


def _counted(searcher: Searcher, query: Query, search: Search) -> dict[str, Any]:
    """Return the buckets of each facet and of the days, counted in one pass, or one by one where that is too much at once."""
    asked = counts_of(search.facets, search.days)
    if not asked:
        return {}
    try:
        return dict(searcher.aggregate(query, asked))
    except ValueError:
        return {name: _alone(searcher, query, name, one)[name] for name, one in asked.items()}


def _alone(searcher: Searcher, query: Query, name: str, count: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(searcher.aggregate(query, {name: count}))
    except ValueError as exc:
        if name == _DAYS:
            raise InvalidInput(
                f"`{count['histogram']['field']}` has too many days to count: narrow the query.", field="days"
            ) from exc
        raise InvalidInput(f"`{name}` has too many values to count: narrow the query.", field=name) from exc


def _facet(buckets: Sequence[Mapping[str, Any]]) -> tuple[FacetCount, ...]:
    """Return the values of a field among the hits: most frequent first, then by value."""
    counts = sorted((-one["doc_count"], one["key"]) for one in buckets)
    return tuple(FacetCount(value=value, count=-negative) for negative, value in counts[:MAX_FACET_VALUES])


def _days(buckets: Sequence[Mapping[str, Any]]) -> tuple[DayCount, ...]:
    """Return how many hits fall on each day that has some, the newest ones, oldest first."""
    counts = sorted((one["key"], one["doc_count"]) for one in buckets)
    return tuple(DayCount(day=_day(key), count=count) for key, count in counts[-MAX_DAYS:])
