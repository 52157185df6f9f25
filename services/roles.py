"""The processes of distributed mode: `tocsin api`, `worker`, `connect`, `dispatch`; each alone, several at once, in any order."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import structlog
import uvloop

from services import history
from services.api.app import create_app, create_probe
from services.loops import running, take_short_turns
from services.node import Node
from services.prepare import prepare
from services.records.listening import Listener
from services.records.statements import DUE, PUBLISHED
from services.server import ensure_admin_token, report, tell_where, warm_up
from services.serving import own_signals, serve
from services.settings import Settings
from services.ticking import tick
from services.wiring import CLOCK, SOURCES, agents_of, leader_of, open_shared
from streams.errors import ConfigError, Unavailable

log = structlog.get_logger(__name__)

FAILED = 1
Loop = Callable[[Node], object]


def api(settings: Settings, *, say: Callable[[str], None]) -> None:
    """Answer for what the servers have; while one of them is away, say 503 for what needs it and answer the rest."""
    node = open_shared(settings)
    lock = None
    with suppress(ConfigError):
        lock = node.folder.lock()  # the first on this folder tells commands where it listens

    def told(port: int) -> None:
        if lock:
            tell_where(node, port)
        say(f"Tocsin's API listens on {settings.address(port)}")

    loops: list[Callable[[], object]] = [
        _after_prepared(node, [_listening(PUBLISHED, node.news.ring)]),
        partial(_admit, node),
    ]
    try:
        _run(node, loops, serve(create_app(node), node, port=settings.port, on_listening=told))
    finally:
        if lock:
            node.folder.running.unlink(missing_ok=True)
            lock.release()


def connect(settings: Settings, *, with_history: bool, say: Callable[[str], None]) -> None:
    """Bring in what is to be brought: the history pack once, and what the sources have that are switched on."""
    node = open_shared(settings)
    loops: list[Loop] = [_polling, *([partial(history.post, say=say)] if with_history else [])]
    _run(node, [_after_prepared(node, loops)], _probe(node))


def dispatch(settings: Settings) -> None:
    """Deliver what the outbox holds."""
    node = open_shared(settings)
    loops: list[Loop] = [lambda node: node.dispatcher.run(node.stopping), _listening(DUE, node.due.set)]
    _run(node, [_after_prepared(node, loops)], _probe(node))


def worker(settings: Settings) -> None:
    """Run steps of the pipeline. What they cannot go on from ends the process at once, for its supervisor to start it again."""
    node = open_shared(settings)
    agents = agents_of(node, on_failure=report)
    take_short_turns()

    async def work() -> None:
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        node.on_stop.append(lambda: loop.call_soon_threadsafe(stopping.set))
        if await loop.run_in_executor(None, prepare, node.parts, node.stopping):
            warm_up()
            log.info("worker_started", steps=agents.steps)
            await agents.run(stopping)

    async def work_and_tell() -> None:
        telling = asyncio.create_task(_probe(node, lacking=agents.lacking))
        try:
            await work()
        except Exception:
            log.exception("worker_failed")
            sys.stderr.flush()
            os._exit(FAILED)  # what is under way is half done, and must not be waited for
        node.begin_stop()
        await telling

    _run(node, [_after_prepared(node, [_ticking])], work_and_tell())
    log.info("worker_stopped")


def _run(node: Node, loops: Sequence[Callable[[], object]], main: Coroutine[Any, Any, None]) -> None:
    """Run loops in threads beside the main coroutine, until a signal or the failure of one ends all."""

    async def owned() -> None:
        own_signals(node)
        await main

    try:
        with running(node, loops):
            uvloop.run(owned())
    finally:
        node.close()


def _after_prepared(node: Node, loops: Sequence[Loop]) -> Callable[[], None]:
    """Return what waits for all parts and then runs the loops, each in a thread, until they end."""

    def run() -> None:
        if prepare(node.parts, node.stopping):
            with running(node, [partial(loop, node) for loop in loops]):
                node.stopping.wait()

    return run


def _listening(channel: str, hear: Callable[[], object]) -> Loop:
    """Return a loop that hears what other processes tell through the database."""

    def listen(node: Node) -> None:
        listener = Listener(node.settings.database.url.get_secret_value(), {channel: hear})
        listener.run(node.stopping)

    return listen


def _ticking(node: Node) -> None:
    leader = leader_of(node, CLOCK)
    try:
        tick(node, leads=leader.held)
    finally:
        leader.release()


def _polling(node: Node) -> None:
    leader = leader_of(node, SOURCES)
    try:
        node.poller.run(node.stopping, leads=leader.held)
    finally:
        leader.release()


def _admit(node: Node) -> None:
    """Write the administrator's token to the data folder, as soon as the database answers."""
    while not node.stopping.is_set():
        with suppress(Unavailable):
            ensure_admin_token(node)
            return
        node.stopping.wait(1.0)


async def _probe(node: Node, *, lacking: Callable[[], list[str]] = list) -> None:
    """Tell of this process's health where the settings say, until it stops."""
    if node.settings.probe_port:
        app = create_probe(node, lacking=lacking)
        await serve(app, node, port=node.settings.probe_port, on_listening=lambda _port: None)
    else:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        node.on_stop.append(lambda: loop.call_soon_threadsafe(stopped.set))
        if not node.stopping.is_set():
            await stopped.wait()
