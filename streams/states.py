"""The states of a fold in a faust table: a changelog that the brokers keep, and a local store for each partition."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from streams.ports import Put

SEPARATOR = "\x00"


class PartitionStates:
    """StateStore over one partition's local store, a RocksDB of bytes; null where a step keeps no state."""

    def __init__(self, store: Any | None) -> None:  # noqa: ANN401 - rocksdict's database
        self._store = store

    def get(self, fold: str, key: str) -> bytes | None:
        """Return what is kept under the key."""
        if self._store is None:
            return None
        kept: bytes | None = self._store.get(state_key(fold, key))
        return kept

    def scan(self, fold: str, prefix: str = "") -> Iterator[tuple[str, bytes]]:
        """Yield keys with the prefix and what is kept under them, in key order."""
        if self._store is None:
            return
        first, skip = state_key(fold, prefix), len(state_key(fold, ""))
        cursor = self._store.iter()
        cursor.seek(first)
        while cursor.valid() and cursor.key().startswith(first):
            yield cursor.key()[skip:].decode(), cursor.value()
            cursor.next()


@dataclass(frozen=True, slots=True)
class Change:
    """A state that the changelog has: where, under which key, what (null: nothing any more), and its offset there."""

    partition: int
    key: bytes
    value: bytes | None
    offset: int


class TableStates:
    """What a fold needs of its table. A state goes to the changelog first and to the local store once the brokers have it.

    A table's own way is the other way round, with the offset moving on at each acknowledgement: a process that died in between
    came back with states that the changelog never had, or without states that it had.
    """

    def __init__(self, table: Any) -> None:  # noqa: ANN401 - faust's table
        self._table = table

    @property
    def changelog(self) -> str:
        """The changelog's topic."""
        return str(self._table.changelog_topic_name)

    def of(self, partition: int) -> PartitionStates:
        """Return the states of a partition that is ours."""
        return PartitionStates(self._table.data._db_for_partition(partition))  # noqa: SLF001 - faust gives a partition's store in no other way

    def apply(self, changes: Sequence[Change]) -> None:
        """Keep in the local stores what the changelog has, and up to where."""
        events = [_Event(_Message(_Place(self.changelog, one.partition), one)) for one in changes]
        self._table.data.apply_changelog_batch(events, None, None)


class _Place(NamedTuple):
    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class _Message:
    """A message of a changelog as faust's stores read it."""

    tp: _Place
    change: Change

    @property
    def partition(self) -> int:
        return self.change.partition

    @property
    def key(self) -> bytes:
        return self.change.key

    @property
    def value(self) -> bytes | None:
        return self.change.value

    @property
    def offset(self) -> int:
        return self.change.offset


@dataclass(frozen=True, slots=True)
class _Event:
    message: _Message


def state_key(fold: str, key: str) -> bytes:
    """Return the key of a state among all states of a step."""
    return f"{fold}{SEPARATOR}{key}".encode("utf-8", "surrogatepass")


def in_safe_order(puts: Sequence[Put]) -> list[Put]:
    """Return the puts of a fold by key in the order in which a prefix of them loses nothing.

    When a thing is due is put before its state: a state that is kept says that its records need not be applied again.
    """
    return sorted(puts, key=lambda put: not put.fold.endswith(".due"))
