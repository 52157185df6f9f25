"""Makes the topics on the brokers, and says which are missing."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field

from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import TopicAlreadyExistsError

from schemas.topics import TOPICS, Topic
from services.adapters.kafka_connection import options_of, translated
from streams.broker import Broker
from streams.errors import ConfigError

MAX_MESSAGE_BYTES = 20_000_000
DAY_MS = 86_400_000
ENOUGH_COPIES = 3
CHANGELOG_SEGMENT_BYTES = 64_000_000
"""A segment is compacted once it is full, so a state's old values go sooner from small ones."""


@dataclass(frozen=True)
class Wanted:
    """A topic as it should be."""

    name: str
    partitions: int
    options: dict[str, str] = field(default_factory=dict)


def prepare(broker: Broker, *, replication: int = 1, changelogs: Sequence[tuple[str, int]] = ()) -> None:
    """Make the topics that are not there, also when several processes do it at once; ConfigError for one of another shape."""
    wanted = wanted_topics(broker, changelogs)
    with translated(broker, doing="make topics"), closing(KafkaAdminClient(**options_of(broker))) as admin:
        held = _partitions(admin, wanted)
        absent = [one for one in wanted if one.name not in held]
        if absent:
            made = [_new(one, replication) for one in absent]
            try:
                admin.create_topics(made)
            except TopicAlreadyExistsError:
                _one_by_one(admin, made)
            admin.wait_for_topics([one.name for one in absent])
            held = _partitions(admin, wanted)
    for one in wanted:
        if held.get(one.name, one.partitions) != one.partitions:
            raise ConfigError(
                f"the topic {one.name} has {held[one.name]} partitions and needs {one.partitions}; "
                "choose another TOCSIN_SPACE, or remove the topic if nothing of it is needed"
            )


def missing(broker: Broker, changelogs: Sequence[tuple[str, int]] = ()) -> list[str]:
    """Return the names of topics that are not there."""
    wanted = wanted_topics(broker, changelogs)
    with translated(broker, doing="look at topics"), closing(KafkaAdminClient(**options_of(broker))) as admin:
        held = _partitions(admin, wanted)
    return [one.name for one in wanted if one.name not in held]


def wanted_topics(broker: Broker, changelogs: Sequence[tuple[str, int]]) -> list[Wanted]:
    """Return every topic of ours as it should be on the brokers."""
    topics = [Wanted(broker.topic(topic), topic.partitions, _options(topic)) for topic in TOPICS]
    compacted = {"cleanup.policy": "compact", "segment.bytes": str(CHANGELOG_SEGMENT_BYTES)}
    return topics + [Wanted(broker.changelog(name), partitions, compacted) for name, partitions in changelogs]


def _options(topic: Topic) -> dict[str, str]:
    if topic.compacted:
        return {"cleanup.policy": "compact"}
    return {"retention.ms": str(-1 if topic.keep_days is None else topic.keep_days * DAY_MS)}


def _new(wanted: Wanted, replication: int) -> NewTopic:
    safe = {"min.insync.replicas": "2"} if replication >= ENOUGH_COPIES else {}
    options = {"max.message.bytes": str(MAX_MESSAGE_BYTES), **safe, **wanted.options}
    return NewTopic(wanted.name, wanted.partitions, replication, topic_configs=options)


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
