"""A step's group of consumers: a faust app that loses nothing, its bytes, and the table of a fold."""

from collections.abc import Mapping
from ssl import SSLContext
from typing import Any, Final

import faust
from faust.types.auth import CredentialsT

from schemas.topics import Topic
from streams.broker import Broker
from streams.clients import MAX_MESSAGE_BYTES, Place
from streams.pulse import SESSION_SECONDS
from streams.stage import Step
from streams.transport import MAX_FETCHED, by_batch

TABLE: Final = "states"

RAW_BYTES: Final[Mapping[str, Any]] = {
    "key_type": bytes,
    "value_type": bytes,
    "key_serializer": "raw",
    "value_serializer": "raw",
}
"""How a topic is read whose records we decode ourselves."""


def table_of(app: faust.App, source: Topic) -> Any:  # noqa: ANN401 - faust's table
    """Return the table that keeps a fold's states beside the partitions of its topic."""
    return app.Table(TABLE, partitions=source.partitions, key_type=bytes, value_type=bytes)


def app_of(step: Step, place: Place) -> faust.App:
    """Return a faust app that loses nothing: no acknowledgement of its own, no topic made by itself, no leader, no web."""
    broker, folder = place.broker, place.state_dir / step.name
    folder.mkdir(parents=True, exist_ok=True)
    app = faust.App(
        broker.group(step.name),
        broker=[f"kafka://{one}" for one in broker.bootstrap.split(",")],
        broker_credentials=_credentials(broker, place.tls),
        store="rocksdb://?driver=rocksdict",
        datadir=str(folder),
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_wait_empty=False,
        broker_session_timeout=SESSION_SECONDS,
        broker_heartbeat_interval=SESSION_SECONDS / 4,
        broker_commit_interval=1.0,
        broker_max_poll_records=MAX_FETCHED,
        consumer_max_fetch_size=MAX_MESSAGE_BYTES,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{place.member}-{step.name}" if place.member else None,
        producer_max_request_size=MAX_MESSAGE_BYTES,
    )
    return by_batch(app, broker.topic(step.source))


def _credentials(broker: Broker, tls: SSLContext | None) -> CredentialsT | None:
    if broker.is_named:
        return faust.SASLCredentials(
            username=broker.username, password=broker.password, mechanism=broker.mechanism.value, ssl_context=tls
        )
    return faust.SSLCredentials(tls) if tls else None
