"""HTTP calls to addresses that a user chose, within the guard's walls and a limit of time and bytes."""

import ssl
from collections.abc import Iterable
from time import monotonic
from typing import Final

import httpcore
import httpx

from services.adapters.ssrf import Guard

TOTAL_SECONDS: Final = 15.0
"""One call in all, from the connection to the last byte: a receiver that drips bytes holds nobody up."""

MAX_ANSWER_BYTES: Final = 4_096

CODING: Final = "content_coding"
"""The extension of a response that tells how its bytes, which are as they came, are packed."""


class GuardedTransport(httpx.BaseTransport):
    """An httpx transport that connects only where the guard lets it, once for each call.

    A call ends after its connect timeout, whatever happens, or where it has none after `TOTAL_SECONDS`; its read
    timeout bounds each silence. It follows no redirect, knows no proxy and no environment, and reads `max_bytes` of
    the answer, without unpacking them. TLS and the Host header keep the name: only the connection goes to the address
    that was checked.
    """

    def __init__(self, guard: Guard, *, tls: ssl.SSLContext | None = None, max_bytes: int = MAX_ANSWER_BYTES) -> None:
        self._max_bytes = max_bytes
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls or httpx.create_ssl_context(trust_env=False),
            network_backend=_GuardedBackend(guard),
            max_connections=None,  # the dispatcher bounds them: waiting for a place would pass for a slow receiver
            max_keepalive_connections=0,
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; raises httpx.TimeoutException, httpx.TransportError, or Forbidden from the guard."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        content = request.read()
        try:
            with self._pool.stream(
                request.method, url, headers=request.headers.raw, content=content, extensions=request.extensions
            ) as answer:
                return httpx.Response(
                    answer.status,
                    headers=_plain(answer.headers),
                    content=_beginning(answer, self._max_bytes),
                    extensions={CODING: _coding(answer.headers)},
                )
        except httpcore.TimeoutException as exc:
            raise httpx.TimeoutException(str(exc), request=request) from exc
        except (httpcore.NetworkError, httpcore.ProtocolError) as exc:
            raise httpx.TransportError(str(exc), request=request) from exc

    def close(self) -> None:
        """Close what is open."""
        self._pool.close()


class _GuardedBackend(httpcore.SyncBackend):
    """Resolves once, checks all answers, and connects to the first of them that listens."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        deadline = monotonic() + (TOTAL_SECONDS if timeout is None else timeout)
        try:
            addresses = self._guard.addresses(host, port)
        except (OSError, UnicodeError) as exc:
            raise httpcore.ConnectError("the name has no address") from exc
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                stream = super().connect_tcp(address, port, _left(deadline), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                failure = exc
            else:
                return _Deadline(stream, deadline)
        raise failure


class _Deadline(httpcore.NetworkStream):
    """A connection that ends at a moment, however busy it is."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002 - the deadline is stricter
    ) -> httpcore.NetworkStream:
        return _Deadline(self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline)), self._deadline)

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


def _left(deadline: float, most: float | None = None) -> float:
    left = deadline - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("no whole answer within the time for the call")
    return left if most is None else min(left, most)


def _plain(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers without the content's coding: a cut-off answer is not unpacked."""
    return [(name, value) for name, value in headers if name.lower() not in (b"content-encoding", b"content-length")]


def _coding(headers: list[tuple[bytes, bytes]]) -> str:
    """Return how the content is packed, empty for not at all."""
    codings = [
        value.decode("latin-1").strip().lower() for name, value in headers if name.lower() == b"content-encoding"
    ]
    return ", ".join(coding for coding in codings if coding != "identity")


def _beginning(answer: httpcore.Response, max_bytes: int) -> bytes:
    content = bytearray()
    for part in answer.iter_stream():
        content += part
        if len(content) >= max_bytes:
            break
    del content[max_bytes:]
    return bytes(content)
