"""What every notifier of a channel promises (`streams.ports.Notifier`), whatever it sends to."""

from datetime import UTC, datetime

import pytest

from schemas.alert import Card, Channel, ChannelKind
from schemas.marking import Tlp
from streams.errors import Forbidden

SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
BODY = '{"title": "镓 & gallium", "rule": "licences"}'.encode()


def a_card(**changes):
    fields = {
        "delivery_id": "d-1",
        "alert_id": "a-1",
        "title": "Gallium",
        "link": "https://t.example/e/1",
        "body": BODY,
    }
    return Card(**fields | changes)


def a_channel(kind=ChannelKind.WEBHOOK, **changes):
    fields = {
        "id": "c-1",
        "party": "EU",
        "kind": kind,
        "title": "probe",
        "url": "https://hooks.example.org/",
        "max_tlp": Tlp.CLEAR,
        "secret": SECRET,
        "created_at": datetime(2026, 11, 23, tzinfo=UTC),
    }
    return Channel(**fields | changes)


class NotifierContract:
    """A subclass gives `notifier`, `channel` and `bad_channel` as fixtures."""

    def test_what_was_sent_has_a_short_answer(self, notifier, channel):
        assert 0 < len(notifier.send(a_card(), channel, at=datetime.now(UTC))) <= 50

    def test_a_channel_that_cannot_be_used_is_forbidden_and_tells_no_secret(self, notifier, bad_channel):
        with pytest.raises(Forbidden) as refused:
            notifier.send(a_card(), bad_channel, at=datetime.now(UTC))
        assert SECRET not in str(refused.value)
        assert BODY.decode() not in str(refused.value)
