"""How a record lies in Kafka, for whichever client writes or reads it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.base import Keyed
from schemas.codec import encode, type_of
from schemas.ledger import CONTROLS
from schemas.topics import Topic, partition_of, partitions_of_control
from streams.broker import Broker
from streams.ports import Outgoing, Record

TYPE_HEADER = "type"

Headers = Sequence[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Message:
    """One message, to one partition; without a value it forgets the key of a compacted topic."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Headers = ()
    item: Keyed | None = None


def messages_of(outgoing: Iterable[Outgoing], broker: Broker, *, source: Topic, partition: int) -> Iterator[Message]:
    """Yield the messages of what follows from a record of this partition; a control goes on to its partitions."""
    for out in outgoing:
        item, topic = out.item, out.topic
        name, key, value = broker.topic(topic), item.key.encode("utf-8", "surrogatepass"), encode(item)
        headers = [(TYPE_HEADER, type_of(item).encode())]
        targets = (
            partitions_of_control(topic, source, partition)
            if isinstance(item, CONTROLS)
            else (partition_of(topic, item.key),)
        )
        for target in targets:
            yield Message(name, target, key, value, headers, item)


def record_of(*, partition: int, offset: int, key: bytes | None, value: bytes | None, headers: Headers) -> Record:
    """Return the record of a message. Positions begin at 1, so that 0 can say "none yet"."""
    told = dict(headers)
    return Record(
        position=offset + 1,
        key=(key or b"").decode("utf-8", "replace"),
        type=told.get(TYPE_HEADER, b"").decode("utf-8", "replace"),
        value=value or b"",
        partition=partition,
    )
