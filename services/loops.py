"""Runs a process's loops beside its server and ends them together: half a Tocsin would only look alive."""

import contextlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence

import structlog

from services.node import Node
from streams.errors import Bug

log = structlog.get_logger(__name__)

JOIN_SECONDS = 15
TURN_SECONDS = 0.0005


def take_short_turns() -> None:
    """Let an event loop wait less for the threads that judge: Python's own 5 ms would be paid several times an answer."""
    sys.setswitchinterval(TURN_SECONDS)


@contextlib.contextmanager
def running(node: Node, loops: Sequence[Callable[[], object]]) -> Iterator[None]:
    """Run the loops in threads while the block lasts; should one fail, the node stops, and Bug is raised at the end."""
    failed: list[str] = []
    threads = [threading.Thread(target=_ending_all, args=(loop, node, failed), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        node.begin_stop()
        for thread in threads:
            thread.join(timeout=JOIN_SECONDS)
    if failed:
        raise Bug(
            f"a part of the server failed ({failed[0]}); the log above says where. Start it again, and report this"
        )


def _ending_all(loop: Callable[[], object], node: Node, failed: list[str]) -> None:
    try:
        loop()
    except Exception as exc:  # a bug of ours, or a port that fails in a way nobody translated
        log.exception("loop_failed")
        failed.append(repr(exc))
        node.begin_stop()
