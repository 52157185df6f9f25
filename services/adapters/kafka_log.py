"""The log on Kafka, for all but the steps themselves: append, follow, and how far each group has come."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.structs import OffsetAndMetadata

from schemas.topics import Topic
from services.adapters.kafka_admin import MAX_MESSAGE_BYTES
from services.adapters.kafka_client import Client, OneAtATime, connected
from services.adapters.kafka_connection import REQUEST_TIMEOUT_MS
from streams.broker import Broker
from streams.errors import TocsinError, Unavailable
from streams.message import messages_of, record_of
from streams.ports import Outgoing, Put, Record
from streams.states import state_key

DELIVERY_SECONDS = 8.0
"""How long an append may take: the door answers 503 after it, and who posted posts again."""

BATCH_BYTES = 131_072
READ_SECONDS = 10.0
READ_BYTES = 32_000_000
POLL_MS = 500
LAG_SECONDS = 0.5
"""How long a lag is believed: the intake asks at each post."""


class KafkaLog:
    """EventLog over Kafka. A position is an offset and 1, so that a group's committed offset is the position it has taken.

    Making one opens nothing; clients are made at first use, and anew after an error. Safe between threads. An append that
    failed may have appended a part of its records: appended again they change nothing.
    """

    def __init__(self, broker: Broker, *, delivery_seconds: float = DELIVERY_SECONDS) -> None:
        self._broker, self._delivery_seconds = broker, delivery_seconds
        self._producer = Client(broker, lambda: _producer(broker, delivery_seconds))
        self._admin = OneAtATime(broker, lambda: connected(KafkaAdminClient, broker))
        self._tail = OneAtATime(broker, lambda: _tail(broker))
        self._lags: dict[tuple[str, str], tuple[float, int]] = {}

    def append(self, records: Sequence[Outgoing]) -> Sequence[int]:
        """Append and wait until the brokers have all of it; return the position of each, of a control the last one's."""
        return self._producer.use("append", lambda producer: self._append(producer, records))

    def _append(self, producer: KafkaProducer, records: Sequence[Outgoing]) -> list[int]:
        deadline = time.monotonic() + self._delivery_seconds
        sent = [
            [
                producer.send(one.topic, one.value, key=one.key, partition=one.partition, headers=list(one.headers))
                for one in messages_of([out], self._broker, source=_single(out.topic), partition=0)
            ]
            for out in records
        ]
        return [max(held.offset + 1 for held in _acknowledged(futures, deadline)) for futures in sent]

    def read(self, topic: Topic, group: str, *, limit: int, partition: int = 0) -> Sequence[Record]:
        """Return what follows the group's offset in a partition."""
        return self.after(topic, self.committed(topic, group, partition=partition), limit=limit, partition=partition)

    def after(self, topic: Topic, position: int, *, limit: int, partition: int = 0) -> Sequence[Record]:
        """Return what follows a position of a partition, bounded in number and bytes; nothing at its end, without waiting."""
        place = TopicPartition(self._broker.topic(topic), partition)
        return self._tail.use(f"read {place.topic}", lambda consumer: _after(consumer, place, position, limit))

    def commit(self, topic: Topic, group: str, position: int, *, partition: int = 0) -> None:
        """Move the offset of a group that has no live members: the steps' groups move their own."""
        place = TopicPartition(self._broker.topic(topic), partition)
        moved = {place: OffsetAndMetadata(position, "", -1)}
        name = self._broker.group(group)
        self._admin.use(f"move {name}", lambda admin: admin.alter_group_offsets(name, moved))
        self._lags.clear()

    seek = commit

    def committed(self, topic: Topic, group: str, *, partition: int = 0) -> int:
        """Return the last position that a group has taken of a partition; 0 at first."""
        taken = self._admin.use(f"ask how far {group} is", lambda admin: self._taken(admin, topic, group))
        return taken.get(partition, 0)

    def end(self, topic: Topic, *, partition: int = 0) -> int:
        """Return the position of a partition's last record; 0 for one that never had any."""
        return self._admin.use(f"ask for the end of {topic}", lambda admin: self._ends(admin, topic))[partition]

    def lag(self, topic: Topic, group: str) -> int:
        """Return how many records of all partitions a group has not taken; as of half a second ago at most."""
        known = self._known_lag(topic, group)
        if known is None:
            known = self._admin.use(f"ask how far {group} is", lambda admin: self._counted_lag(admin, topic, group))
        return known

    def members(self, group: str) -> int:
        """Return how many consumers a group has."""
        name = self._broker.group(group)
        told = self._admin.use(f"ask for {name}", lambda admin: admin.describe_groups([name]))
        return len(told[name]["members"]) if name in told else 0

    def keep_states(self, fold: str, puts: Sequence[tuple[int, Put]]) -> None:
        """Put states of a fold, each in its partition, where the fold's workers find them when they start."""

        def write(producer: KafkaProducer) -> None:
            name = self._broker.changelog(fold)
            sent = [
                producer.send(name, put.value, key=state_key(put.fold, put.key), partition=partition)
                for partition, put in puts
            ]
            _acknowledged(sent, time.monotonic() + self._delivery_seconds)

        self._producer.use(f"keep states of {fold}", write)

    def missing(self) -> str | None:
        """Return what keeps the brokers from answering, if anything does."""
        try:
            self._admin.use("look at topics", lambda admin: admin.list_topics())
        except TocsinError as exc:
            return str(exc)
        return None

    def close(self) -> None:
        """Close all clients."""
        self._producer.close()
        self._admin.close()
        self._tail.close()

    def _known_lag(self, topic: Topic, group: str) -> int | None:
        at, known = self._lags.get((topic.name, group), (0.0, 0))
        return known if time.monotonic() - at < LAG_SECONDS else None

    def _counted_lag(self, admin: KafkaAdminClient, topic: Topic, group: str) -> int:
        """Count, unless another thread has done so while this one waited for its turn."""
        known = self._known_lag(topic, group)
        if known is None:
            taken = self._taken(admin, topic, group)
            known = sum(max(0, end - taken.get(place, 0)) for place, end in self._ends(admin, topic).items())
            self._lags[topic.name, group] = time.monotonic(), known
        return known

    def _taken(self, admin: KafkaAdminClient, topic: Topic, group: str) -> dict[int, int]:
        name, asked = self._broker.group(group), self._broker.topic(topic)
        told = admin.list_group_offsets({name: None})
        return {place.partition: held.offset for place, held in told[name].items() if place.topic == asked}

    def _ends(self, admin: KafkaAdminClient, topic: Topic) -> dict[int, int]:
        places = {TopicPartition(self._broker.topic(topic), one): OffsetSpec.LATEST for one in range(topic.partitions)}
        return {place.partition: held.offset for place, held in admin.list_partition_offsets(places).items()}


def _producer(broker: Broker, delivery_seconds: float) -> KafkaProducer:
    """Return a producer that gives up a little before who waits for it does: nothing is sent after an append has failed."""
    return connected(
        KafkaProducer,
        broker,
        enable_idempotence=True,
        acks="all",
        linger_ms=0,
        batch_size=BATCH_BYTES,
        max_request_size=MAX_MESSAGE_BYTES,
        max_block_ms=int(delivery_seconds * 500),
        request_timeout_ms=int(delivery_seconds * 500),
        delivery_timeout_ms=int(delivery_seconds * 750),
    )


def _tail(broker: Broker) -> KafkaConsumer:
    return connected(
        KafkaConsumer,
        broker,
        group_id=None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=MAX_MESSAGE_BYTES,
    )


def _acknowledged(futures: Iterable[Any], deadline: float) -> list[Any]:
    """Return what the brokers say of each message."""
    return [future.get(timeout=max(0.1, deadline - time.monotonic())) for future in futures]


def _after(consumer: KafkaConsumer, place: TopicPartition, position: int, limit: int) -> list[Record]:
    end = consumer.end_offsets([place], timeout_ms=REQUEST_TIMEOUT_MS)[place]
    if position >= end:
        return []
    start = max(position, consumer.beginning_offsets([place], timeout_ms=REQUEST_TIMEOUT_MS)[place])
    consumer.assign([place])
    consumer.seek(place, start)
    return _followed(consumer, place, end, limit)


def _followed(consumer: KafkaConsumer, place: TopicPartition, end: int, limit: int) -> list[Record]:
    """Return what lies between where the consumer stands and the end; offsets may lack where the topic was compacted."""
    records: list[Record] = []
    size, deadline = 0, time.monotonic() + READ_SECONDS
    while len(records) < limit and size < READ_BYTES and consumer.position(place, timeout_ms=REQUEST_TIMEOUT_MS) < end:
        if time.monotonic() > deadline:
            raise Unavailable(f"{place.topic} ends at {end} and gave nothing for {READ_SECONDS:.0f} s")
        for one in consumer.poll(timeout_ms=POLL_MS, max_records=limit - len(records)).get(place, []):
            records.append(
                record_of(partition=one.partition, offset=one.offset, key=one.key, value=one.value, headers=one.headers)
            )
            size += len(records[-1].value)
    return records


def _single(topic: Topic) -> Topic:
    """Return a topic as one of one partition, so that a control appended from outside goes to all of its partitions."""
    return Topic(topic.name, topic.carries, partitions=1, keep_days=topic.keep_days)
