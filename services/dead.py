"""Dead letters: what lies there, and back to where it came from."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Protocol

from schemas.codec import decode
from schemas.dead import DeadLetter
from schemas.topics import DEAD, topic_named
from services.reference import Tail
from streams.errors import InvalidInput, NotFound
from streams.ports import EventLog, Outgoing

PAGE = 500


class TailedLog(EventLog, Tail, Protocol):
    """A log that can be appended to and read from any position."""


def letters(log: Tail, *, after: int = 0, limit: int) -> list[tuple[int, DeadLetter]]:
    """Return dead letters and their positions, oldest first."""
    found = []
    for record in log.after(DEAD, after, limit=limit):
        letter = record.item or decode(record.type, record.value)
        assert isinstance(letter, DeadLetter)
        found.append((record.position, letter))
    return found


def replay(log: TailedLog, *, number: int | None = None) -> int:
    """Append the letter at this position, or all that can be read, to its origin again; return how many.

    What was processed before changes nothing. NotFound for a position without a letter, InvalidInput for a letter whose
    bytes cannot be read.
    """
    outgoing = list(_readable(_all(log))) if number is None else [_reborn(*_at(log, number))]
    log.append(outgoing)
    return len(outgoing)


def _at(log: Tail, number: int) -> tuple[int, DeadLetter]:
    for position, letter in letters(log, after=number - 1, limit=1):
        if position == number:
            return position, letter
    raise NotFound(f"there is no dead letter {number}")


def _readable(found: Iterable[tuple[int, DeadLetter]]) -> Iterator[Outgoing]:
    """Yield what can be appended again: bytes that no release can read must not keep the others back."""
    for position, letter in found:
        with suppress(InvalidInput):
            yield _reborn(position, letter)


def _all(log: Tail) -> list[tuple[int, DeadLetter]]:
    found: list[tuple[int, DeadLetter]] = []
    while page := letters(log, after=found[-1][0] if found else 0, limit=PAGE):
        found.extend(page)
    return found


def _reborn(position: int, letter: DeadLetter) -> Outgoing:
    try:
        item = decode(letter.record_type, letter.value)
    except ValueError as exc:
        raise InvalidInput(f"dead letter {position} holds bytes that cannot be read: {exc}") from exc
    return Outgoing(topic_named(letter.topic), item)
