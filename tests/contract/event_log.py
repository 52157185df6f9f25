"""What every event log and state store must do."""

from datetime import UTC, datetime

import pytest

from schemas.ledger import Tick
from schemas.topics import CLAIMS, LEDGER
from streams.ports import Outgoing, Put


def a_tick(minute=0):
    return Tick(at=datetime(2026, 7, 3, 12, minute, tzinfo=UTC))


def ticks(log, minutes, topic=LEDGER):
    return log.append([Outgoing(topic, a_tick(minute)) for minute in minutes])


class EventLogContract:
    """Subclasses give `log` and `reopened`, which gives the same log as a new process would find it."""

    @pytest.fixture
    def log(self):
        raise NotImplementedError

    def test_records_come_back_in_order_with_rising_positions(self, log):
        positions = ticks(log, range(5))
        assert list(positions) == sorted(set(positions))
        assert [record.position for record in log.read(LEDGER, "reader", limit=10)] == list(positions)

    def test_what_was_not_committed_comes_again(self, log):
        ticks(log, range(3))
        first = log.read(LEDGER, "reader", limit=2)
        assert log.read(LEDGER, "reader", limit=2) == first
        log.commit(LEDGER, "reader", first[-1].position)
        assert [record.position for record in log.read(LEDGER, "reader", limit=2)] == [first[-1].position + 1]

    def test_groups_do_not_see_each_other(self, log):
        ticks(log, range(2))
        log.commit(LEDGER, "one", log.end(LEDGER))
        assert log.read(LEDGER, "one", limit=5) == []
        assert len(log.read(LEDGER, "other", limit=5)) == 2

    def test_topics_do_not_see_each_other(self, log):
        ticks(log, range(2), topic=CLAIMS)
        assert log.end(LEDGER) == 0
        assert log.read(LEDGER, "reader", limit=5) == []

    def test_a_read_is_bounded(self, log):
        ticks(log, range(10))
        assert len(log.read(LEDGER, "reader", limit=3)) == 3

    def test_seek_goes_back(self, log):
        ticks(log, range(3))
        log.commit(LEDGER, "reader", log.end(LEDGER))
        log.seek(LEDGER, "reader", 0)
        assert len(log.read(LEDGER, "reader", limit=5)) == 3

    def test_a_new_process_finds_all_and_goes_on_counting(self, log, reopened):
        first = ticks(log, range(2))
        log.commit(LEDGER, "reader", first[0])
        again = reopened()
        assert again.committed(LEDGER, "reader") == first[0]
        assert [record.value for record in again.read(LEDGER, "reader", limit=5)] == [
            record.value for record in log.read(LEDGER, "reader", limit=5)
        ]
        assert ticks(again, [9])[0] > first[-1]


class StateStoreContract:
    """Subclasses give `log` and `reopened`, an atomic log that keeps states."""

    def put(self, log, *puts):
        log.settle(LEDGER, "fold", 1, outputs=[], puts=[Put(*one) for one in puts])

    def test_the_last_put_wins_and_null_forgets(self, log):
        self.put(log, ("f", "a", b"1"), ("f", "b", b"1"))
        self.put(log, ("f", "a", b"2"), ("f", "b", None))
        assert (log.get("f", "a"), log.get("f", "b")) == (b"2", None)

    def test_folds_do_not_see_each_other(self, log):
        self.put(log, ("f", "a", b"1"))
        assert log.get("g", "a") is None
        assert list(log.scan("g")) == []

    def test_scan_gives_keys_of_a_prefix_in_order(self, log):
        self.put(log, *(("f", f"{kind}/{number:05}", b"x") for kind in ("body", "entry") for number in range(12_000)))
        keys = [key for key, _ in log.scan("f", "entry/")]
        assert keys == sorted(keys)
        assert len(keys) == 12_000

    def test_states_survive_a_restart(self, log, reopened):
        self.put(log, ("f", "a", b"1"))
        assert reopened().get("f", "a") == b"1"

    def test_a_batch_is_settled_whole_or_not_at_all(self, log, reopened):
        unwritable = [Outgoing(LEDGER, a_tick()), Outgoing(CLAIMS, None)]
        with pytest.raises(Exception, match=r"."):
            log.settle(LEDGER, "fold", 7, outputs=unwritable, puts=[Put("f", "a", b"1")])
        again = reopened()
        assert (again.end(LEDGER), again.committed(LEDGER, "fold"), again.get("f", "a")) == (0, 0, None)
