"""Processes that make pages beside the one that takes in and understands: an interpreter runs one thread of Python at a time.

They are forked before anything is opened, so they cost no start of their own and share what has been loaded; each opens the index
and the records for reading when it is first asked. One that fails is given up, and when none is left the process itself answers.
"""

import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import Empty, LifoQueue
from typing import Final

import structlog

from services.pages import OwnPages, Pages, Question
from streams.errors import Bug, TocsinError, Unavailable

log = structlog.get_logger(__name__)

ANSWER_SECONDS: Final = 30.0
"""No page takes so long; a reader that does is ended."""

BEHIND: Final = 5
"""How far readers stand back (nice): where processors are scarce, what rings goes before what is looked at."""

_PAGE, _ERROR = b"p", b"e"
Open = Callable[[], tuple[OwnPages, Callable[[], None]]]
"""Opens what a reader reads; returns who makes the pages, and what goes on to the index's newest state."""


class Reader:
    """One process and the pipe to it."""

    def __init__(self, process: multiprocessing.process.BaseProcess, pipe: Connection) -> None:
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
    """Pages from whichever reader is free."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._all, self._left = readers, set(readers)
        self._free = LifoQueue[Reader]()  # the one that answered last remembers most
        for reader in readers:
            self._free.put(reader)

    def before(self, own: Pages, state: Callable[[], int]) -> Pages:
        """Return pages as of the state of the index, by a reader or, when none is left, by this process itself."""
        return _Shared(self, own, state) if self._all else own

    def json(self, state: int, question: Question) -> bytes | None:
        """Return the page, null when no reader is left; Unavailable when the one that was asked failed."""
        reader = self._take()
        if reader is None:
            return None
        try:
            told = reader.ask(state, question)
        except TocsinError:
            self._free.put(reader)
            raise
        except Exception as exc:
            self._left.discard(reader)
            log.error("reader_failed", error=repr(exc), left=len(self._left))
            reader.end()
            raise Unavailable("the search was interrupted; ask again") from exc
        self._free.put(reader)
        return told

    def close(self) -> None:
        """End all readers."""
        for reader in self._all:
            reader.end()

    def _take(self) -> Reader | None:
        while self._left:
            with suppress(Empty):
                return self._free.get(timeout=1.0)
        return None


class _Shared:
    """Pages of the readers, and of this process when none is left."""

    def __init__(self, readers: Readers, own: Pages, state: Callable[[], int]) -> None:
        self._readers, self._own, self._state = readers, own, state

    def json(self, question: Question) -> bytes:
        told = self._readers.json(self._state(), question)
        return self._own.json(question) if told is None else told


def forked(count: int, opening: Open) -> Readers:
    """Return readers, forked from this process as it is now: without threads, locks or open files of ours."""
    context = multiprocessing.get_context("fork")
    pipes = [context.Pipe() for _ in range(count)]
    readers = []
    for number, (ours, theirs) in enumerate(pipes):
        # A reader keeps its own end alone, so that all of them end when this process does, however it ends.
        others = [end for pair in pipes for end in pair if end is not theirs and not end.closed]
        process = context.Process(target=_read, args=(theirs, others, opening), name=f"reader-{number}", daemon=True)
        process.start()
        theirs.close()
        readers.append(Reader(process, ours))
    return Readers(readers)


def _read(pipe: Connection, others: Sequence[Connection], opening: Open) -> None:
    """Answer questions until the process that asks them is gone."""
    os.nice(BEHIND)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends its readers itself
    for one in others:
        one.close()
    made: tuple[OwnPages, Callable[[], None]] | None = None
    at = -1
    with suppress(EOFError, OSError):
        while True:
            state, question = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the server wrote it
            try:
                pages, refresh = made = made or opening()
                if state != at:
                    refresh()
                    at = state
                told = _PAGE + pages.json(question)
            except TocsinError as exc:
                told = _ERROR + pickle.dumps(exc)
            except Exception:  # a bug of ours: told in the log, as the server would
                log.exception("reader_failed_at", query=question.query)
                told = _ERROR + pickle.dumps(Bug("a reader failed; the server's log has the details"))
            pipe.send_bytes(told)
