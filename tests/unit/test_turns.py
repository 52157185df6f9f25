"""Turns of the embedded driver: how much each step takes at once, and what rests follow."""

import pytest

from schemas.topics import LEDGER, PROJECTIONS
from streams.embedded import LEAST_TURN_SECONDS, RETRY_PAUSE_SECONDS, Turn
from streams.stage import Transform
from tests.builders import a_projection, a_signal
from tests.fakes import MemoryLog
from tests.unit.test_runner import MADE, copying, driver


@pytest.fixture
def log():
    return MemoryLog()


def test_a_step_takes_projections_as_fast_as_a_signal_gives_them(log):
    log.tell(LEDGER, *(a_signal() for _ in range(10)))
    log.tell(PROJECTIONS, *(a_projection() for _ in range(10)))
    taken = []
    running = driver(log, copying(), Transform("match", PROJECTIONS, MADE, lambda *_: []), batch=2)
    running.drain(on_turn=lambda: taken.append([log.committed(LEDGER, "copy"), log.committed(PROJECTIONS, "match")]))
    assert taken[:2] == [[2, 8], [4, 10]]


@pytest.mark.parametrize(
    ("turn", "took", "rest"),
    [
        (Turn(taken=3), 0.1, LEAST_TURN_SECONDS - 0.1),
        (Turn(taken=3), 2.0, 0.0),
        (Turn(taken=3, full=True), 0.1, 0.0),
        (Turn(), 0.0, 0.0),
        (Turn(failed=True), 0.1, RETRY_PAUSE_SECONDS),
        (Turn(taken=3, full=True, failed=True), 0.1, RETRY_PAUSE_SECONDS),
    ],
)
def test_a_turn_is_followed_by_a_rest_unless_there_is_a_backlog(turn, took, rest):
    assert turn.rest_seconds(took) == pytest.approx(rest)


def test_what_comes_alone_is_taken_at_once_and_what_follows_waits_for_the_turn_to_end(log):
    running, rests = driver(log, copying(), batch=2), []

    def rest(seconds):
        rests.append(seconds)
        if len(rests) == 2:
            running.stop()

    log.tell(LEDGER, *(a_signal() for _ in range(3)))
    running._stopping.wait = rest
    running.run(on_failure=None)
    assert rests[0] == 0.0  # a full batch
    assert 0.0 < rests[1] <= LEAST_TURN_SECONDS
    assert log.committed(LEDGER, "copy") == 3
