"""Clients of the brokers: made when they are first needed, shared, and made anew after a failure, with nothing left behind."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Lock
from typing import Any, Generic, TypeVar

from kafka import KafkaProducer
from kafka.errors import KafkaError, KafkaTimeoutError, MessageSizeTooLargeError

from services.adapters.kafka_connection import BOOTSTRAP_TIMEOUT_MS, options_of, tls_of, translated
from streams.broker import Broker
from streams.errors import ConfigError, Unavailable

C = TypeVar("C")
T = TypeVar("T")

TURN_SECONDS = 8.0
"""How long a thread waits for another that is making or using the client."""

AWAY_SECONDS = 1.0
"""How long brokers that could not be reached are taken to be away: all who wait for them meanwhile are told at once."""


class Client(Generic[C]):
    """A client that threads use at the same time."""

    def __init__(self, broker: Broker, make: Callable[[], C]) -> None:
        self._broker, self._make, self._making = broker, make, Lock()
        self._client: C | None = None
        self._away_until, self._reason = 0.0, ""

    def use(self, doing: str, act: Callable[[C], T]) -> T:
        """Do it with the client; after an error nothing that the client still holds is sent, and the next use makes another.

        Raises Unavailable within bounds, ConfigError for brokers that refuse us, InvalidInput for too large a record.
        """
        with translated(self._broker, doing=doing):
            client = self._ready(doing)
            try:
                return act(client)
            except MessageSizeTooLargeError:
                raise
            except Exception:
                self._drop(client)
                raise

    def close(self) -> None:
        """Close the client, if there is one."""
        if self._client is not None:
            self._drop(self._client)

    def _ready(self, doing: str) -> C:
        if (client := self._client) is not None:
            return client
        with _turn(self._making, doing):
            if self._client is None:
                if time.monotonic() < self._away_until:
                    raise Unavailable(f"cannot {doing}: {self._reason}", retry_after_seconds=AWAY_SECONDS)
                try:
                    self._client = self._make()
                except (KafkaTimeoutError, Unavailable) as exc:
                    self._reason = f"the brokers could not be reached a moment ago ({exc})"
                    self._away_until = time.monotonic() + AWAY_SECONDS
                    raise
            return self._client

    def _drop(self, client: C) -> None:
        if self._client is client:
            self._client = None
        _close(client)


class OneAtATime(Client[C]):
    """A client that is not made for several threads."""

    def __init__(self, broker: Broker, make: Callable[[], C]) -> None:
        super().__init__(broker, make)
        self._using = Lock()

    def use(self, doing: str, act: Callable[[C], T]) -> T:
        """Wait for one's turn, then do it."""
        with _turn(self._using, doing):
            return super().use(doing, act)


def connected(kind: Callable[..., C], broker: Broker, **options: Any) -> C:  # noqa: ANN401 - each client has its own
    """Return a client that has reached the brokers; one that cannot leaves no thread and no socket behind.

    ConfigError where the brokers' certificate is not trusted, Unavailable that names the settings where they refuse a name
    or a password: that may be right again tomorrow.
    """
    opened: list[Any] = []
    connect = kind.DEFAULT_CONFIG["kafka_client"]  # type: ignore[attr-defined] # the library has no types

    def remembered(**given: Any) -> Any:  # noqa: ANN401 - the library's own
        opened.append(connect(**given))
        return opened[-1]

    try:
        return kind(**options_of(broker) | options, kafka_client=remembered)
    except BaseException as exc:
        for connections in opened:
            connections.close()
        if isinstance(exc, KafkaTimeoutError):
            _explain(broker)
        raise


@contextmanager
def _turn(lock: Lock, doing: str) -> Iterator[None]:
    if not lock.acquire(timeout=TURN_SECONDS):
        raise Unavailable(f"cannot {doing}: others wait for the brokers already", retry_after_seconds=TURN_SECONDS)
    try:
        yield
    finally:
        lock.release()


def _close(client: Any) -> None:  # noqa: ANN401 - a client of any kind
    """Close at once: what a producer still holds is given up, or it would be sent after its sender was told that it failed."""
    if not isinstance(client, KafkaProducer):
        with suppress(KafkaError):
            client.close()
        return
    try:
        client.close(timeout=0)
    except KafkaTimeoutError:
        client._sender.force_close()  # noqa: SLF001 - close() ends before it has told the sending thread to stop
        client._sender.join(TURN_SECONDS)  # noqa: SLF001 - the same
        with suppress(KafkaError):
            client.close(timeout=0)


def _explain(broker: Broker) -> None:
    """Say why brokers that can be reached do not let us in: the library takes every refusal for silence."""
    context = tls_of(broker)
    for address in broker.bootstrap.split(","):
        host, _, port = address.rpartition(":")
        try:
            with socket.create_connection((host, int(port)), BOOTSTRAP_TIMEOUT_MS / 1000) as plain:
                if context is not None:
                    context.wrap_socket(plain, server_hostname=host).close()
        except ssl.SSLError as exc:
            told = f"the broker at {address} and we do not agree on TLS ({exc.reason or exc})"
            raise ConfigError(f"{told}: check TOCSIN_KAFKA__CA_FILE and TOCSIN_KAFKA__SECURITY") from exc
        except OSError:
            continue
        if broker.is_named:
            told = f"the broker at {address} is there and does not let {broker.username!r} in"
            raise Unavailable(
                f"{told}: check TOCSIN_KAFKA__USERNAME, __PASSWORD and __MECHANISM, unless it is merely busy"
            )
