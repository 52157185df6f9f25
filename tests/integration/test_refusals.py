"""A start that cannot be says why in one line and exits 1, as docs/operating.md promises; and what a lost key does."""

import os
import shutil
import socket
import subprocess
import sys

import pytest

from schemas.alert import ChannelIn, ChannelKind
from schemas.raw import SignalIn
from schemas.rule import RuleIn
from services.adapters.webhook import new_secret
from services.intake import Arrival
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.errors import ConfigError


def run(*arguments, **environment):
    """Run the program to its end."""
    command = [sys.executable, "-m", "services.cli", *arguments]
    return subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=60
    )


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run("run", "--data-dir", str(tmp_path), "--port", port, "--no-history")

    assert done.returncode == 1
    assert done.stderr.startswith(f"tocsin: cannot listen on 127.0.0.1 port {port}")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "run.json").exists()


# A command of each kind with a setting that cannot be; what the one line must name.
@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TOCSIN_PORT", "high", "TOCSIN_PORT"),
        ("TOCSIN_LOG_LEVEL", "loud", "TOCSIN_LOG_LEVEL"),
        ("TOCSIN_PROT", "8080", "did you mean TOCSIN_PORT?"),
    ],
)
def test_a_setting_that_cannot_be_is_named(name, value, said):
    done = run("check-config", **{name: value})

    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_in_use_is_refused(tmp_path):
    node = open_node(Settings(data_dir=tmp_path))
    try:
        with pytest.raises(ConfigError, match="another tocsin process"):
            open_node(Settings(data_dir=tmp_path))
    finally:
        node.close()


def with_a_delivery(folder, key):
    """Make a folder in which a rule has rung on a webhook and in a file, and nothing has been sent."""
    node = open_node(Settings(data_dir=folder, secret_key=key))
    webhook = ChannelIn(kind=ChannelKind.WEBHOOK, title="w", url="https://a.example/", secret=new_secret())
    file = ChannelIn(kind=ChannelKind.FILE, title="f", url="alerts.jsonl")
    channels = tuple(node.channels.create(channel, by=OPERATOR).id for channel in (webhook, file))
    node.rules.create(RuleIn(title="r", query="material:gallium", channels=channels), by=OPERATOR)
    node.intake.take([SignalIn(id="1", title="China bans exports of gallium")], Arrival(by=OPERATOR))
    node.pipeline.drain()
    node.close()


def test_an_index_that_is_gone_names_the_rebuild(tmp_path):
    with_a_delivery(tmp_path, "one")
    shutil.rmtree(tmp_path / "index")

    with pytest.raises(ConfigError, match="tocsin rebuild"):
        open_node(Settings(data_dir=tmp_path))


def test_a_lost_key_silences_the_webhooks_made_under_it_and_nothing_else(tmp_path):
    with_a_delivery(tmp_path, "one")

    node = open_node(Settings(data_dir=tmp_path, secret_key="two"))
    try:
        claimed = node.outbox.claim(limit=10)
    finally:
        node.close()

    assert sorted((one.channel.kind, one.channel.secret) for one in claimed) == [
        (ChannelKind.FILE, ""),
        (ChannelKind.WEBHOOK, ""),
    ]
