"""The search index on Elasticsearch: versions written from outside, an index for each format behind two aliases."""

import json
import time
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any, Final

from elasticsearch import BadRequestError, Elasticsearch, NotFoundError

from schemas import codec
from schemas.projection import Projected, Projection
from schemas.query import MAX_DAYS, MAX_FACET_VALUES, MAX_LIMIT, After, DayHits, FacetCount, Page, Search
from services.adapters.elastic_client import BUSY, Cluster, client_of, translated
from services.adapters.elastic_entry import (
    BODY,
    FORMAT,
    POSITION,
    TYPE,
    cursor_key,
    entry_of,
    facet_of,
    field_of,
    key_of,
    mapping,
)
from services.adapters.elastic_query import order_by, query_of, rest_of
from streams.errors import Bug, InvalidInput, TocsinError, Unavailable
from streams.query.ast import Node
from streams.query.order import checked
from streams.query.times import DAY_MS

MAX_VALUES: Final = 60_000
BULK_BYTES: Final = 8_000_000
WRITERS_SECONDS: Final = 1.0
"""How long a writer believes to know which indexes are written."""

MAX_CLAUSES: Final = 8_192
CONFLICT, CREATED = 409, 201
TOTAL: Final = "_total"
DAYS: Final = "_days"


class ElasticIndex:
    """A `SearchIndex` on a cluster. Making one opens nothing; many threads and processes may use it at once."""

    def __init__(self, cluster: Cluster, *, only: str | None = None) -> None:
        """With `only`, write to that index and to no other: the next version, while it is filled."""
        self.cluster, self.client = cluster, client_of(cluster)
        self._only, self._looking = only, Lock()
        self._writers: tuple[float, tuple[str, ...]] = (0.0, ())

    def prepare(self) -> None:
        """Make the index and its aliases unless they are there; safe for several processes at once.

        An index of an earlier format is given the fields that this one adds, so that it can be written until it is made anew.
        """
        cluster = self.cluster
        with translated(cluster, doing="make the search index"):
            if self.client.indices.exists_alias(name=cluster.readers):
                self.client.indices.put_mapping(index=cluster.writers, properties=mapping()["properties"])
                return
            name = index_name(cluster, 1)
            create_index(self.client, cluster, name)
            self.client.indices.update_aliases(
                actions=[
                    {"add": {"index": name, "alias": cluster.readers}},
                    {"add": {"index": name, "alias": cluster.writers}},
                ]
            )

    def put(self, items: Sequence[Projected], positions: Mapping[int, int]) -> None:
        """Index what is not older than what is there, then keep the positions.

        Raises Unavailable, and InvalidInput for an entry that the index can never take.
        """
        entries = _entries(items)
        cursors = [(cursor_key(one), position, {POSITION: position}) for one, position in positions.items()]
        for index in self.written():
            self.write(index, entries)
            self.write(index, cursors)

    def put_only(self, items: Sequence[Projected]) -> None:
        """Index things without a position: those of a replay are not the workers'."""
        for index in self.written():
            self.write(index, _entries(items))

    def write(self, index: str, entries: Sequence[tuple[str, int, Mapping[str, Any]]]) -> None:
        """Write entries (id, version, entry) to an index, in bounded requests; an older version changes nothing."""
        for body in _bulks(entries):
            with translated(self.cluster, doing="write to the search index"):
                told = self.client.bulk(index=index, operations=body, require_alias=False)
            if told["errors"]:
                _check(told["items"])

    def written(self) -> tuple[str, ...]:
        """Return the indexes that are written; Unavailable when there are none."""
        if self._only:
            return (self._only,)
        with self._looking:
            at, names = self._writers
            if time.monotonic() - at > WRITERS_SECONDS:
                with translated(self.cluster, doing="find the search index"):
                    names = tuple(sorted(self.client.indices.get_alias(name=self.cluster.writers)))
                self._writers = time.monotonic(), names
        return names

    def cursor(self, partition: int = 0) -> int:
        """Return the position up to which every index that is written has come in a partition."""
        return min(self._position(index, partition) for index in self.written())

    def refresh(self) -> None:
        """Let searches find what was put; without it they do a moment later."""
        with translated(self.cluster, doing="refresh the search index"):
            self.client.indices.refresh(index=",".join(self.written()))

    def ready(self) -> bool:
        """Tell whether searches are answered."""
        return self.missing() is None

    def missing(self) -> str | None:
        """Return what keeps the index from answering, if anything does."""
        try:
            with translated(self.cluster, doing="look at the search index"):
                told = self.client.cluster.health(index=self.cluster.readers, timeout="1s")
        except TocsinError as exc:
            return str(exc)
        return "the search index is not whole (status red)" if told["status"] == "red" else None

    def search(self, query: Node, search: Search, *, party: str) -> Page:
        """Return one page of what the party reads; InvalidInput for what no index can answer, else Unavailable."""
        checked(search)
        asked = query_of(query, kind=search.kind, party=party)
        _refuse_half_letters(asked)
        counts: dict[str, Any] = {
            name: {"terms": {"field": facet_of(name), "size": MAX_VALUES}} for name in search.facets
        }
        # What narrows the hits to one page also narrows their total, so all of them are counted apart.
        counts[TOTAL] = {"filter": {"match_all": {}}}
        if search.days:
            counts[DAYS] = {"histogram": {"field": field_of(search.days), "interval": DAY_MS, "min_doc_count": 1}}
        rest = rest_of(search)
        with translated(self.cluster, doing="search"):
            told = self.client.search(
                index=self.cluster.readers,
                query=asked,
                post_filter={"bool": {"filter": rest}} if rest else None,
                aggregations=counts,
                sort=order_by(search),
                size=search.limit + 1,
                track_total_hits=False,
                source_includes=[TYPE, BODY],
            )
        return _page(told.body, search)

    def close(self) -> None:
        """Close all connections."""
        self.client.close()

    def _position(self, index: str, partition: int) -> int:
        try:
            with translated(self.cluster, doing="read the search index"):
                told = self.client.get(index=index, id=cursor_key(partition), source_includes=[POSITION])
        except Unavailable as exc:
            if isinstance(exc.__cause__, NotFoundError) and exc.__cause__.body.get("found") is False:
                return 0
            raise
        return int(told["_source"][POSITION])


def index_name(cluster: Cluster, number: int) -> str:
    """Return the name of an index: its format, and which one of that format it is."""
    return f"{cluster.readers}-{FORMAT}-{number}"


def create_index(client: Elasticsearch, cluster: Cluster, name: str) -> None:
    """Make an index unless it is there."""
    try:
        client.indices.create(
            index=name,
            mappings=dict(mapping()),
            settings={
                "number_of_shards": 1,
                "number_of_replicas": cluster.replicas,
                "refresh_interval": f"{int(cluster.refresh_seconds * 1000)}ms",
                "max_result_window": 10 * MAX_LIMIT,
                "max_terms_count": 65_536,
            },
        )
    except BadRequestError as exc:
        if exc.error != "resource_already_exists_exception":
            raise


def _entries(items: Sequence[Projected]) -> list[tuple[str, int, Mapping[str, Any]]]:
    """Return the newest version of each thing, of equal ones the later, as it is written."""
    newest: dict[str, Projected] = {}
    for item in items:
        if (known := newest.get(key_of(item))) is None or known.version <= item.version:
            newest[key_of(item)] = item
    return [(key, item.version, entry_of(item)) for key, item in newest.items()]


def _bulks(entries: Sequence[tuple[str, int, Mapping[str, Any]]]) -> Iterator[list[Any]]:
    """Yield bodies of bulk requests, each of bounded size."""
    body: list[Any] = []
    size = 0
    for key, version, entry in entries:
        action = json.dumps({"index": {"_id": key, "version": version, "version_type": "external_gte"}})
        line = json.dumps(entry)
        if body and size + len(line) > BULK_BYTES:
            yield body
            body, size = [], 0
        body += [action, line]
        size += len(line)
    if body:
        yield body


def _check(items: Sequence[Mapping[str, Any]]) -> None:
    """Raise for what was not written; that a newer version is there is as good as written."""
    for told in (item["index"] for item in items):
        if told["status"] in (200, CREATED, CONFLICT):
            continue
        reason = f"{told['_id']}: {told.get('error', {}).get('reason')}"[:300]
        if told["status"] in BUSY:
            raise Unavailable(f"the search index is busy ({reason})")
        raise InvalidInput(f"the search index refuses an entry ({reason})")


def _refuse_half_letters(asked: Mapping[str, Any]) -> None:
    """Refuse what is no text, as the other engine does: JSON would carry it, and it would find nothing."""
    try:
        json.dumps(asked, ensure_ascii=False).encode()
    except UnicodeEncodeError as exc:
        raise InvalidInput("The query holds half a character (a lone surrogate).") from exc


def _page(told: Mapping[str, Any], search: Search) -> Page:
    hits = [(int(hit["sort"][0]), _read(hit["_source"])) for hit in told["hits"]["hits"]]
    page = hits[: search.limit]
    counted = {
        name: tuple(FacetCount(value=one["key"], count=one["doc_count"]) for one in _counts(told, name))
        for name in search.facets
    }
    more = bool(page) and len(hits) > search.limit
    return Page(
        items=tuple(item for _, item in page),
        total=told["aggregations"][TOTAL]["doc_count"],
        facets=counted,
        days=_days(told) if search.days else (),
        after=_next(page, search.after) if more else None,
    )


def _counts(told: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Return a facet's values, most frequent first, then by value."""
    facet = told["aggregations"][name]
    if facet["sum_other_doc_count"]:
        raise InvalidInput(f"`{name}` has too many values to count: narrow the query.", field=name)
    ordered = sorted(facet["buckets"], key=lambda one: (-one["doc_count"], one["key"]))
    return ordered[:MAX_FACET_VALUES]


def _days(told: Mapping[str, Any]) -> tuple[DayHits, ...]:
    """Return how many hits fall on each day that has some; buckets come in their order."""
    buckets = told["aggregations"][DAYS]["buckets"][-MAX_DAYS:]
    return tuple((int(one["key"]), one["doc_count"]) for one in buckets)


def _next(page: Sequence[tuple[int, Projection]], before: After | None) -> After:
    last = page[-1][0]
    ids = tuple(item.id for value, item in page if value == last)
    return After(value=last, ids=before.ids + ids if before and before.value == last else ids)


def _read(source: Mapping[str, Any]) -> Projection:
    item = codec.decode(source[TYPE], b64decode(source[BODY]))
    if not isinstance(item, Projection):
        raise Bug(f"The search index holds a {type(item).__name__} where a projection is expected.")
    return item
