"""Where records lie: the partition of a key, where a control goes on, and what the brokers are told of each topic."""

import pytest

from schemas.topics import (
    CLAIMS,
    HITS,
    LEDGER,
    PROJECTIONS,
    RAW,
    REFERENCE,
    TOPICS,
    partition_of,
    partitions_of_control,
    topic_named,
)
from services.adapters.kafka_admin import wanted_topics
from streams.broker import Broker
from streams.pipeline import PIPELINE

BROKER = Broker("127.0.0.1:9092", space="live")
DAY_MS = 86_400_000


# Written down once: a record of a key that moved to another partition would be overtaken by its own past.
@pytest.mark.parametrize(
    ("key", "partition"),
    [
        ("", 0),  # nothing hashes to nothing
        ("123456789", 2),  # the check value of CRC-32, CBF43926
        ("gallium", 8),
        ("鎵", 11),  # by its UTF-8 bytes
        ("press/r1", 0),
        ("\ud800", 4),  # half a character, as only a broken post brings it
    ],
)
def test_a_key_stays_in_its_partition_for_ever(key, partition):
    assert partition_of(RAW, key) == partition


def test_a_topic_of_one_partition_has_all_keys_in_it():
    assert {partition_of(LEDGER, f"key-{number}") for number in range(100)} == {0}


def test_keys_are_spread_over_all_partitions():
    assert {partition_of(CLAIMS, f"thing-{number}") for number in range(500)} == set(range(12))


# A control reaches each partition of the target once, whichever partitions it was read from.
@pytest.mark.parametrize(
    "step", [step for step in PIPELINE if getattr(step, "target", None)], ids=lambda step: step.name
)
def test_a_control_reaches_each_partition_of_the_next_topic_once(step):
    reached = [
        target
        for partition in range(step.source.partitions)
        for target in partitions_of_control(step.target, step.source, partition)
    ]
    assert sorted(reached) == list(range(step.target.partitions))


def test_a_topic_is_found_by_its_name_and_names_are_unique():
    assert [topic_named(topic.name) for topic in TOPICS] == list(TOPICS)
    with pytest.raises(KeyError):
        topic_named("rumours")


# topic -> what becomes of its old records
@pytest.mark.parametrize(
    ("topic", "options"),
    [
        (LEDGER, {"retention.ms": "-1"}),  # for ever
        (RAW, {"retention.ms": str(30 * DAY_MS)}),
        (HITS, {"retention.ms": str(7 * DAY_MS)}),
    ],
)
def test_the_brokers_are_told_how_long_a_topic_is_kept(topic, options):
    [wanted] = [one for one in wanted_topics(BROKER, []) if one.name == f"live.{topic.name}"]
    assert (wanted.partitions, wanted.options) == (topic.partitions, options)


def test_a_changelog_forgets_by_key_and_has_the_partitions_of_its_source():
    [wanted] = [one for one in wanted_topics(BROKER, [("release", 12)]) if "changelog" in one.name]
    assert (wanted.name, wanted.partitions) == (BROKER.changelog("release"), 12)
    assert wanted.options["cleanup.policy"] == "compact"
    assert int(wanted.options["segment.bytes"]) < 1_000_000_000  # the brokers' own, which a state hardly ever fills


def test_spaces_do_not_share_a_topic():
    other = Broker("127.0.0.1:9092", space="exercise")
    names = [{one.name for one in wanted_topics(broker, [("release", 12)])} for broker in (BROKER, other)]
    assert not names[0] & names[1]
    assert len(names[0]) == len(TOPICS) + 1


def test_no_version_of_a_rule_is_forgotten():
    (told,) = [one for one in wanted_topics(Broker("b:1"), ()) if one.name.endswith(REFERENCE.name)]
    assert told.options == {"retention.ms": "-1"}  # a replay judges by the rules of its time


def test_things_keep_their_partition_from_claims_to_the_sinks():
    assert partition_of(CLAIMS, "event/1") == partition_of(PROJECTIONS, "event/1")
