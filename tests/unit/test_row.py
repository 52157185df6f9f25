"""What came is taken as far as it follows on, and no further."""

from dataclasses import dataclass

import pytest

from streams.row import in_row


@dataclass(frozen=True)
class Message:
    offset: int


@pytest.mark.parametrize(
    ("came", "taken", "is_torn"),
    [
        ([5, 6, 7], [5, 6, 7], False),
        ([], [], False),
        ([3, 4, 5], [5], False),  # some of it was taken before
        ([3, 4], [], False),  # all of it was
        ([6, 7], [], True),  # what follows on is missing
        ([5, 7, 8], [5], True),  # something between is
        ([7, 8, 5, 6, 7], [5, 6, 7], True),  # 8 came before its turn, and comes again
        ([7, 5, 6, 7], [5, 6, 7], False),  # and nothing is missing here
        ([5, 5, 6], [5, 6], False),  # twice
    ],
)
def test_what_follows_on_from_5_is_taken(came, taken, is_torn):
    row, torn = in_row(map(Message, came), 5)
    assert ([one.offset for one in row], torn) == (taken, is_torn)
