"""The log on a real broker."""

import pytest

from schemas.topics import CLAIMS, LEDGER, RAW, TOPICS, partition_of
from services.adapters.kafka_admin import missing, prepare
from services.adapters.kafka_log import KafkaLog
from streams.broker import Broker
from streams.errors import Unavailable
from streams.ports import Outgoing
from tests.builders import a_raw
from tests.contract.event_log import EventLogContract, a_tick, ticks
from tests.processes import free_port


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
def reopened(broker):
    opened = []

    def reopen():
        opened.append(KafkaLog(broker))
        return opened[-1]

    yield reopen
    for log in opened:
        log.close()


class TestKafkaLog(EventLogContract):
    @pytest.fixture
    def log(self, broker):
        log = KafkaLog(broker)
        yield log
        log.close()


def test_all_topics_are_there_and_making_them_again_changes_nothing(broker):
    prepare(broker, changelogs=[("release", 12)])
    assert missing(broker, [("release", 12), ("alert", 12)]) == [broker.changelog("alert")]


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


def test_lag_counts_all_partitions(log):
    log.append([Outgoing(RAW, a_raw(f"r{number}")) for number in range(40)])
    assert log.lag(RAW, "classify") == 40
    for partition in range(RAW.partitions):
        log.commit(RAW, "classify", log.end(RAW, partition=partition), partition=partition)
    assert log.lag(RAW, "classify") == 0


def test_a_read_stops_at_the_end_at_once(log):
    ticks(log, [1])
    assert [record.position for record in log.after(LEDGER, 0, limit=10)] == [1]
    assert log.after(LEDGER, 1, limit=10) == []


def test_no_broker_is_unavailable_within_bounds():
    log = KafkaLog(Broker(f"127.0.0.1:{free_port()}"), delivery_seconds=1)
    for ask in (
        lambda: log.append([Outgoing(LEDGER, a_tick())]),
        lambda: log.lag(LEDGER, "correlate"),
        lambda: log.after(LEDGER, 0, limit=1),
    ):
        with pytest.raises(Unavailable, match="brokers"):
            ask()
    assert "brokers" in log.missing()


def test_every_topic_of_ours_is_made(broker):
    assert not [topic for topic in TOPICS if broker.topic(topic) in missing(broker)]
