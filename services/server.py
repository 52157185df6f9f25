"""`tocsin run`: a process that listens, understands, answers and rings, with readers beside it, until it is told to stop."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial

import structlog
import uvloop

from schemas.party import Scope
from schemas.topics import TOPICS
from services import history
from services.adapters.sqlite_log import SqliteLog
from services.api.app import create_app
from services.clock import utc_now
from services.judge import classify_lines
from services.loops import running, take_short_turns
from services.node import EmbeddedNode, Node
from services.readers import forked
from services.records.access import HOME_PARTY, OPERATOR
from services.records.statements import ms
from services.remembered import RememberedPages
from services.secrets import write_private
from services.serving import own_signals, serve
from services.settings import Settings
from services.ticking import tick
from services.wiring import open_for_reading, open_node, prepare_to_fork
from streams.stage import Step

log = structlog.get_logger(__name__)

TRIM_EVERY_SECONDS = 3600.0


def run(settings: Settings, *, with_history: bool, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ConfigError when the folder or the port cannot be had."""
    prepare_to_fork()
    with closing(forked(settings.readers, partial(open_for_reading, settings))) as readers:
        node = open_node(settings)
        pages = RememberedPages(readers.before(node.pages, node.index_state), node.index_state)
        _run(replace(node, pages=pages), with_history=with_history, say=say)


def ensure_admin_token(node: Node) -> None:
    """Write a token with all rights to the data folder, unless the one there still opens the door."""
    path = node.folder.admin_token
    if path.exists() and node.access.principal(path.read_text().strip()):
        return
    _, secret = node.access.create_token(HOME_PARTY, "administrator", tuple(Scope), by=OPERATOR)
    write_private(path, secret)


def tell_where(node: Node, port: int) -> None:
    """Write where this process listens, for commands on the same folder."""
    write_private(node.folder.running, json.dumps({"url": node.settings.address(port)}))


def _run(node: EmbeddedNode, *, with_history: bool, say: Callable[[str], None]) -> None:
    try:
        ensure_admin_token(node)
        warm_up()
        take_short_turns()
        with running(node, _loops(node, with_history=with_history, say=say)):
            uvloop.run(_serve(node, say))
    finally:
        node.folder.running.unlink(missing_ok=True)
        node.close()


async def _serve(node: Node, say: Callable[[str], None]) -> None:
    def told(port: int) -> None:
        tell_where(node, port)
        say(_welcome(node))

    own_signals(node)
    await serve(create_app(node), node, port=node.settings.port, on_listening=told)


def _loops(node: EmbeddedNode, *, with_history: bool, say: Callable[[str], None]) -> list[Callable[[], None]]:
    """Return pipeline, dispatcher, clock, sources and history."""
    loops: list[Callable[[], None]] = [
        lambda: node.pipeline.run(on_failure=report, on_turn=node.remaking.telling(say)),
        lambda: node.dispatcher.run(node.stopping),
        lambda: tick(node, also=_Trimming(node)),
        lambda: node.poller.run(node.stopping),
    ]
    return [*loops, lambda: history.post(node, say=say)] if with_history else loops


def warm_up() -> None:
    """Read one sentence, so that the first report does not wait a second for the language model to load."""
    line = b'{"id": "warm-up", "title": "China places gallium exports under licence", "text": "In force on 1 August."}'
    for _ in classify_lines([line], now=utc_now()):
        pass


class _Trimming:
    """Forgets once an hour what the topics need no longer keep."""

    def __init__(self, node: EmbeddedNode) -> None:
        self._node, self._next = node, 0.0

    def __call__(self) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + TRIM_EVERY_SECONDS
        node, log_ = self._node, self._node.log
        assert isinstance(log_, SqliteLog)
        for topic in TOPICS:
            if topic.keep_days is not None:
                forgotten = log_.trim(topic, before_ms=ms(node.now() - timedelta(days=topic.keep_days)))
                if forgotten:
                    log.info("topic_trimmed", topic=topic.name, records=forgotten)


def report(step: Step, exc: Exception) -> None:
    """Say that a step waits for what it needs."""
    log.error("step_unavailable", step=step.name, error=str(exc))


def _welcome(node: Node) -> str:
    url = node.settings.base_url
    token = node.folder.admin_token
    return f"""
Tocsin listens on {url}
Your token is in {token}

Three things to try:
  1. Look:    open {url}/ in a browser, and search for  material:gallium actor:CN
  2. Ask:     curl -H "Authorization: Bearer $(cat {token})" "{url}/v1/events?q=class:export_ban&limit=3"
  3. Tell:    curl -H "Authorization: Bearer $(cat {token})" -H "Content-Type: application/json" {url}/v1/intake \\
                -d '{{"id": "1", "title": "Port strike stops cobalt exports from Congo", "marking": {{"tlp": "CLEAR"}}}}'

The interface is described at {url}/docs; stop with Ctrl-C.
"""
