"""The log on Kafka, for all but the steps themselves: append, follow, and how far each group has come."""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any, TypeVar

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.structs import OffsetAndMetadata

from schemas.topics import Topic
from services.adapters.kafka_admin import MAX_MESSAGE_BYTES
from services.adapters.kafka_connection import REQUEST_TIMEOUT_MS, options_of, translated
from streams.broker import Broker
from streams.errors import TocsinError, Unavailable
from streams.message import messages_of, record_of
from streams.ports import Outgoing, Put, Record
from streams.states import state_key

T = TypeVar("T")

DELIVERY_SECONDS = 8.0
"""How long an append may take: the door answers 503 after it, and who posted posts again."""

POLL_MS = 500
READ_BYTES = 32_000_000
LAG_SECONDS = 0.5
"""How long a lag is believed: the intake asks at each post."""


class KafkaLog:
    """EventLog over Kafka. A position is an offset and 1, so that a group's committed offset is the position it has taken.

    Making one opens nothing; clients are made at first use, and anew after an error. Safe between threads. An append that
    failed may have appended a part of its records: appended again they change nothing.
    """

    def __init__(self, broker: Broker, *, delivery_seconds: float = DELIVERY_SECONDS) -> None:
        self._broker, self._delivery_seconds = broker, delivery_seconds
        self._producer = _Client(lambda: _producer(broker, delivery_seconds))
        self._admin = _Client(lambda: KafkaAdminClient(**options_of(broker)))
        self._tail = _Client(lambda: _tail(broker))
        self._lags: dict[tuple[str, str], tuple[float, int]] = {}

    def append(self, records: Sequence[Outgoing]) -> Sequence[int]:
        """Append and wait until the brokers have all of it; return the position of each, of a control the last one's."""
        return self._producer.use(self._broker, "append", lambda producer: self._append(producer, records))

    def _append(self, producer: KafkaProducer, records: Sequence[Outgoing]) -> list[int]:
        sent = [
            [
                producer.send(one.topic, one.value, key=one.key, partition=one.partition, headers=list(one.headers))
                for one in messages_of([out], self._broker, source=_single(out.topic), partition=0)
            ]
            for out in records
        ]
        deadline = time.monotonic() + self._delivery_seconds
        return [
            max(future.get(timeout=max(0.1, deadline - time.monotonic())).offset + 1 for future in futures)
            for futures in sent
        ]

    def read(self, topic: Topic, group: str, *, limit: int, partition: int = 0) -> Sequence[Record]:
        """Return what follows the group's offset in a partition."""
        return self.after(topic, self.committed(topic, group, partition=partition), limit=limit, partition=partition)

    def after(self, topic: Topic, position: int, *, limit: int, partition: int = 0) -> Sequence[Record]:
        """Return what follows a position of a partition, bounded in number and bytes; nothing at its end."""
        place = TopicPartition(self._broker.topic(topic), partition)

        def follow(consumer: KafkaConsumer) -> list[Record]:
            end = consumer.end_offsets([place], timeout_ms=REQUEST_TIMEOUT_MS)[place]
            start = max(position, consumer.beginning_offsets([place], timeout_ms=REQUEST_TIMEOUT_MS)[place])
            consumer.assign([place])
            consumer.seek(place, start)
            return _followed(consumer, place, end, limit)

        return self._tail.use(self._broker, f"read {place.topic}", follow)

    def commit(self, topic: Topic, group: str, position: int, *, partition: int = 0) -> None:
        """Move the offset of a group that has no live members: the steps' groups move their own."""
        place = TopicPartition(self._broker.topic(topic), partition)
        moved = {place: OffsetAndMetadata(position, "", -1)}
        name = self._broker.group(group)
        self._admin.use(self._broker, f"move {name}", lambda admin: admin.alter_group_offsets(name, moved))
        self._lags.clear()

    seek = commit

    def committed(self, topic: Topic, group: str, *, partition: int = 0) -> int:
        """Return the last position that a group has taken of a partition; 0 at first."""
        return self._taken(topic, group).get(partition, 0)

    def end(self, topic: Topic, *, partition: int = 0) -> int:
        """Return the position of a partition's last record; 0 for one that never had any."""
        return self._ends(topic)[partition]

    def lag(self, topic: Topic, group: str) -> int:
        """Return how many records of all partitions a group has not taken; as of half a second ago at most."""
        at, known = self._lags.get((topic.name, group), (0.0, 0))
        if time.monotonic() - at > LAG_SECONDS:
            taken = self._taken(topic, group)
            known = sum(max(0, end - taken.get(partition, 0)) for partition, end in self._ends(topic).items())
            self._lags[topic.name, group] = time.monotonic(), known
        return known

    def members(self, group: str) -> int:
        """Return how many consumers a group has."""
        name = self._broker.group(group)
        told = self._admin.use(self._broker, f"ask for {name}", lambda admin: admin.describe_groups([name]))
        return len(told[name]["members"]) if name in told else 0

    def keep_states(self, fold: str, puts: Sequence[tuple[int, Put]]) -> None:
        """Put states of a fold, each in its partition, where the fold's workers find them when they start."""

        def write(producer: KafkaProducer) -> None:
            name = self._broker.changelog(fold)
            sent = [
                producer.send(name, put.value, key=state_key(put.fold, put.key), partition=partition)
                for partition, put in puts
            ]
            for future in sent:
                future.get(timeout=self._delivery_seconds)

        self._producer.use(self._broker, f"keep states of {fold}", write)

    def missing(self) -> str | None:
        """Return what keeps the brokers from answering, if anything does."""
        try:
            self._admin.use(self._broker, "look at topics", lambda admin: admin.list_topics())
        except TocsinError as exc:
            return str(exc)
        return None

    def close(self) -> None:
        """Close all clients."""
        for client in (self._producer, self._admin, self._tail):
            client.drop()

    def _taken(self, topic: Topic, group: str) -> dict[int, int]:
        name, asked = self._broker.group(group), self._broker.topic(topic)
        told = self._admin.use(self._broker, f"ask for {name}", lambda admin: admin.list_group_offsets({name: None}))
        return {place.partition: held.offset for place, held in told[name].items() if place.topic == asked}

    def _ends(self, topic: Topic) -> dict[int, int]:
        places = {TopicPartition(self._broker.topic(topic), one): OffsetSpec.LATEST for one in range(topic.partitions)}
        told = self._admin.use(
            self._broker, f"ask for the end of {topic}", lambda admin: admin.list_partition_offsets(places)
        )
        return {place.partition: held.offset for place, held in told.items()}


class _Client:
    """A client that is made when it is needed, used by one thread at a time unless it is a producer, and dropped on failure."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make, self._using = make, Lock()
        self._client: Any = None

    def use(self, broker: Broker, doing: str, act: Callable[[Any], T]) -> T:
        """Do it with the client; an error closes it, so that nothing it still holds is sent later."""
        with translated(broker, doing=doing):
            if not self._using.acquire(timeout=DELIVERY_SECONDS):
                raise Unavailable(f"cannot {doing}: others wait for the brokers already", retry_after_seconds=5)
            try:
                if self._client is None:
                    self._client = self._make()
                return act(self._client)
            except Exception:
                self._close()
                raise
            finally:
                self._using.release()

    def drop(self) -> None:
        """Close the client."""
        with self._using:
            self._close()

    def _close(self) -> None:
        client, self._client = self._client, None
        if isinstance(client, KafkaProducer):
            client.close(timeout=0)
        elif client is not None:
            client.close()


def _producer(broker: Broker, delivery_seconds: float) -> KafkaProducer:
    return KafkaProducer(
        **options_of(broker) | {"request_timeout_ms": int(delivery_seconds * 500)},
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        max_request_size=MAX_MESSAGE_BYTES,
        max_block_ms=int(delivery_seconds * 1000),
        delivery_timeout_ms=int(delivery_seconds * 1000),
    )


def _tail(broker: Broker) -> KafkaConsumer:
    return KafkaConsumer(
        **options_of(broker),
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
    )


def _followed(consumer: KafkaConsumer, place: TopicPartition, end: int, limit: int) -> list[Record]:
    records: list[Record] = []
    size = 0
    while len(records) < limit and size < READ_BYTES and consumer.position(place) < end:
        told = consumer.poll(timeout_ms=POLL_MS, max_records=limit - len(records)).get(place, [])
        for one in told:
            records.append(
                record_of(partition=one.partition, offset=one.offset, key=one.key, value=one.value, headers=one.headers)
            )
            size += len(records[-1].value)
    return records


def _single(topic: Topic) -> Topic:
    """Return a topic as one of one partition, so that a control appended from outside goes to all of its partitions."""
    return Topic(topic.name, topic.carries, partitions=1, keep_days=topic.keep_days)
