"""Serves an application over HTTP within a program that owns its signals and its end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from services.heads import BoundedHeads
from services.node import Node
from streams.errors import ConfigError

GRACE_SECONDS = 3


async def serve(app: FastAPI, node: Node, *, port: int, on_listening: Callable[[int], None]) -> None:
    """Serve until the node stops; `on_listening` is told the port. ConfigError when the port cannot be had."""
    config = uvicorn.Config(
        app,
        http=BoundedHeads,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        lifespan="off",
    )
    server = _Server(config, node)
    listening = _listen(node.settings.host, port)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn offers no event to wait for
        await asyncio.sleep(0.01)
    if server.started:
        on_listening(listening.getsockname()[1])
    await serving


def own_signals(node: Node) -> None:
    """Let SIGTERM and SIGINT begin the node's stop; from within its event loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, node.begin_stop)


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket at the address; ConfigError where uvicorn would end the process without a word of ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except OSError as exc:
        told = f"cannot listen on {host} port {port}: {exc.strerror}"
        raise ConfigError(f"{told}; set TOCSIN_HOST and TOCSIN_PORT, or --host and --port") from exc
    # What is accepted inherits it. asyncio would set it only where the protocol of the socket is named, and without it the body of
    # an answer waits 40 ms for the client's kernel to confirm the head.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    """Uvicorn that leaves signals to us: it would raise them again at the end, and a clean stop exits 0."""

    def __init__(self, config: uvicorn.Config, node: Node) -> None:
        super().__init__(config)
        self._node = node

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def on_tick(self, counter: int) -> bool:
        """Tell whether to end: ten times a second uvicorn asks."""
        return self._node.stopping.is_set() or await super().on_tick(counter)
