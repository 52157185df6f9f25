"""How a description of brokers becomes the options of a Kafka client, and what a Kafka client's errors mean to us."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka.errors import (
    KafkaError,
    MessageSizeTooLargeError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
)

from streams.broker import Broker
from streams.errors import ConfigError, InvalidInput, Unavailable

REQUEST_TIMEOUT_MS = 5_000
BOOTSTRAP_TIMEOUT_MS = 3_000
RECONNECT_MS = 1_000
"""A client that has idled through an outage tries again at least this often: by itself it would wait for up to 30 s."""


def options_of(broker: Broker) -> dict[str, Any]:
    """Return what every client of these brokers is given. Waits are bounded, so that a door can answer 503 soon."""
    options: dict[str, Any] = {
        "bootstrap_servers": broker.bootstrap.split(","),
        "security_protocol": broker.security.value,
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
        "bootstrap_timeout_ms": BOOTSTRAP_TIMEOUT_MS,
        "reconnect_backoff_max_ms": RECONNECT_MS,
    }
    if broker.is_encrypted:
        options["ssl_context"] = tls_of(broker)
    if broker.is_named:
        options |= {
            "sasl_mechanism": broker.mechanism.value,
            "sasl_plain_username": broker.username,
            "sasl_plain_password": broker.password,
        }
    return options


def tls_of(broker: Broker) -> ssl.SSLContext | None:
    """Return the certificates to check and to show, null where nothing is encrypted; ConfigError for files that are none."""
    if not broker.is_encrypted:
        return None
    try:
        context = ssl.create_default_context(cafile=broker.ca_file)
        if broker.cert_file:
            context.load_cert_chain(broker.cert_file, broker.key_file)
    except (OSError, ssl.SSLError) as exc:
        raise ConfigError(f"TOCSIN_KAFKA__CA_FILE, __CERT_FILE or __KEY_FILE cannot be used: {exc}") from exc
    return context


@contextmanager
def translated(broker: Broker, *, doing: str) -> Iterator[None]:
    """Turn what a client raises into one of ours; no text holds the password."""
    try:
        yield
    except SaslAuthenticationFailedError as exc:
        told = f"the brokers at {broker.bootstrap} refuse {broker.username!r}"
        raise ConfigError(f"{told}: check TOCSIN_KAFKA__USERNAME, __PASSWORD and __MECHANISM") from exc
    except TopicAuthorizationFailedError as exc:
        raise ConfigError(f"the brokers do not let {broker.username!r} use topics of {broker.space!r}: {exc}") from exc
    except MessageSizeTooLargeError as exc:
        raise InvalidInput(f"cannot {doing}: a record is larger than the brokers take; send less at once") from exc
    except (KafkaError, OSError) as exc:
        raise Unavailable(f"cannot {doing}: the brokers at {broker.bootstrap} do not answer ({_name(exc)})") from exc


def _name(exc: BaseException) -> str:
    return f"{type(exc).__name__}: {exc}"[:200]
