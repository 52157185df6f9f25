"""The clients of Kafka that the agents of a process share: what they write with, and what they ask where their groups are."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import SSLContext
from typing import Any, Final

from aiokafka import AIOKafkaProducer
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
    """What all agents write with, and what they ask the brokers with."""

    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient


@asynccontextmanager
async def clients_at(place: Place) -> AsyncIterator[Clients]:
    """Give the clients while the block lasts; Unavailable when no broker answers."""
    async with _producing(place) as producer, _asking(place) as admin:
        yield Clients(producer, admin)


@asynccontextmanager
async def _producing(place: Place) -> AsyncIterator[AIOKafkaProducer]:
    """Give the one producer of this process: idempotent, so that what it repeats for want of an answer stands once."""
    producer = AIOKafkaProducer(
        acks="all", enable_idempotence=True, linger_ms=2, max_request_size=MAX_MESSAGE_BYTES, **_access(place)
    )
    await _started(producer, place)
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def _asking(place: Place) -> AsyncIterator[AIOKafkaAdminClient]:
    """Give what this process asks the brokers with where its groups are."""
    admin = AIOKafkaAdminClient(**_access(place))
    await _started(admin, place)
    try:
        yield admin
    finally:
        await admin.close()


async def _started(client: AIOKafkaProducer | AIOKafkaAdminClient, place: Place) -> None:
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
