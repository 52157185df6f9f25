"""The next version of the search index, filled beside the one that answers, and put in its place in one step."""

import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from elasticsearch import Elasticsearch, NotFoundError

from schemas.codec import decode
from schemas.projection import Projected
from services.adapters.elastic_client import Cluster, client_of, translated
from services.adapters.elastic_entry import BODY, POSITION, TYPE, entry_of, key_of
from services.adapters.elastic_index import WRITERS_SECONDS, ElasticIndex, create_index, index_name
from streams.errors import Unavailable

PAGE = 500
KEEP_ALIVE = "2m"
NOTICED_SECONDS = 3 * WRITERS_SECONDS
"""By then every writer knows of an index that was put behind the writers' alias, or taken from it."""


class NextIndex:
    """Begin, fill, finish. Until it is finished searches are answered by the index that was there, and writers write both."""

    def __init__(self, cluster: Cluster, *, pause: Callable[[float], object] = time.sleep) -> None:
        self._cluster, self._pause = cluster, pause
        self._client: Elasticsearch = client_of(cluster)
        self.current, self.name = "", ""

    def begin(self) -> ElasticIndex:
        """Make the index, let writers write it too, and return it to be filled; what a dead one left is removed."""
        with translated(self._cluster, doing="begin the next search index"):
            self.current = self._one_behind(self._cluster.readers)
            self.name = _following(self._cluster, self.current)
            for left in self._behind(self._cluster.writers) - {self.current}:
                self._remove(left)
            with suppress(NotFoundError):
                self._client.indices.delete(index=self.name)
            create_index(self._client, self._cluster, self.name)
            self._alias({"add": {"index": self.name, "alias": self._cluster.writers}})
        self._pause(NOTICED_SECONDS)
        return ElasticIndex(self._cluster, only=self.name)

    def copy(self, target: ElasticIndex, *, up_to: int | None = None, say: Callable[[str], None]) -> int:
        """Copy things, tombstones and positions, each entry made anew from its body; an older one never replaces a newer.

        With `up_to`, only versions up to that one. Return how many things there were.
        """
        count = 0
        for page in self._pages():
            things = [one for one in page if not one["_id"].startswith("_cursor/")]
            cursors = [one for one in page if one["_id"].startswith("_cursor/")]
            made = [_again(one["_source"]) for one in things]
            kept = [item for item in made if up_to is None or item.version <= up_to]
            target.write(self.name, [(key_of(item), item.version, entry_of(item)) for item in kept])
            target.write(
                self.name, [(one["_id"], one["_version"], {POSITION: one["_source"][POSITION]}) for one in cursors]
            )
            count += len(things)
            say(f"{count} entries")
        return count

    def finish(self) -> None:
        """Let the new index answer from here on, and remove the old one."""
        with translated(self._cluster, doing="put the next search index in place"):
            self._client.indices.refresh(index=self.name)
            self._alias(
                {"remove": {"index": self.current, "alias": self._cluster.readers}},
                {"add": {"index": self.name, "alias": self._cluster.readers}},
                {"remove": {"index": self.current, "alias": self._cluster.writers}},
            )
        self._pause(NOTICED_SECONDS)
        with translated(self._cluster, doing="remove the old search index"):
            self._client.indices.delete(index=self.current)

    def abandon(self) -> None:
        """Remove the new index; the old one goes on as if nothing had been."""
        with translated(self._cluster, doing="remove the next search index"), suppress(NotFoundError):
            self._remove(self.name)

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _pages(self) -> Iterator[list[Any]]:
        with translated(self._cluster, doing="read the search index"):
            point = self._client.open_point_in_time(index=self.current, keep_alive=KEEP_ALIVE)["id"]
        after: list[Any] | None = None
        try:
            while True:
                with translated(self._cluster, doing="read the search index"):
                    told = self._client.search(
                        pit={"id": point, "keep_alive": KEEP_ALIVE},
                        size=PAGE,
                        sort=[{"_shard_doc": "asc"}],
                        search_after=after,
                        version=True,
                        source_includes=[TYPE, BODY, POSITION],
                        track_total_hits=False,
                    )
                hits = told["hits"]["hits"]
                if not hits:
                    return
                after = hits[-1]["sort"]
                yield hits
        finally:
            with suppress(Exception):
                self._client.close_point_in_time(id=point)

    def _behind(self, alias: str) -> set[str]:
        return set(self._client.indices.get_alias(name=alias))

    def _one_behind(self, alias: str) -> str:
        found = self._behind(alias)
        if len(found) != 1:
            raise Unavailable(f"{len(found)} indexes stand behind {alias}; run `tocsin doctor`")
        return found.pop()

    def _remove(self, name: str) -> None:
        self._client.indices.delete(index=name)

    def _alias(self, *actions: dict[str, Any]) -> None:
        self._client.indices.update_aliases(actions=list(actions))


def _following(cluster: Cluster, current: str) -> str:
    """Return the name of the index that comes after; of another format it is the first."""
    stem, _, number = current.rpartition("-")
    first = index_name(cluster, 1)
    return f"{stem}-{int(number) + 1}" if first.rpartition("-")[0] == stem else first


def _again(source: Any) -> Projected:  # noqa: ANN401 - an entry's JSON
    """Return the thing of an entry."""
    thing = decode(source[TYPE], b64decode(source[BODY]))
    assert isinstance(thing, Projected)
    return thing
