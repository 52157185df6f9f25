import pytest

from schemas.dead import DeadLetter
from schemas.topics import DEAD, LEDGER
from services.dead import PAGE, letters, replay
from streams.errors import InvalidInput, NotFound
from tests.builders import a_signal
from tests.fakes import MemoryLog


@pytest.fixture
def log():
    return MemoryLog()


def a_letter(log, *, value=None):
    """A signal, or bytes, that some step has refused."""
    log.tell(LEDGER, a_signal())
    record = log.after(LEDGER, 0, limit=10_000)[-1]
    letter = DeadLetter(
        stage="correlate", topic="ledger", position=record.position, record_key=record.key, record_type=record.type,
        value=record.value if value is None else value, error="Bug", detail="why",
    )  # fmt: skip
    log.tell(DEAD, letter)
    return letter


def test_letters_come_with_their_positions_in_pages(log):
    told = [a_letter(log) for _ in range(3)]
    assert letters(log, limit=2) == [(1, told[0]), (2, told[1])]
    assert letters(log, after=2, limit=2) == [(3, told[2])]


def test_one_letter_goes_back_to_where_it_came_from_with_the_same_bytes(log):
    a_letter(log)
    letter = a_letter(log)
    assert replay(log, number=2) == 1
    again = log.after(LEDGER, 2, limit=10)
    assert [(record.key, record.type, record.value) for record in again] == [
        (letter.record_key, letter.record_type, letter.value)
    ]


def test_all_letters_go_back_however_many(log):
    for _ in range(PAGE + 1):
        a_letter(log)
    assert replay(log) == PAGE + 1
    assert log.end(LEDGER) == 2 * (PAGE + 1)


def test_what_was_replayed_with_all_is_not_replayed_with_all_again(log):
    a_letter(log)
    assert replay(log) == 1
    assert replay(log) == 0
    a_letter(log)
    assert replay(log) == 1


def test_a_letter_that_cannot_be_read_is_refused_alone_and_left_out_of_all(log):
    a_letter(log)
    a_letter(log, value=b"{")
    a_letter(log)
    with pytest.raises(InvalidInput, match="dead letter 2"):
        replay(log, number=2)
    assert replay(log) == 2


@pytest.mark.parametrize("number", [2, 10**30])
def test_a_letter_that_is_not_there_is_not_found(log, number):
    a_letter(log)
    with pytest.raises(NotFound, match=str(number)):
        replay(log, number=number)


def test_nothing_to_replay_is_none(log):
    assert replay(log) == 0
