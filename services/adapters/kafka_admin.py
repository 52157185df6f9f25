"""Makes the topics on the brokers, and says which are missing."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    InvalidReplicationFactorError,
    NotCoordinatorError,
    TopicAlreadyExistsError,
)

from schemas.topics import TOPICS, Topic
from services.adapters.kafka_client import connected
from services.adapters.kafka_connection import translated
from streams.broker import Broker
from streams.errors import ConfigError, Unavailable

MAX_MESSAGE_BYTES = 20_000_000
DAY_MS = 86_400_000
ENOUGH_COPIES = 3
CHANGELOG_SEGMENT_BYTES = 64_000_000
"""A segment is compacted once it is full, so a state's old values go sooner from small ones."""

GROUPS_SECONDS = 10.0
NOT_YET = (CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError)


@dataclass(frozen=True)
class Wanted:
    """A topic as it should be."""

    name: str
    partitions: int
    options: dict[str, str] = field(default_factory=dict)


def prepare(broker: Broker, *, replication: int = 1, changelogs: Sequence[tuple[str, int]] = ()) -> None:
    """Make the topics that are not there, also when several processes do it at once; ConfigError for one of another shape."""
    wanted = wanted_topics(broker, changelogs)
    with _admin(broker, doing="make topics") as admin:
        held = _partitions(admin, wanted)
        absent = [one for one in wanted if one.name not in held]
        if absent:
            _make(admin, absent, replication)
            held = _partitions(admin, wanted)
        _await_groups(admin, broker)
    for one in wanted:
        if held.get(one.name, one.partitions) != one.partitions:
            raise ConfigError(
                f"the topic {one.name} has {held[one.name]} partitions and needs {one.partitions}; "
                "choose another TOCSIN_SPACE, or remove the topic if nothing of it is needed"
            )


def missing(broker: Broker, changelogs: Sequence[tuple[str, int]] = ()) -> list[str]:
    """Return the names of topics that are not there."""
    wanted = wanted_topics(broker, changelogs)
    with _admin(broker, doing="look at topics") as admin:
        held = _partitions(admin, wanted)
    return [one.name for one in wanted if one.name not in held]


def wanted_topics(broker: Broker, changelogs: Sequence[tuple[str, int]]) -> list[Wanted]:
    """Return every topic of ours as it should be on the brokers."""
    topics = [Wanted(broker.topic(topic), topic.partitions, _options(topic)) for topic in TOPICS]
    compacted = {"cleanup.policy": "compact", "segment.bytes": str(CHANGELOG_SEGMENT_BYTES)}
    return topics + [Wanted(broker.changelog(name), partitions, compacted) for name, partitions in changelogs]


def _options(topic: Topic) -> dict[str, str]:
    return {"retention.ms": str(-1 if topic.keep_days is None else topic.keep_days * DAY_MS)}


def _new(wanted: Wanted, replication: int) -> NewTopic:
    safe = {"min.insync.replicas": "2"} if replication >= ENOUGH_COPIES else {}
    options = {"max.message.bytes": str(MAX_MESSAGE_BYTES), **safe, **wanted.options}
    return NewTopic(wanted.name, wanted.partitions, replication, topic_configs=options)


@contextmanager
def _admin(broker: Broker, *, doing: str) -> Iterator[KafkaAdminClient]:
    with translated(broker, doing=doing), closing(connected(KafkaAdminClient, broker)) as admin:
        yield admin


def _make(admin: KafkaAdminClient, absent: Sequence[Wanted], replication: int) -> None:
    """Make topics, and wait until the brokers can be asked for them."""
    made = [_new(one, replication) for one in absent]
    try:
        admin.create_topics(made)
    except TopicAlreadyExistsError:
        _one_by_one(admin, made)
    except InvalidReplicationFactorError as exc:
        told = f"the brokers cannot keep {replication} copies of a topic"
        raise Unavailable(f"{told}: start more of them, or lower TOCSIN_KAFKA__REPLICATION") from exc
    admin.wait_for_topics([one.name for one in absent])


def _await_groups(admin: KafkaAdminClient, broker: Broker) -> None:
    """Wait until the brokers know how far groups are: on new ones the first question makes the place that is kept in."""
    deadline = time.monotonic() + GROUPS_SECONDS
    while True:
        try:
            admin.list_group_offsets({broker.group("prepare"): None})
        except NOT_YET:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return


def _one_by_one(admin: KafkaAdminClient, made: Sequence[NewTopic]) -> None:
    """Make what another process has not made meanwhile."""
    for one in made:
        try:
            admin.create_topics([one])
        except TopicAlreadyExistsError:
            continue


def _partitions(admin: KafkaAdminClient, wanted: Sequence[Wanted]) -> dict[str, int]:
    """Return how many partitions each of these topics has that is there."""
    there = set(admin.list_topics())
    names = [one.name for one in wanted if one.name in there]
    if not names:
        return {}
    return {told["name"]: len(told["partitions"]) for told in admin.describe_topics(names)}
