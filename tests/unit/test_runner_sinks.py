"""What a sink does: skips what its store holds, gives again what it lost, refuses what it can never take."""

import pytest

from schemas.codec import encode, type_of
from schemas.ledger import RulesChanged, Tick
from schemas.projection import Projection
from schemas.topics import DEAD, PROJECTIONS
from streams.errors import InvalidInput
from streams.ports import Ports, Record
from streams.runner import Runner
from tests.builders import NOON, a_projection
from tests.fakes import MemoryLog, MemoryStore, memory_ports
from tests.unit.test_runner import PUBLISH, drained, items


@pytest.fixture
def log():
    return MemoryLog()


def test_what_a_store_can_never_take_is_a_dead_letter_and_the_rest_is_kept(log):
    class Choosy(MemoryStore):
        def put(self, items, positions):
            if any(item.reports[0].native_id == "b" for item in items):
                raise InvalidInput("no b here")
            super().put(items, positions)

    ports = Ports(index=MemoryStore(), history=Choosy(), outbox=MemoryStore())
    log.tell(PROJECTIONS, *(a_projection(name) for name in "abc"))
    drained(log, PUBLISH, ports=ports)
    assert [item.reports[0].native_id for item in ports.history.items] == ["a", "c"]
    assert ports.history.cursor() == 3
    (letter,) = items(log, DEAD)
    assert (letter.position, letter.detail) == (2, "no b here")


def test_a_sink_skips_what_the_store_holds(log):
    ports = memory_ports()
    log.tell(PROJECTIONS, *(a_projection(name) for name in "abc"))
    drained(log, PUBLISH, ports=ports)
    log.tell(PROJECTIONS, a_projection("d"))
    log.seek(PROJECTIONS, "publish", 1)
    drained(log, PUBLISH, ports=ports)
    assert [item.reports[0].native_id for item in ports.history.items] == ["a", "b", "c", "d"]


def test_a_store_that_lost_its_end_is_given_it_again(log):
    log.tell(PROJECTIONS, *(a_projection(name) for name in "abc"))
    drained(log, PUBLISH)
    restored = memory_ports()
    restored.history.positions = {0: 1}
    drained(log, PUBLISH, ports=restored)
    assert len(restored.history.items) == 2


def test_a_sink_takes_no_controls(log):
    ports = memory_ports()
    log.tell(PROJECTIONS, Tick(at=NOON), a_projection(), Tick(at=NOON), RulesChanged(version=1, at=NOON))
    drained(log, PUBLISH, ports=ports)
    assert [type(item) for item in ports.history.items] == [Projection]
    assert log.committed(PROJECTIONS, "publish") == 4


def test_poison_before_a_sink_is_refused_once_however_often_the_process_starts(log):
    ports = memory_ports()
    log.tell(PROJECTIONS, a_projection())
    log.poison(PROJECTIONS, record_type="Projection/1")
    for _ in range(3):
        drained(log, PUBLISH, ports=ports)
    assert len(items(log, DEAD)) == 1


def test_a_batch_of_several_partitions_is_put_in_one_go_and_each_is_held_for_itself():
    class Counting(MemoryStore):
        puts = 0

        def put(self, items, positions):
            self.puts += 1
            super().put(items, positions)

    history = Counting()
    history.positions = {3: 1}
    runner = Runner(
        PUBLISH, states=MemoryLog(), ports=Ports(index=MemoryStore(), history=history, outbox=MemoryStore()),
        references=lambda _version: None, pause=lambda _seconds: None,
    )  # fmt: skip
    runner.handle([a_record("a", 1, 0), a_record("b", 2, 0), a_record("c", 1, 3), a_record("d", 2, 3)])

    assert history.puts == 1
    assert [item.reports[0].native_id for item in history.items] == ["a", "b", "d"]
    assert history.positions == {0: 2, 3: 2}


def a_record(name, position, partition):
    item = a_projection(name)
    return Record(position, item.key, type_of(item), encode(item), partition=partition)
