"""What Kafka, Elasticsearch and PostgreSQL have in common here: a folder, a port, a process that can be ended and started again."""

import os
import signal
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from deploy.local.account import Account
from deploy.local.ports import is_free
from deploy.local.process import Recorded, wait_until
from streams.errors import ConfigError, Unavailable

START_SECONDS = 300.0
"""Elasticsearch takes ten seconds alone; beside a full load on two slow cores it took eighty, and once over two minutes."""
STOP_SECONDS = 30.0
TOLD_BYTES = 2_000


class LocalServer(ABC):
    """A server on 127.0.0.1 whose data stay in `home` whatever becomes of its process."""

    name: ClassVar[str]
    ends_on: ClassVar[signal.Signals] = signal.SIGTERM

    def __init__(self, home: Path, *, port: int) -> None:
        self.home = home.absolute()
        self.port = port
        self._recorded = Recorded(self.home / "process")
        self._child: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def address(self) -> str:
        """Where clients find it."""

    @property
    def pid(self) -> int | None:
        """The process that holds the data; null while none runs."""
        return self._recorded.pid

    @property
    def log(self) -> Path:
        """The file that it writes its words to."""
        return self.home / "output.log"

    def start(self) -> None:
        """Start on the data of before, or on none, and return once it answers; nothing happens while it runs.

        Lacking when a program is not on this machine, ConfigError when port or folder are not to be had, Unavailable
        when it ends or is not ready in time.
        """
        if self.pid is None:
            if not is_free(self.port):
                raise ConfigError(f"port {self.port}, which is for {self.name}, is taken by another program")
            self.home.mkdir(parents=True, exist_ok=True)
            self._prepare()
            self._launch()
        if not wait_until(lambda: self.pid is None or self._is_ready(), START_SECONDS):
            self.kill()
            raise Unavailable(
                f"{self.name} was not ready after {START_SECONDS:.0f} s and was ended; {self._last_words()}"
            )
        if self.pid is None:
            raise Unavailable(f"{self.name} ended while it started; {self._last_words()}")

    def stop(self) -> None:
        """End it in good order, and by force if it takes too long; nothing happens while none runs."""
        self._recorded.send(self.ends_on)
        if not self._recorded.ends_within(STOP_SECONDS):
            self.kill()

    def kill(self) -> None:
        """End it at once, as a fault would: it gets no time to write anything."""
        self._recorded.send(signal.SIGKILL, with_children=True)
        if not self._recorded.ends_within(STOP_SECONDS):
            raise Unavailable(f"{self.name} survived SIGKILL for {STOP_SECONDS:.0f} s; its disk may hang")

    @abstractmethod
    def _prepare(self) -> None:
        """Make what it needs before its first start, and its settings before every start."""

    @abstractmethod
    def _launch(self) -> None:
        """Start the process and record it."""

    @abstractmethod
    def _is_ready(self) -> bool:
        """Tell whether it serves."""

    def _spawn(self, command: Sequence[str], *, account: Account | None = None) -> None:
        """Start and record the process that serves."""
        self._child = self._begin(command, account=account or {})
        self._recorded.record(self._child.pid)

    def _run(self, command: Sequence[str], *, account: Account | None = None, text: str = "") -> None:
        """Run a command that prepares something to its end; Unavailable when it fails or takes too long."""
        program = Path(command[0]).name
        with self._begin(command, account=account or {}, stdin=subprocess.PIPE) as child:
            try:
                child.communicate(text.encode(), timeout=START_SECONDS)
            except subprocess.TimeoutExpired as exc:
                child.kill()
                raise Unavailable(f"{program} took more than {START_SECONDS:.0f} s; {self._last_words()}") from exc
        if child.returncode:
            raise Unavailable(f"{program} ended with {child.returncode}; {self._last_words()}")

    def _begin(
        self, command: Sequence[str], *, account: Account, stdin: int = subprocess.DEVNULL
    ) -> subprocess.Popen[bytes]:
        """Start a process in a session of its own, so that a Ctrl-C meant for us does not reach it."""
        with self.log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own words and paths, no shell
                command,
                stdin=stdin,
                stdout=output,
                stderr=output,
                cwd=self.home,
                env=self._environment(),
                start_new_session=True,
                **account,
            )

    def _environment(self) -> Mapping[str, str]:
        """Return all of the environment that it sees: what a developer has set for other programs must not change it."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), "LC_ALL": "C.UTF-8"}

    def _last_words(self) -> str:
        told = self.log.read_bytes()[-TOLD_BYTES:].decode(errors="replace") if self.log.exists() else ""
        return f"the end of {self.log}:\n{told}"
