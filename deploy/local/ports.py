"""Ports for servers that are stopped and started again."""

import random
import socket

FIRST, LAST = 15_000, 32_000
"""Below the ports that Linux gives to outgoing connections: one of these could take a server's port while it is down, and a
client that tries a dead port again and again could even be connected to itself."""


def free_port(near: int | None = None) -> int:
    """Return a loopback port that nobody listens on: the first from `near` on, or any."""
    rolled = random.SystemRandom()
    while True:
        port = near if near is not None else rolled.randrange(FIRST, LAST)
        if is_free(port):
            return port
        near = port + 1 if near is not None else None


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
