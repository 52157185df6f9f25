"""Distributed mode for tests: its settings over the run's servers, and its processes, each ended by its id."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from deploy.local.ports import free_port
from services.settings import Settings, read_settings

READY_SECONDS = 60
STOP_SECONDS = 30


def settings_for(folder, *, kafka, elastic, database, space, **given) -> Settings:
    """Return what every process of one installation is told."""
    return read_settings(
        {
            "data_dir": folder,
            "space": space,
            "secret_key": "test-" + "k" * 32,
            "kafka": {"bootstrap": kafka.address},
            "elastic": {"url": elastic.address},
            "database": {"url": database},
            "delivery": {"allowed_hosts": ("127.0.0.1",)},
            **given,
        }
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """Return the settings as a process reads them."""
    own = {"TOCSIN_SOURCES__FILE": str(settings.sources.file)} if settings.sources.file else {}
    return (
        os.environ
        | own
        | {
            "TOCSIN_DATA_DIR": str(settings.data_dir),
            "TOCSIN_SPACE": settings.space,
            "TOCSIN_SECRET_KEY": settings.secret_key.get_secret_value(),
            "TOCSIN_KAFKA__BOOTSTRAP": settings.kafka.bootstrap,
            "TOCSIN_ELASTIC__URL": settings.elastic.url,
            "TOCSIN_DATABASE__URL": settings.database.url.get_secret_value(),
            "TOCSIN_DELIVERY__ALLOWED_HOSTS": '["127.0.0.1"]',
            "TOCSIN_SOURCES__ALLOWED_HOSTS": json.dumps(settings.sources.allowed_hosts),
            "TOCSIN_SOURCES__GAP_SECONDS": str(settings.sources.gap_seconds),
            "TOCSIN_TICK_SECONDS": str(settings.tick_seconds),
            "TOCSIN_WORKER__STALL_SECONDS": str(settings.worker.stall_seconds),
        }
    )


class Process:
    """One `tocsin` process; it may be killed and started again on the same port and folder."""

    def __init__(self, role: str, settings: Settings, *options: str) -> None:
        self.role, self.port = role, free_port()
        self._settings, self._options = settings, options
        self.output = Path(settings.data_dir) / f"{role}-{secrets.token_hex(3)}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *, wait: bool = True):
        """Start, and wait until it calls itself ready."""
        port = "--port" if self.role == "api" else "--probe-port"
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.cli", self.role, port, str(self.port), *self._options],
                stdout=output,
                stderr=output,
                env=environment_of(self._settings),
            )
        return self.await_ready() if wait else self

    def await_ready(self, seconds=READY_SECONDS):
        """Wait until it calls itself ready."""
        deadline = time.monotonic() + seconds
        told = "no answer"
        while time.monotonic() < deadline and self.process.poll() is None:
            status, told = self.ask("/readyz")
            if status == 200:
                return self
            time.sleep(0.1)
        raise AssertionError(f"{self.role} is not ready ({told}): {self.output.read_text()[-3000:]}")

    def ask(self, path, *, data=None, token=None, timeout=20):
        """Return status and text of an answer; 0 where there is none."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if data is not None:
            headers["Content-Type"] = "application/x-ndjson" if data.count(b"\n") else "application/json"
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as exc:
            return exc.code, exc.read().decode()
        except OSError as exc:
            return 0, str(exc)

    @property
    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """End it at once."""
        self.process.kill()
        self.process.wait(STOP_SECONDS)

    def stop(self):
        """End it as its supervisor would; return its exit code."""
        if not self.is_alive:
            return self.process.returncode if self.process else 0
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
            raise AssertionError(f"{self.role} did not stop: {self.output.read_text()[-3000:]}") from None


@contextmanager
def running(*processes: Process):
    """Run the processes while the block lasts."""
    try:
        for process in processes:
            process.start(wait=False)
        for process in processes:
            process.await_ready()
        yield
    finally:
        for process in processes:
            if process.is_alive:
                process.kill()


def awaited(condition, *, seconds=60.0, every=0.1, what="it"):
    """Wait until the condition holds, and return what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(every)
    raise AssertionError(f"{what} did not happen within {seconds} s")
