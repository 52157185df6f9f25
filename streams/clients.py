"""The clients of Kafka that the agents of a process share: what they write with, and what they ask where their groups are."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from streams.broker import Broker
from streams.errors import Unavailable

MAX_MESSAGE_BYTES: Final = 20_000_000


@dataclass(frozen=True)
class Place:
    """Where a worker runs: its brokers, under which certificates, its own folder for states, and the name that it keeps.

    Under a name that no other worker has, one that is started again within a session gets its partitions back at once; without
    one (empty), all wait until the brokers give up the one that was.
    """

    broker: Broker
    state_dir: Path
    tls: SSLContext | None = None
    member: str = ""


@dataclass(frozen=True)
class Clients:
    """What all agents write with, and what they ask the brokers with.

    `looker` reads nothing: it has a connection of its own, where no question waits behind a fetch that waits for records.
    """

    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient
    looker: AIOKafkaConsumer

    async def places(self, topic: str, partitions: int, group: str) -> dict[int, int]:
        """Return where a group is in each partition: at what it has committed, or where the partition begins."""
        every = [TopicPartition(topic, partition) for partition in range(partitions)]
        begins = await self.looker.beginning_offsets(every)
        held = await self.admin.list_consumer_group_offsets(group)
        return {one.partition: max(begins[one], held[one].offset if one in held else 0) for one in every}


@asynccontextmanager
async def clients_at(place: Place) -> AsyncIterator[Clients]:
    """Give the clients while the block lasts; Unavailable when no broker answers."""
    producer = AIOKafkaProducer(
        acks="all", enable_idempotence=True, linger_ms=2, max_request_size=MAX_MESSAGE_BYTES, **_access(place)
    )
    async with AsyncExitStack() as closing:
        for client, close in (
            (producer, producer.stop),
            (admin := AIOKafkaAdminClient(**_access(place)), admin.close),
            (looker := AIOKafkaConsumer(group_id=None, **_access(place)), looker.stop),
        ):
            await _started(client, place)
            closing.push_async_callback(close)
        yield Clients(producer, admin, looker)


async def _started(client: AIOKafkaProducer | AIOKafkaAdminClient | AIOKafkaConsumer, place: Place) -> None:
    try:
        await client.start()
    except KafkaError as exc:
        raise Unavailable(f"no broker answers at {place.broker.bootstrap}: {exc}") from exc


def _access(place: Place) -> dict[str, Any]:
    broker = place.broker
    return {
        "bootstrap_servers": broker.bootstrap,
        "security_protocol": broker.security.value,
        "ssl_context": place.tls,
        "sasl_mechanism": broker.mechanism.value,
        "sasl_plain_username": broker.username or None,
        "sasl_plain_password": broker.password or None,
    }
