"""What distributed mode refuses to start with: secrets that processes do not share, and talk that others can read."""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

from services.settings import Settings
from streams.errors import ConfigError

ENCRYPTED_MODES = frozenset({"require", "verify-ca", "verify-full"})
"""PostgreSQL's sslmode values under which nothing is sent in the clear."""


def refuse_unsafe(settings: Settings) -> None:
    """Raise ConfigError for what is missing, and for what is unsafe unless TOCSIN_ALLOW_INSECURE says so."""
    for name, given in (
        ("TOCSIN_KAFKA__BOOTSTRAP", settings.kafka.bootstrap),
        ("TOCSIN_ELASTIC__URL", settings.elastic.url),
        ("TOCSIN_DATABASE__URL", settings.database.url.get_secret_value()),
        ("TOCSIN_SECRET_KEY", settings.secret_key.get_secret_value()),
    ):
        if not given:
            raise ConfigError(f"{name} is not set: processes that work together need it")
    if not settings.database.url.get_secret_value().startswith("postgresql+psycopg://"):
        raise ConfigError("TOCSIN_DATABASE__URL does not begin with postgresql+psycopg://")
    if settings.kafka.security.value.startswith("SASL") and not settings.kafka.username:
        raise ConfigError("TOCSIN_KAFKA__USERNAME is not set, and TOCSIN_KAFKA__SECURITY asks for it")
    open_to_all = list(_in_the_clear(settings))
    if open_to_all and not settings.allow_insecure:
        raise ConfigError(
            f"{' and '.join(open_to_all)}: others could read or change what is sent; "
            "set TOCSIN_ALLOW_INSECURE=true where the network itself is trusted"
        )


def _in_the_clear(settings: Settings) -> Iterator[str]:
    kafka, elastic = settings.kafka, urlsplit(settings.elastic.url)
    hosts = [address.rpartition(":")[0] for address in kafka.bootstrap.split(",")]
    if not kafka.security.value.endswith("SSL") and not all(map(_is_loopback, hosts)):
        yield "TOCSIN_KAFKA__SECURITY is not SSL or SASL_SSL"
    if elastic.scheme != "https" and not _is_loopback(elastic.hostname or ""):
        yield "TOCSIN_ELASTIC__URL is not https"
    database = urlsplit(settings.database.url.get_secret_value())
    mode = parse_qs(database.query).get("sslmode", ["prefer"])[-1]
    if mode not in ENCRYPTED_MODES and not _is_loopback(database.hostname or ""):
        yield "TOCSIN_DATABASE__URL has no sslmode of verify-full"


def _is_loopback(host: str) -> bool:
    """Tell whether what is sent to the host stays on this machine."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
