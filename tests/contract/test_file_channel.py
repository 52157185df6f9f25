"""The file notifier on a real folder."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from notifier import NotifierContract, a_card, a_channel

from schemas.alert import ChannelKind
from services.adapters.file_channel import FileNotifier, check_name
from streams.errors import InvalidInput, Rejected, Unavailable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def outbox(tmp_path):
    return tmp_path / "outbox"


@pytest.fixture
def notifier(outbox):
    return FileNotifier(outbox)


@pytest.fixture
def channel():
    return a_channel(ChannelKind.FILE, url="alerts.jsonl")


class TestFile(NotifierContract):
    @pytest.fixture
    def bad_channel(self):
        return a_channel(ChannelKind.FILE, url="../alerts.jsonl")


def test_a_delivery_is_one_line(notifier, channel, outbox):
    notifier.send(a_card(), channel, at=NOON)
    notifier.send(a_card(delivery_id="d-2", title="two\nlines"), channel, at=NOON)
    first, second = map(json.loads, (outbox / "alerts.jsonl").read_text().splitlines())
    assert first == {
        "at": "2026-11-23T12:00:00Z",
        "delivery_id": "d-1",
        "alert_id": "a-1",
        "title": "Gallium",
        "link": "https://t.example/e/1",
        "body": {"title": "镓 & gallium", "rule": "licences"},
    }
    assert second["delivery_id"] == "d-2"
    assert stat.S_IMODE((outbox / "alerts.jsonl").stat().st_mode) == 0o600


def test_lines_of_parallel_deliveries_do_not_mix(notifier, channel, outbox):
    cards = [a_card(delivery_id=f"d-{number}", title="t" * 9_000) for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda card: notifier.send(card, channel, at=NOON), cards))
    written = [json.loads(line)["delivery_id"] for line in (outbox / "alerts.jsonl").read_text().splitlines()]
    assert sorted(written) == sorted(card.delivery_id for card in cards)


@pytest.mark.parametrize("name", ["a.jsonl", "EU-alerts_1", "x"])
def test_a_plain_name_is_taken(name):
    check_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "/etc/cron.d/x",
        "a\\b",
        "a..b",
        "a b",
        "a\n",
        "é",
        "a.b.c",
        "-rf",
        "x" * 65,
        "a\x00",
    ],
)
def test_any_other_name_is_refused(name):
    with pytest.raises(InvalidInput) as refused:
        check_name(name)
    assert refused.value.field == "url"


def test_a_link_is_not_followed(notifier, channel, outbox, tmp_path):
    outbox.mkdir()
    (outbox / "alerts.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unavailable):
        notifier.send(a_card(), channel, at=NOON)
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_tried_again(channel, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable):
        FileNotifier(tmp_path / "file" / "outbox").send(a_card(), channel, at=NOON)


def test_a_message_that_is_no_json_is_dead(notifier, channel):
    with pytest.raises(Rejected):
        notifier.send(a_card(body=b"{"), channel, at=NOON)
