"""Keeps processes running: one that fails is started again, after a pause that grows while it goes on failing."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Final

from deploy.local.process import Recorded

PAUSES_SECONDS: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS: Final = 60.0
"""A process that has run so long was well; its next failure begins with the shortest pause."""

STOP_SECONDS: Final = 30.0
BEAT_SECONDS: Final = 0.2
TOLD_BYTES: Final = 2_000


class Kept:
    """A process that is to run. Its words go to `folder/NAME.log`; the file beside it records it."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], *, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.log = folder / f"{name}.log"
        self._command, self._environment = command, environment
        self._recorded = Recorded(folder / f"{name}.process")
        self._child: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._began = self._due = 0.0

    @property
    def pid(self) -> int | None:
        """The process while it lives."""
        return self._recorded.pid

    def start(self) -> None:
        """Start it, in a session of its own: who stops is told in order, not by a Ctrl-C that reaches all at once."""
        with self.log.open("ab") as output:
            self._child = subprocess.Popen(  # noqa: S603 - our own words and paths, no shell
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._recorded.record(self._child.pid)
        self._began = time.monotonic()

    def tend(self) -> str | None:
        """Start it again when it has failed and its pause is over; return what there is to tell. One that ended well rests."""
        now = time.monotonic()
        if self._child is None:
            if not self._due or now < self._due:
                return None
            self._due = 0.0
            self.start()
            return f"{self.name} was started again"
        code = self._child.poll()
        if code is None:
            return None
        self._child = None
        if code == 0:
            return f"{self.name} has ended"
        self._failures = 0 if now - self._began > STEADY_SECONDS else self._failures
        pause_seconds = PAUSES_SECONDS[min(self._failures, len(PAUSES_SECONDS) - 1)]
        self._failures, self._due = self._failures + 1, now + pause_seconds
        return f"{self.name} ended with {code} and is started again in {pause_seconds:.0f} s: {self._last_line()}"

    def ask_to_end(self) -> None:
        """Send SIGTERM, and do not start it again."""
        self._due = 0.0
        if self._child:
            self._child.terminate()

    def end(self, *, within_seconds: float) -> str | None:
        """Wait until it has ended, and kill it when that takes too long; return what was wrong with its end."""
        if self._child is None:
            return None
        try:
            code = self._child.wait(max(0.0, within_seconds))
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            return f"{self.name} took more than {STOP_SECONDS:.0f} s to end and was killed"
        return f"{self.name} ended with {code} when it was told to stop: {self._last_line()}" if code else None

    def _last_line(self) -> str:
        lines = self.log.read_bytes()[-TOLD_BYTES:].decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it said nothing in {self.log}"


def keep(processes: Sequence[Kept], stopping: Event, say: Callable[[str], None]) -> None:
    """Start the processes and tend them until told to stop, then end them all: none is left when this returns."""
    if stopping.is_set():
        return
    try:
        for process in processes:
            process.start()
        while not stopping.wait(BEAT_SECONDS):
            for told in filter(None, [process.tend() for process in processes]):
                say(told)
    finally:
        for process in processes:
            process.ask_to_end()
        deadline = time.monotonic() + STOP_SECONDS
        for process in processes:
            if wrong := process.end(within_seconds=deadline - time.monotonic()):
                say(wrong)


def end_left(recorded: Sequence[Recorded]) -> None:
    """End processes that are not our children."""
    for one in recorded:
        one.send(signal.SIGTERM)
    for one in recorded:
        if not one.ends_within(STOP_SECONDS):
            one.send(signal.SIGKILL)
            one.ends_within(STOP_SECONDS)
