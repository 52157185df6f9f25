import time

import pytest

from schemas.topics import LEDGER, TOPICS
from services.adapters.sqlite_log import TAIL_RECORDS, SqliteLog
from tests.contract.event_log import EventLogContract, StateStoreContract, ticks


@pytest.fixture
def log(tmp_path):
    log = SqliteLog(tmp_path / "log.db")
    yield log
    log.close()


@pytest.fixture
def reopened(tmp_path):
    opened = []

    def reopen():
        opened.append(SqliteLog(tmp_path / "log.db"))
        return opened[-1]

    yield reopen
    for log in opened:
        log.close()


class TestSqliteLog(EventLogContract):
    @pytest.fixture
    def log(self, log):
        return log

    def test_what_lies_behind_the_decoded_tail_is_read_from_the_file(self, log):
        ticks(log, [number % 60 for number in range(TAIL_RECORDS + 10)])
        assert [record.position for record in log.read(LEDGER, "reader", limit=5)] == [1, 2, 3, 4, 5]

    def test_trimming_forgets_only_what_every_group_has_taken(self, log):
        ticks(log, range(4))
        log.commit(LEDGER, "reader", 2)
        assert log.trim(LEDGER, before_ms=2**62) == 2
        assert [record.position for record in log.read(LEDGER, "late", limit=5)] == [3, 4]

    @pytest.mark.parametrize(
        ("days", "left"),
        [
            ([1, 2, 9, 10], [3, 4]),
            ([1, 2], []),
            ([9, 10], [1, 2]),
            ([1, 9, 2, 10], [2, 3, 4]),  # the clock went back: those behind a young one stay a little longer
            ([1, 4_000, 2, 9], [2, 4]),  # and ahead: what is of the future keeps nothing but itself
        ],
    )
    def test_trimming_forgets_what_is_old_up_to_the_first_that_is_young(self, log, monkeypatch, days, left):
        day_ms = 86_400_000
        for day in days:
            monkeypatch.setattr(time, "time_ns", lambda day=day: day * day_ms * 1_000_000)
            ticks(log, [1])
        log.commit(LEDGER, "reader", len(days))
        monkeypatch.setattr(time, "time_ns", lambda: 11 * day_ms * 1_000_000)
        forgotten = log.trim(LEDGER, before_ms=5 * day_ms)
        log.seek(LEDGER, "reader", 0)
        assert [record.position for record in log.read(LEDGER, "reader", limit=9)] == left
        assert forgotten == len(days) - len(left)

    def test_a_cleared_topic_goes_on_counting(self, log, reopened):
        ticks(log, range(3))
        log.clear([], TOPICS, [(LEDGER, "reader")])
        assert log.read(LEDGER, "reader", limit=5) == []
        assert reopened().end(LEDGER) == 3
        assert ticks(log, [1]) == [4]


class TestSqliteStates(StateStoreContract):
    @pytest.fixture
    def log(self, log):
        return log
