"""Requests of any shape over a raw socket: what is within bounds is answered, a head without end is ended."""

import socket
import threading
from contextlib import contextmanager

import pytest
import uvicorn

from services.heads import MAX_HEAD_BYTES, BoundedHeads

MOST = 400 * MAX_HEAD_BYTES
"""More than what the kernel takes for a server that is not looking."""

HOST = b"Host: 127.0.0.1\r\n"
CHUNKED = b"POST / HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\n"


async def counts(scope, receive, send):
    """Answer with how many bytes the body had."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"8")]})
    await send({"type": "http.response.body", "body": b"%8d" % size})


@pytest.fixture(scope="module")
def port():
    config = uvicorn.Config(counts, http=BoundedHeads, port=0, lifespan="off", log_level="error", timeout_keep_alive=30)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join()


@contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
        yield plain


def answered(plain, *, enough):
    """Return what comes until the end, or until so many bytes have come."""
    told = b""
    while len(told) < enough and (piece := plain.recv(65_536)):
        told += piece
    return told


# Each: what a request begins with, and what comes after it for ever.
@pytest.mark.parametrize(
    ("beginning", "forever"),
    [
        pytest.param(b"GET / HTTP/1.1\r\nX: ", b"a", id="a header"),
        pytest.param(b"GET / HTTP/1.1\r\n" + HOST, b"X: a\r\n", id="headers"),
        pytest.param(b"GET /", b"a", id="an address"),
        pytest.param(CHUNKED + b"1\r\na\r\n0\r\n", b"X: a\r\n", id="what follows a body"),
        pytest.param(CHUNKED + b"1;", b"a", id="a chunk's extension"),
    ],
)
def test_a_head_without_end_is_ended(port, beginning, forever):
    with connected(port) as plain:
        plain.sendall(beginning)
        with pytest.raises(ConnectionError):
            plain.sendall(forever * (MOST // len(forever)))


def test_the_answer_says_why(port):
    with connected(port) as plain:
        # Not a byte more than it takes: what is left unread when it closes would take the answer with it.
        plain.sendall(b"GET / HTTP/1.1\r\nX: ".ljust(MAX_HEAD_BYTES + 1, b"a"))
        told = answered(plain, enough=1_000)
    assert told.startswith(b"HTTP/1.1 400")
    assert b"head" in told


def test_what_is_within_bounds_is_answered(port):
    with connected(port) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 60_000 + b"\r\n\r\n")
        assert answered(plain, enough=80).startswith(b"HTTP/1.1 200")


def test_a_body_may_be_large_and_come_in_any_pieces(port):
    size = 3 * MAX_HEAD_BYTES
    with connected(port) as plain:
        plain.sendall(CHUNKED)
        for _ in range(size // 4_096):
            plain.sendall(b"4\r\naaaa\r\n" * 1_024)  # more framing than body
        plain.sendall(b"0\r\n\r\n")
        assert answered(plain, enough=80).endswith(b"%8d" % size)


def test_many_requests_on_one_connection_are_many(port):
    one = b"POST / HTTP/1.1\r\n" + HOST + b"Content-Length: 1000\r\nX: " + b"x" * 2_000 + b"\r\n\r\n" + b"a" * 1_000
    with connected(port) as plain:
        for _ in range(100):
            plain.sendall(one)
            assert answered(plain, enough=80).endswith(b"    1000")
