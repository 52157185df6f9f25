"""A distributed Tocsin in a folder: its processes are kept running, its ports and key stay, and nothing is left when it stops."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from deploy.local import supervise
from deploy.local.fetch import kafka_libs
from deploy.local.installation import REPOSITORY, Installation
from deploy.local.ports import free_port
from deploy.local.postgres import programs
from deploy.local.process import Recorded, wait_until
from deploy.local.supervise import Kept, end_left, keep
from streams.errors import ConfigError
from tests.servers import or_skip

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper():
    process = subprocess.Popen(SLEEPER)
    yield process
    process.kill()
    process.wait()


def kept(folder, script):
    """Return a process that runs a script of Python, not started."""
    return Kept("one", [sys.executable, "-c", script], dict(os.environ), folder=folder)


def test_a_process_that_fails_is_started_again_after_a_pause_that_grows(tmp_path, monkeypatch):
    monkeypatch.setattr(supervise, "PAUSES_SECONDS", (0.1, 0.4))
    process, told, began = kept(tmp_path, "print('no port'); raise SystemExit(3)"), [], time.monotonic()
    process.start()

    assert wait_until(lambda: told.extend(filter(None, [process.tend()])) or len(told) == 5, 20)

    assert told[0] == "one ended with 3 and is started again in 0 s: no port"
    assert told[1::2] == ["one was started again"] * 2
    assert time.monotonic() - began > 0.5


def test_a_process_that_ends_well_rests(tmp_path):
    process, told = kept(tmp_path, "pass"), []
    process.start()

    assert wait_until(lambda: told.extend(filter(None, [process.tend()])) or told, 20)

    assert told == ["one has ended"]
    assert process.tend() is None
    assert process.pid is None


# One that obeys, one that fails at it, and one that does not hear: none is left, and what went wrong is told.
@pytest.mark.parametrize(
    ("hears", "words"),
    [
        ("lambda *_: sys.exit(0)", []),
        ("lambda *_: sys.exit(2)", ["one ended with 2 when it was told to stop: on"]),
        ("signal.SIG_IGN", ["one took more than 1 s to end and was killed"]),
    ],
)
def test_when_it_stops_no_process_is_left(tmp_path, monkeypatch, hears, words):
    monkeypatch.setattr(supervise, "STOP_SECONDS", 1.0)
    script = f"import signal, sys, time; signal.signal(15, {hears}); print('on', flush=True); time.sleep(60)"
    process, told, stopping = kept(tmp_path, script), [], threading.Event()
    keeping = threading.Thread(target=keep, args=([process], stopping, told.append))
    keeping.start()
    assert wait_until(lambda: process.log.exists() and process.log.read_text() == "on\n", 20)
    number = process.pid

    stopping.set()
    keeping.join(20)

    assert told == words
    assert process.pid is None
    assert not Path(f"/proc/{number}").exists()


def test_what_a_killed_run_left_of_tocsin_is_ended(tmp_path, sleeper):
    installation = Installation(tmp_path)
    (tmp_path / "processes").mkdir()
    Recorded(tmp_path / "processes/api.process").record(sleeper.pid)

    end_left(installation.left_running())

    assert sleeper.wait(10) == -signal.SIGTERM
    assert installation.left_running() == []


def test_an_installation_keeps_its_ports_and_its_key_to_itself(tmp_path):
    first, again = Installation(tmp_path), Installation(tmp_path)
    ports = [first.kafka.port, first.kafka.controller_port, first.elastic.port, first.postgres.port]

    assert len(set(ports)) == 4
    assert again.environment(8080) == first.environment(8080)
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    with first.alone(), pytest.raises(ConfigError, match="another process runs"), again.alone():
        pass


def ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture
def installed():
    """Give a folder that other accounts can enter, and leave nothing of it."""
    with or_skip("Tocsin on one machine"):
        kafka_libs()
        programs()
    folder = Path(tempfile.mkdtemp(prefix="tocsin-local-"))
    folder.chmod(0o755)
    yield folder
    for server in Installation(folder).servers:
        server.kill()
    end_left(Installation(folder).left_running())
    shutil.rmtree(folder)


@pytest.mark.timeout(400)
def test_a_distributed_tocsin_runs_heals_and_stops_with_one_command(installed):
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "deploy.local",
        "run",
        "--dir",
        str(installed),
        "--workers",
        "1",
        "--port",
        str(port),
    ]
    with (installed / "told").open("wb") as told:
        running = subprocess.Popen(command, cwd=REPOSITORY, stdout=told, stderr=subprocess.STDOUT)
    assert wait_until(lambda: ready(port) or running.poll() is not None, 240), (installed / "told").read_text()
    worker = Recorded(installed / "processes/worker-1.process")
    first, ports = worker.pid, json.loads((installed / "ports.json").read_text())
    worker.send(signal.SIGKILL)
    assert wait_until(lambda: worker.pid not in (None, first), 20)
    assert wait_until(lambda: ready(ports["worker-1"]), 60)

    running.send_signal(signal.SIGTERM)

    assert running.wait(90) == 0, (installed / "told").read_text()
    assert "worker-1 ended with -9" in (installed / "told").read_text()
    assert re.findall(r"\S+ ended with.*", (installed / "told").read_text())[1:] == []
    assert Installation(installed).left_running() == []
    assert [server.pid for server in Installation(installed).servers] == [None] * 3
