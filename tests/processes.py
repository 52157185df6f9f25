"""The program as a process: started on a free port and a folder of its own, asked over HTTP, ended by its id."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from deploy.local.ports import free_port

READY_SECONDS = 60


class Server:
    """`tocsin run` while the block lasts; `data` survives a `kill` and a `start`."""

    def __init__(self, *arguments: str, data: Path | None = None, allowed_hosts: Sequence[str] = ()) -> None:
        self.data = data or Path(tempfile.mkdtemp(prefix="tocsin-test-"))
        self.port = free_port()
        self.arguments = arguments
        self.environment = {**os.environ, "TOCSIN_DELIVERY__ALLOWED_HOSTS": json.dumps(list(allowed_hosts))}
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait until it is ready."""
        command = [sys.executable, "-m", "services.cli", "run", "--data-dir", str(self.data), "--port", str(self.port)]
        self.output = (self.data / "output.txt").open("ab")
        self.process = subprocess.Popen(
            [*command, *self.arguments], stdout=self.output, stderr=subprocess.STDOUT, env=self.environment
        )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.ask("GET", "/readyz")[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        self.stop(signal.SIGKILL)
        raise AssertionError(f"not ready: {(self.data / 'output.txt').read_text()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(how)
        code = self.process.wait(30)
        self.process = None
        self.output.close()
        return code

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Return status and body of an answer to the administrator."""
        token = self.data / "admin-token"
        headers = {"Content-Type": "application/json"}
        if token.exists():
            headers["Authorization"] = f"Bearer {token.read_text().strip()}"
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers=headers,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as exc:
            return exc.code, exc.read()

    def get(self, path: str) -> Any:
        """Return the JSON of a good answer."""
        status, body = self.ask("GET", path)
        assert status == 200, (status, body[:500])
        return json.loads(body)

    def post(self, path: str, body: Any) -> Any:
        """Return the JSON of a good answer."""
        status, answer = self.ask("POST", path, body)
        assert status in (200, 201, 202), (status, answer[:500])
        return json.loads(answer)
