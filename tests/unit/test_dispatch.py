"""What becomes of a delivery after a try: a line for each reason."""

from datetime import UTC, datetime, timedelta

import pytest

from streams.dispatch import SCHEDULE_SECONDS, Dead, Done, Pause, Retry, decide, retry_after_seconds
from streams.errors import Bug, Forbidden, Rejected, Unavailable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = 86_400
LAST = len(SCHEDULE_SECONDS)


def after(seconds):
    return NOON + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("outcome", "attempts", "jitter", "expected"),
    [
        ("204", 1, 0.0, Done("204")),
        (Rejected("no"), 1, 0.0, Dead("no")),  # the receiver's final no
        (Forbidden("401"), 1, 0.0, Pause("401")),  # the channel is wrong, not the message
        (Unavailable("503"), 1, 0.0, Retry("503", after(5))),
        (Unavailable("503"), 2, 0.0, Retry("503", after(300))),
        (Unavailable("503"), 2, 0.5, Retry("503", after(330))),  # stretched by up to a fifth
        (Unavailable("503"), 9, 1.0, Retry("503", after(1.2 * DAY))),
        (Unavailable("503"), LAST, 0.0, Dead("503")),  # that was the last try
        (Unavailable("429", retry_after_seconds=60), 1, 0.0, Retry("429", after(60), pause_channel=True)),
        (
            Unavailable("429", retry_after_seconds=1),
            1,
            0.0,
            Retry("429", after(5), pause_channel=True),
        ),  # ours is later
        (Unavailable("429", retry_after_seconds=0), 1, 0.0, Retry("429", after(5), pause_channel=True)),
        (Unavailable("429", retry_after_seconds=9e9), 1, 0.0, Retry("429", after(DAY), pause_channel=True)),  # capped
        (Unavailable("429", retry_after_seconds=60), LAST, 0.0, Dead("429")),
        (Bug("ours"), 1, 0.0, Retry("ours", after(5))),  # mended by the next release, perhaps
        (KeyError(), 1, 0.0, Retry("KeyError", after(5))),  # an error without words has a name
        (Rejected("x" * 999), 1, 0.0, Dead("x" * 200)),  # bounded
    ],
)
def test_an_outcome_decides(outcome, attempts, jitter, expected):
    assert decide(outcome, attempts=attempts, at=NOON, jitter=jitter) == expected


def test_a_delivery_is_tried_for_three_days():
    assert sum(SCHEDULE_SECONDS) == 5 + 300 + 1_800 + 3_600 * (2 + 5 + 10 + 14 + 20 + 24)
    assert list(SCHEDULE_SECONDS) == sorted(SCHEDULE_SECONDS)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("9" * 5_000, DAY),  # capped, however long
        ("Mon, 23 Nov 2026 12:01:30 GMT", 90),
        ("Monday, 23-Nov-26 12:01:30 GMT", 90),  # the older form of HTTP dates
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),  # past
        ("Mon, 23 Nov 2027 12:00:00 GMT", DAY),  # capped
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("٣", None),  # a digit, but not of HTTP
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, expected):
    assert retry_after_seconds(header, at=NOON) == expected
