"""Processes that make pages beside the one that takes in and understands: an interpreter runs one thread of Python at a time.

They are forked before anything is opened, so they cost no start of their own and share what has been loaded; each opens the index
and the records for reading when it is first asked. One that fails is replaced, and were none to be had, the process itself answers.
"""

import multiprocessing
import os
import pickle
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from queue import Empty, LifoQueue
from threading import BoundedSemaphore
from typing import Final

import structlog

from services.pages import Pages
from services.search import Question
from streams import metrics
from streams.errors import Bug, TocsinError, Unavailable

log = structlog.get_logger(__name__)

ANSWER_SECONDS: Final = 30.0
"""A reader that takes longer for a page is ended."""

WAIT_SECONDS: Final = 10.0
"""How long a question waits for a reader."""

MAX_ASKING: Final = 24
"""Questions under way: of the 40 threads that answer requests, the rest stays for those that bring something in."""

BEHIND: Final = 5
"""How far readers stand back (nice): where processors are scarce, what rings goes before what is looked at."""

_PAGE, _ERROR = b"p", b"e"
Open = Callable[[], tuple[Pages, Callable[[], None]]]
"""Opens what a reader reads; returns who makes the pages, and what goes on to the index's newest state."""

State = Callable[[], int]
"""The number of the index's state: a page is never of an earlier one."""


class Reader:
    """One process and the pipe to it."""

    def __init__(self, process: BaseProcess, pipe: Connection) -> None:
        self._process, self._pipe = process, pipe

    def ask(self, state: int, question: Question) -> bytes:
        """Return the page as of this state of the index or a later one; OSError or EOFError when the reader is no more."""
        self._pipe.send_bytes(pickle.dumps((state, question), pickle.HIGHEST_PROTOCOL))
        if not self._pipe.poll(ANSWER_SECONDS):
            raise TimeoutError(f"no answer in {ANSWER_SECONDS:.0f} s")
        told = self._pipe.recv_bytes()
        if told[:1] == _PAGE:
            return told[1:]
        error: TocsinError = pickle.loads(told[1:])  # noqa: S301 - a process of ours wrote it
        raise error

    def end(self) -> None:
        """End the process at once: it writes nothing that could be lost."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


class Readers:
    """Pages from whichever reader is free; `another` starts one in the place of one that failed."""

    def __init__(self, readers: Sequence[Reader], another: Callable[[], Reader]) -> None:
        self._all, self._another, self._closing = set(readers), another, False
        self._asking = BoundedSemaphore(MAX_ASKING)
        self._free = LifoQueue[Reader]()  # the one that answered last remembers most
        for reader in readers:
            self._free.put(reader)
        metrics.READERS.set(len(self._all))

    def before(self, own: Pages, state: State) -> Pages:
        """Return pages as of the state of the index, by a reader or, when none is left, by this process itself."""
        return _Shared(self, own, state) if self._all else own

    def json(self, state: State, question: Question) -> bytes | None:
        """Return the page, null when no reader is left; Unavailable when all are busy for long, or the one asked failed."""
        if not self._asking.acquire(blocking=False):
            raise Unavailable("too many search at once; ask again", retry_after_seconds=1)
        try:
            reader = self._take()
            return self._asked(reader, state, question) if reader else None
        finally:
            self._asking.release()

    def close(self) -> None:
        """End all readers."""
        self._closing = True
        for reader in list(self._all):
            reader.end()
        self._all.clear()

    def _take(self) -> Reader | None:
        until = time.monotonic() + WAIT_SECONDS
        while self._all:
            with suppress(Empty):
                return self._free.get(timeout=0.2)
            if time.monotonic() > until:
                raise Unavailable("the search is busy; ask again", retry_after_seconds=5)
        return None

    def _asked(self, reader: Reader, state: State, question: Question) -> bytes:
        try:
            told = reader.ask(state(), question)
        except TocsinError:
            self._free.put(reader)
            raise
        except Exception as exc:
            reader.end()
            if not self._closing:
                log.error("reader_failed", error=repr(exc))
                self._replace()
            self._all.discard(reader)
            metrics.READERS.set(len(self._all))
            raise Unavailable("the search was interrupted; ask again", retry_after_seconds=1) from exc
        self._free.put(reader)
        return told

    def _replace(self) -> None:
        try:
            reader = self._another()
        except Exception:  # without it the others answer, or this process itself
            log.exception("reader_not_replaced")
            return
        self._all.add(reader)
        self._free.put(reader)


class _Shared:
    """Pages of the readers, and of this process when none is left."""

    def __init__(self, readers: Readers, own: Pages, state: State) -> None:
        self._readers, self._own, self._state = readers, own, state

    def json(self, question: Question) -> bytes:
        told = self._readers.json(self._state, question)
        return self._own.json(question) if told is None else told


def forked(count: int, opening: Open) -> Readers:
    """Return readers, forked from this process as it is now: without threads, locks or open files of ours.

    Later ones are started anew: a process with threads is not to be forked.
    """
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe() for _ in range(count)]
    readers = []
    for ours, theirs in pipes:
        # A reader keeps its own end alone, so that all of them end when this process does, however it ends.
        others = [end for pair in pipes for end in pair if end is not theirs and not end.closed]
        readers.append(
            _started(context.Process(target=_read, args=(theirs, others, opening), daemon=True), ours, theirs)
        )
    return Readers(readers, lambda: _spawned(opening))


def _spawned(opening: Open) -> Reader:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    return _started(context.Process(target=_read, args=(theirs, (), opening), daemon=True), ours, theirs)


def _started(process: BaseProcess, ours: Connection, theirs: Connection) -> Reader:
    process.start()
    theirs.close()
    return Reader(process, ours)


def _read(pipe: Connection, others: Sequence[Connection], opening: Open) -> None:
    """Answer questions until the process that asks them is gone."""
    os.nice(BEHIND)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(
            number, signal.SIG_IGN
        )  # these reach the whole group; the server ends its readers when it has answered
    for one in others:
        one.close()
    made: tuple[Pages, Callable[[], None]] | None = None
    at = -1
    with suppress(EOFError, OSError):
        while True:
            state, question = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the server wrote it
            try:
                pages, refresh = made = made or opening()
                if state > at:
                    refresh()
                    at = state
                told = _PAGE + pages.json(question)
            except TocsinError as exc:
                told = _ERROR + pickle.dumps(exc)
            except (
                Exception
            ):  # a bug of ours: told in the log, as the server would, and without the words that were looked for
                log.exception("page_failed", kind=question.kind, sort=question.sort, limit=question.limit)
                told = _ERROR + pickle.dumps(Bug("a reader failed; the server's log has the details"))
            pipe.send_bytes(told)
