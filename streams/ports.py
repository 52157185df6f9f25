"""What the stages and the drivers need from the outside world, in our own types. services/wiring.py chooses who provides it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from schemas.alert import Alert, Card, Channel
from schemas.base import Keyed
from schemas.projection import Projected
from schemas.query import Page, Search
from schemas.signal import Signal
from schemas.topics import Topic
from streams.knowledge.model import Knowledge
from streams.query.ast import Node
from streams.stages.enrich import Enriched


@dataclass(frozen=True, slots=True)
class Record:
    """One entry of a topic: where it stands in its partition, its key, its type header and its bytes.

    `item` is what the bytes decode to, where the log still has it at hand; items are frozen, so it can be shared.
    """

    position: int
    key: str
    type: str
    value: bytes
    item: Keyed | None = None
    partition: int = 0


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One entry to be appended: an item and the topic it goes to."""

    topic: Topic
    item: Keyed


@dataclass(frozen=True, slots=True)
class Put:
    """One state to be kept: null forgets the key."""

    fold: str
    key: str
    value: bytes | None


class EventLog(Protocol):
    """Ordered, durable topics.

    `append` returns positions once the records are synced to disk, all or none of them. `read` gives what follows the
    group's committed position, in order, and gives it again until `commit`. Groups do not see each other. `lag` is how many
    records of all partitions a group has not taken; `after` gives what follows a position, whoever has taken it.
    Raises Unavailable when the log cannot be reached or its disk is full.
    """

    def append(self, records: Sequence[Outgoing]) -> Sequence[int]: ...
    def read(self, topic: Topic, group: str, *, limit: int) -> Sequence[Record]: ...
    def commit(self, topic: Topic, group: str, position: int) -> None: ...
    def committed(self, topic: Topic, group: str) -> int: ...
    def seek(self, topic: Topic, group: str, position: int) -> None: ...
    def end(self, topic: Topic) -> int: ...
    def lag(self, topic: Topic, group: str) -> int: ...
    def after(self, topic: Topic, position: int, *, limit: int) -> Sequence[Record]: ...


class StateStore(Protocol):
    """What folds remember: last put wins, survives a restart. `scan` gives the keys with a prefix, in key order."""

    def get(self, fold: str, key: str) -> bytes | None: ...
    def scan(self, fold: str, prefix: str = "") -> Iterator[tuple[str, bytes]]: ...


class AtomicLog(EventLog, StateStore, Protocol):
    """A log that keeps its folds' state beside it and settles a batch whole or not at all."""

    def settle(
        self, topic: Topic, group: str, position: int, *, outputs: Sequence[Outgoing], puts: Sequence[Put]
    ) -> None: ...


class Store(Protocol):
    """Where a sink ends.

    `put` takes items, those of a partition in order, and keeps how far it came in each partition with their effect, in one
    commit; `cursor` gives a partition's back (0 at first). The same items twice change nothing. Raises Unavailable.
    """

    def put(self, items: Sequence[Any], positions: Mapping[int, int]) -> None: ...
    def cursor(self, partition: int = 0) -> int: ...


class Searchable(Protocol):
    """Projections that can be found: `search` answers for one party and counts exactly; `after` neither repeats nor skips."""

    def search(self, query: Node, search: Search, *, party: str) -> Page: ...


class SearchIndex(Searchable, Store, Protocol):
    """Projections to be searched.

    An older version never replaces a newer one, and a tombstone hides until a newer version comes. Paging holds under writes.
    """

    def put(self, items: Sequence[Projected], positions: Mapping[int, int]) -> None: ...
    def ready(self) -> bool: ...


class History(Store, Protocol):
    """Every projection ever published, and the ordered feed made of them."""

    def put(self, items: Sequence[Projected], positions: Mapping[int, int]) -> None: ...


class Outbox(Store, Protocol):
    """Alerts, and one delivery for each channel of an alert's rule unless it is silent: stored before anything is sent."""

    def put(self, items: Sequence[Alert], positions: Mapping[int, int]) -> None: ...


class Classifier(Protocol):
    """Says what a report tells, each label with what led to it: total on any text, and the same of the same text.

    `version` is what the signal's `judged_by` says of it.
    """

    @property
    def version(self) -> str: ...
    def classify(self, enriched: Enriched, knowledge: Knowledge) -> Signal: ...


class Notifier(Protocol):
    """Sends one card to one channel of its kind.

    Returns a short text of what the receiver answered. Raises Unavailable (try again), Rejected (never again; the
    message is dead) or Forbidden (the channel is to be paused). No secret and no body is ever part of an error.
    """

    def send(self, card: Card, channel: Channel, *, at: datetime) -> str: ...


@dataclass(frozen=True)
class Ports:
    """What the sinks reach."""

    index: SearchIndex
    history: History
    outbox: Outbox
