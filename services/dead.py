"""Dead letters: what lies there, and back to where it came from."""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from schemas.codec import decode
from schemas.dead import DeadLetter
from schemas.topics import DEAD, topic_named
from streams.errors import InvalidInput, NotFound
from streams.ports import EventLog, Outgoing

PAGE = 500
REPLAY = "replay"
"""The group whose offset says which letters have been replayed."""


def letters(log: EventLog, *, after: int = 0, limit: int) -> list[tuple[int, DeadLetter]]:
    """Return dead letters and their positions, oldest first."""
    found = []
    for record in log.after(DEAD, after, limit=limit):
        letter = record.item or decode(record.type, record.value)
        assert isinstance(letter, DeadLetter)
        found.append((record.position, letter))
    return found


def replay(log: EventLog, *, number: int | None = None) -> int:
    """Append the letter at this position, or all since the last replay of all that can be read, to its origin again.

    Return how many. What was processed before changes nothing; what is refused again becomes a new letter. NotFound for a
    position without a letter, InvalidInput for a letter whose bytes cannot be read.
    """
    if number is not None:
        log.append([_reborn(*_at(log, number))])
        return 1
    found = _after(log, log.committed(DEAD, REPLAY))
    outgoing = list(_readable(found))
    log.append(outgoing)
    if found:
        log.commit(DEAD, REPLAY, found[-1][0])
    return len(outgoing)


def _at(log: EventLog, number: int) -> tuple[int, DeadLetter]:
    for position, letter in letters(log, after=number - 1, limit=1):
        if position == number:
            return position, letter
    raise NotFound(f"there is no dead letter {number}")


def _readable(found: Iterable[tuple[int, DeadLetter]]) -> Iterator[Outgoing]:
    """Yield what can be appended again: bytes that no release can read must not keep the others back."""
    for position, letter in found:
        with suppress(InvalidInput):
            yield _reborn(position, letter)


def _after(log: EventLog, position: int) -> list[tuple[int, DeadLetter]]:
    found: list[tuple[int, DeadLetter]] = []
    while page := letters(log, after=found[-1][0] if found else position, limit=PAGE):
        found.extend(page)
    return found


def _reborn(position: int, letter: DeadLetter) -> Outgoing:
    try:
        item = decode(letter.record_type, letter.value)
    except ValueError as exc:
        raise InvalidInput(f"dead letter {position} holds bytes that cannot be read: {exc}") from exc
    return Outgoing(topic_named(letter.topic), item)
