"""The log on a real broker."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from kafka import TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

from deploy.local.ports import free_port
from deploy.local.process import wait_until
from schemas.codec import decode
from schemas.dead import DeadLetter
from schemas.topics import ALERTS, CLAIMS, DEAD, LEDGER, RAW, partition_of
from services.adapters.kafka_admin import missing, prepare
from services.adapters.kafka_log import KafkaLog
from streams.broker import Broker
from streams.errors import ConfigError, InvalidInput, TocsinError, Unavailable
from streams.ports import Outgoing
from tests.builders import a_raw
from tests.contract.event_log import EventLogContract, a_tick, ticks
from tests.servers import a_kafka

AWAY_SECONDS = 12
BACK_SECONDS = 40


@pytest.fixture
def broker(kafka, space):
    broker = Broker(kafka.address, space=space)
    prepare(broker, changelogs=[("release", 12)])
    return broker


@pytest.fixture
def log(broker):
    log = KafkaLog(broker)
    yield log
    log.close()


@pytest.fixture
def admin(kafka):
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    yield admin
    admin.close()


@pytest.fixture
def reopened(broker):
    opened = []

    def reopen():
        opened.append(KafkaLog(broker))
        return opened[-1]

    yield reopen
    for log in opened:
        log.close()


@pytest.fixture(scope="module")
def mortal():
    """Return a broker of this module's own, which its tests end and start again."""
    with a_kafka() as server:
        yield server


class TestKafkaLog(EventLogContract):
    @pytest.fixture
    def log(self, broker):
        log = KafkaLog(broker)
        yield log
        log.close()


def open_clients():
    """Count what a client holds: threads, and a selector each."""
    held = [path.readlink().name for path in Path("/proc/self/fd").iterdir() if path.is_symlink()]
    return threading.active_count(), held.count("anon_inode:[eventpoll]")


def test_all_topics_are_there_and_making_them_again_changes_nothing(broker):
    prepare(broker, changelogs=[("release", 12)])
    assert missing(broker, [("release", 12), ("alert", 12)]) == [broker.changelog("alert")]


def test_several_processes_may_make_the_topics_at_once(kafka, space):
    broker = Broker(kafka.address, space=space)
    with ThreadPoolExecutor(4) as processes:
        for made in [processes.submit(prepare, broker, changelogs=[("release", 12)]) for _ in range(4)]:
            made.result()
    assert missing(broker, [("release", 12)]) == []


def test_the_brokers_keep_each_topic_as_long_as_it_says(broker, admin):
    # topic, what its brokers are told
    told = {
        broker.topic(LEDGER): {"retention.ms": "-1"},  # for ever
        broker.topic(CLAIMS): {"retention.ms": str(7 * 86_400_000)},
        broker.changelog("release"): {"cleanup.policy": "compact", "segment.bytes": "64000000"},
    }
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in told]
    held = admin.describe_configs(asked)["topic"]
    for name, options in told.items():
        assert {option: held[name][option]["value"] for option in options} == options
        assert held[name]["max.message.bytes"]["value"] == "20000000"


def test_a_topic_of_another_shape_is_refused_with_what_to_do(kafka, space, admin):
    broker = Broker(kafka.address, space=space)
    admin.create_topics([NewTopic(broker.topic(CLAIMS), num_partitions=3, replication_factor=1)])
    with pytest.raises(ConfigError, match=r"claims has 3 partitions and needs 12; choose another TOCSIN_SPACE"):
        prepare(broker)


def test_more_copies_than_brokers_are_refused_with_what_to_do(kafka, space):
    with pytest.raises(Unavailable, match=r"3 copies.*TOCSIN_KAFKA__REPLICATION"):
        prepare(Broker(kafka.address, space=space), replication=3)


def test_records_of_one_key_lie_in_one_partition_in_order(log):
    raws = [a_raw(f"r{number % 5}") for number in range(50)]
    log.append([Outgoing(RAW, raw) for raw in raws])
    for partition in range(RAW.partitions):
        held = log.after(RAW, 0, limit=100, partition=partition)
        assert [record.key for record in held] == [raw.key for raw in raws if partition_of(RAW, raw.key) == partition]


def test_a_control_reaches_every_partition(log):
    ticks(log, [1, 2], topic=CLAIMS)
    for partition in range(CLAIMS.partitions):
        assert len(log.after(CLAIMS, 0, limit=5, partition=partition)) == 2


def test_threads_append_at_once_and_each_is_told_its_own_positions(log):
    raws = [[a_raw(f"{thread}-{number}") for number in range(25)] for thread in range(8)]
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda mine: [log.append([Outgoing(RAW, raw)])[0] for raw in mine], raws))
    for mine, positions in zip(raws, told, strict=True):
        for raw, position in zip(mine, positions, strict=True):
            [record] = log.after(RAW, position - 1, limit=1, partition=partition_of(RAW, raw.key))
            assert (record.key, record.position) == (raw.key, position)


def test_lag_counts_all_partitions(log):
    log.append([Outgoing(RAW, a_raw(f"r{number}")) for number in range(40)])
    assert log.lag(RAW, "classify") == 40
    for partition in range(RAW.partitions):
        log.commit(RAW, "classify", log.end(RAW, partition=partition), partition=partition)
    assert log.lag(RAW, "classify") == 0


def test_a_lag_is_believed_for_a_moment_only(log):
    assert log.lag(RAW, "classify") == 0
    log.append([Outgoing(RAW, a_raw())])
    assert wait_until(lambda: log.lag(RAW, "classify") == 1, 2)


def test_a_read_stops_at_the_end_at_once(log):
    ticks(log, [1])
    assert [record.position for record in log.after(LEDGER, 0, limit=10)] == [1]
    began = time.monotonic()
    assert [log.after(LEDGER, 1, limit=10) for _ in range(20)] == [[]] * 20
    assert time.monotonic() - began < 5  # a poll that waits for more would take half a second each


def test_a_read_steps_over_what_the_brokers_have_forgotten(log, broker, admin):
    ticks(log, range(5))
    admin.delete_records({TopicPartition(broker.topic(LEDGER), 0): 3})
    assert [record.position for record in log.after(LEDGER, 0, limit=10)] == [4, 5]


def test_the_largest_record_comes_back_whole(log):
    letter = a_letter(14_000_000)
    [position] = log.append([Outgoing(DEAD, letter)])
    [record] = log.after(DEAD, position - 1, limit=5)
    assert decode(record.type, record.value) == letter


def test_a_record_that_no_broker_takes_is_invalid_and_disturbs_nobody(log):
    with pytest.raises(InvalidInput, match="larger"):
        log.append([Outgoing(DEAD, a_letter(16_000_000))])
    assert ticks(log, [1]) == [1]


def test_no_broker_is_unavailable_within_bounds_and_leaves_nothing_open():
    log = KafkaLog(Broker(f"127.0.0.1:{free_port()}"), delivery_seconds=1)
    before = open_clients()
    for ask in (
        lambda: log.append([Outgoing(LEDGER, a_tick())]),
        lambda: log.lag(LEDGER, "correlate"),
        lambda: log.after(LEDGER, 0, limit=1),
    ):
        with pytest.raises(Unavailable, match="brokers"):
            ask()
    assert "brokers" in log.missing()
    assert open_clients() == before


def test_groups_of_a_broker_that_is_new_can_be_asked_for_at_once(mortal):
    broker = Broker(mortal.address, space="fresh")
    prepare(broker)
    log = KafkaLog(broker)
    assert log.lag(RAW, "classify") == 0
    log.close()


def test_what_was_acknowledged_survives_a_killed_broker(mortal):
    broker = Broker(mortal.address, space="killed")
    prepare(broker)
    log, acknowledged = KafkaLog(broker, delivery_seconds=2), []

    def post(thread):
        with suppress(Unavailable):
            for number in range(100_000):
                raws = [a_raw(f"{thread}-{number}-{one}") for one in range(5)]
                log.append([Outgoing(RAW, raw) for raw in raws])
                acknowledged.extend(raw.key for raw in raws)

    with ThreadPoolExecutor(3) as threads:
        posting = [threads.submit(post, thread) for thread in range(3)]
        assert wait_until(lambda: len(acknowledged) > 300, 30)
        mortal.kill()
        for one in posting:
            one.result()
    mortal.start()

    kept = set()
    for partition in range(RAW.partitions):
        position = 0
        while records := log.after(RAW, position, limit=500, partition=partition):
            kept |= {record.key for record in records}
            position = records[-1].position
    assert set(acknowledged) <= kept
    log.close()


# How brokers go away, and what becomes of an append that they were sent: killed ones have lost it, frozen ones may take it.
@pytest.mark.parametrize("frozen", [False, True])
def test_brokers_that_are_away_are_unavailable_until_they_are_back(mortal, frozen):
    broker = Broker(mortal.address, space=f"away{frozen}")
    prepare(broker)
    before = open_clients()
    log = KafkaLog(broker, delivery_seconds=3)
    asks = (
        lambda: ticks(log, [2]),
        lambda: log.after(LEDGER, 0, limit=5),
        lambda: log.committed(LEDGER, "correlate"),
        lambda: log.lag(RAW, "classify"),
        lambda: log.end(ALERTS),
        lambda: log.commit(DEAD, "replay", 0),
    )
    ticks(log, [1])
    assert [ask() for ask in asks[1:3]]  # every client has met the brokers

    freeze(mortal.pid) if frozen else mortal.kill()
    with ThreadPoolExecutor(len(asks)) as threads:
        began = time.monotonic()
        told = [type(asked.exception()) for asked in [threads.submit(ask) for ask in asks]]
        taken_seconds = time.monotonic() - began
    os.kill(mortal.pid, signal.SIGCONT) if frozen else mortal.start()

    assert told == [Unavailable] * len(asks)
    assert taken_seconds < AWAY_SECONDS
    assert wait_until(lambda: _answers(lambda: ticks(log, [3])), BACK_SECONDS)
    assert wait_until(lambda: all(_answers(ask) for ask in asks[1:]), BACK_SECONDS)
    held = [decode(record.type, record.value).at.minute for record in log.after(LEDGER, 0, limit=9)]
    assert held in ([1, 3], [1, 2, 3]) if frozen else held == [1, 3]
    log.close()
    assert wait_until(lambda: open_clients() <= before, 5)


def freeze(pid):
    """Stop a process, and wait until each of its threads stands: on a busy machine one may answer for a moment yet."""
    os.kill(pid, signal.SIGSTOP)
    states = Path(f"/proc/{pid}/task").glob
    assert wait_until(lambda: all(" T " in one.read_text()[:80] for one in states("*/stat")), 10)


def a_letter(size):
    facts = {"stage": "classify", "topic": "raw", "position": 1, "record_key": "k", "record_type": "Raw/1"}
    return DeadLetter(**facts, value=os.urandom(size), error="InvalidInput", detail="large")


def _answers(ask):
    try:
        ask()
    except TocsinError:
        return False
    return True
