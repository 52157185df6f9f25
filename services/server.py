"""`tocsin run`: one process that listens, understands, answers and rings, until it is told to stop."""

import asyncio
import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
import uvicorn

from schemas.ledger import Tick
from schemas.party import Scope
from schemas.topics import LEDGER, TOPICS
from services import history
from services.api.app import create_app
from services.clock import utc_now
from services.judge import classify_lines
from services.records.access import HOME_PARTY, OPERATOR
from services.records.statements import moment, ms
from services.secrets import write_private
from services.settings import Settings
from services.wiring import Node, open_node
from streams.errors import Bug, ConfigError, Unavailable
from streams.ports import Outgoing
from streams.stage import Step

log = structlog.get_logger(__name__)

TRIM_EVERY_SECONDS = 3600.0
LAST_TICK = "last-tick"
GRACE_SECONDS = 3


def run(settings: Settings, *, with_history: bool, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT; ConfigError when the folder or the port cannot be had."""
    node = open_node(settings)
    try:
        ensure_admin_token(node)
        _warm_up()
        with _threads(node, with_history=with_history, say=say):
            asyncio.run(_serve(node, say))
    finally:
        node.folder.running.unlink(missing_ok=True)
        node.close()


def ensure_admin_token(node: Node) -> None:
    """Write a token with all rights to the data folder, unless the one there still opens the door."""
    path = node.folder.admin_token
    if path.exists() and node.access.principal(path.read_text().strip()):
        return
    _, secret = node.access.create_token(HOME_PARTY, "administrator", tuple(Scope), by=OPERATOR)
    write_private(path, secret)


async def _serve(node: Node, say: Callable[[str], None]) -> None:
    settings = node.settings
    config = uvicorn.Config(
        create_app(node),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
    )
    server = _Server(config, node)
    listening = _listen(settings)
    port = listening.getsockname()[1]
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    if server.started:
        write_private(node.folder.running, json.dumps({"url": settings.address(port)}))
        say(_welcome(node))
    await serving


def _listen(settings: Settings) -> socket.socket:
    """Return a socket at the address; ConfigError where uvicorn would end the process without a word of ours."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family)
    except OSError as exc:
        told = f"cannot listen on {settings.host} port {settings.port}: {exc.strerror}"
        raise ConfigError(f"{told}; set TOCSIN_HOST and TOCSIN_PORT, or --host and --port") from exc


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to us: it would raise them again at the end, and a clean stop exits 0."""

    def __init__(self, config: uvicorn.Config, node: Node) -> None:
        super().__init__(config)
        self._node = node

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._node.begin_stop)
        yield

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to end: ten times a second uvicorn asks."""
        return self._node.stopping.is_set() or await super().on_tick(counter)


@contextlib.contextmanager
def _threads(node: Node, *, with_history: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Run pipeline, dispatcher, clock and history beside the server; end them in order when it ends."""
    loops: list[Callable[[], None]] = [
        lambda: node.pipeline.run(on_failure=_report),
        lambda: node.dispatcher.run(node.stopping),
        lambda: _tick(node),
    ]
    if with_history:
        loops.append(lambda: history.post(node, say=say))
    failed: list[str] = []
    threads = [threading.Thread(target=_ending_all, args=(loop, node, failed), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        node.begin_stop()
        for thread in threads:
            thread.join(timeout=15)
    if failed:
        raise Bug(
            f"a part of the server failed ({failed[0]}); the log above says where. Start it again, and report this"
        )


def _warm_up() -> None:
    """Read one sentence, so that the first report does not wait a second for the language model to load."""
    line = b'{"id": "warm-up", "title": "China places gallium exports under licence", "text": "In force on 1 August."}'
    for _ in classify_lines([line], now=utc_now()):
        pass


def _ending_all(loop: Callable[[], None], node: Node, failed: list[str]) -> None:
    """Run a loop; should it fail, stop the process: half a Tocsin that looks alive is worse than one that is started again."""
    try:
        loop()
    except Exception as exc:  # a bug of ours, or a port that fails in a way nobody translated
        log.exception("loop_failed")
        failed.append(repr(exc))
        node.begin_stop()


def _tick(node: Node) -> None:
    """Tell the ledger the time, and forget once an hour what the topics need no longer keep."""
    waited = TRIM_EVERY_SECONDS
    while True:
        try:
            node.rules.relay()  # what a failing log kept from the ledger when it was changed
            node.log.append([Outgoing(LEDGER, Tick(at=_later(node)))])
            node.pipeline.wake()
            if waited >= TRIM_EVERY_SECONDS:
                waited = 0.0
                _trim(node)
        except Unavailable as exc:
            log.error("tick_failed", error=str(exc))
        if node.stopping.wait(node.settings.tick_seconds):
            return
        waited += node.settings.tick_seconds


def _later(node: Node) -> datetime:
    """Return the time, never before the last tick's: a clock that was set back must not undo what was due."""
    now = max(ms(node.now()), node.marks.get(LAST_TICK) or 0)
    node.marks.put(LAST_TICK, now)
    return moment(now)


def _trim(node: Node) -> None:
    for topic in TOPICS:
        if topic.keep_days is not None:
            forgotten = node.log.trim(topic, before_ms=ms(node.now() - timedelta(days=topic.keep_days)))
            if forgotten:
                log.info("topic_trimmed", topic=topic.name, records=forgotten)


def _report(step: Step, exc: Exception) -> None:
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
