"""Wakes whoever waits for news in the event loop, from the threads that bring it."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Rung after each change; each listener hears at least once after it."""

    def __init__(self) -> None:
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self._lock = threading.Lock()

    def ring(self) -> None:
        """Wake all listeners; from any thread."""
        with self._lock:
            for loop, news in self._listeners:
                loop.call_soon_threadsafe(news.set)

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """Give an event, in the running loop, that each ring sets."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners.add(listener)
        try:
            yield listener[1]
        finally:
            with self._lock:
                self._listeners.discard(listener)
