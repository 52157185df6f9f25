"""Waits for what a process needs outside, in any order of starting, and makes what is ours in it."""

import threading
from collections.abc import Sequence

import structlog

from services.node import Part
from streams.errors import Unavailable

log = structlog.get_logger(__name__)

RETRY_SECONDS = 1.0


def prepare(parts: Sequence[Part], stopping: threading.Event) -> bool:
    """Prepare each part, waiting for those that are away; false when told to stop before. ConfigError where one is not fit."""
    for part in parts:
        told = False
        while True:
            try:
                part.prepare()
                break
            except Unavailable as exc:
                if not told:
                    log.warning("part_awaited", part=part.name, error=str(exc))
                told = True
            if stopping.wait(RETRY_SECONDS):
                return False
        log.info("part_prepared", part=part.name)
    return True
