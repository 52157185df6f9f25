"""A process that is known by a file: it outlives who started it, and is never mistaken for another of the same number."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

BEAT_SECONDS = 0.02


class Recorded:
    """The process that a file records by number and start time, as Linux tells them in /proc."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def record(self, pid: int) -> None:
        """Write down a process that runs; one that has ended already leaves no record."""
        self._file.write_text(f"{pid} {_began(pid)}\n", "utf-8")

    @property
    def pid(self) -> int | None:
        """The recorded process while it lives; null once it has ended, or its number was given to another."""
        try:
            number, began = self._file.read_text("utf-8").split()
        except (OSError, ValueError):
            return None
        return int(number) if _began(int(number)) == began else None

    def send(self, how: signal.Signals, *, with_children: bool = False) -> None:
        """Signal the process, and its children with it where told; nothing happens once it has ended."""
        pid = self.pid
        if pid is None:
            return
        for one in (pid, *(_children(pid) if with_children else ())):
            with suppress(ProcessLookupError):
                os.kill(one, how)

    def ends_within(self, seconds: float) -> bool:
        """Wait until it has ended; false when it still lives then."""
        return wait_until(self._has_ended, seconds)

    def _has_ended(self) -> bool:
        pid = self.pid
        if pid is not None:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        return self.pid is None


def wait_until(holds: Callable[[], bool], seconds: float) -> bool:
    """Wait until it holds; false when it does not within so long."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(BEAT_SECONDS)
    return True


def _began(pid: int) -> str | None:
    """Return when a process began, in the kernel's ticks; null for one that is no more, or only waits to be reaped.

    The first thread of a killed process can be dead already while others still hold its ports and files.
    """
    process = Path(f"/proc/{pid}")
    try:
        state, *fields = (process / "stat").read_text("utf-8").rpartition(")")[2].split()
        is_dead = state in "ZX" and len(list((process / "task").iterdir())) <= 1
    except OSError:
        return None
    return None if is_dead else fields[18]


def _children(pid: int) -> tuple[int, ...]:
    try:
        return tuple(int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("utf-8").split())
    except OSError:
        return ()
