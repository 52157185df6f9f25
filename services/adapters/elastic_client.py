"""How Elasticsearch is reached, and what its client's errors mean to us."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from elasticsearch import ApiError, ConnectionTimeout, Elasticsearch, NotFoundError, TransportError

from streams.errors import ConfigError, InvalidInput, Unavailable

REQUEST_SECONDS = 20.0
CONNECTIONS = 16
BUSY = frozenset({408, 429, 502, 503, 504})
REFUSED = frozenset({401, 403})


@dataclass(frozen=True)
class Cluster:
    """A search cluster, and what our indexes on it begin with."""

    url: str
    prefix: str = "live"
    api_key: str = field(default="", repr=False)
    ca_file: Path | None = None
    replicas: int = 0
    refresh_seconds: float = 0.2

    @property
    def readers(self) -> str:
        """The alias that searches go to."""
        return f"{self.prefix}-things"

    @property
    def writers(self) -> str:
        """The alias of every index that is written: one, or two while the next version is filled."""
        return f"{self.prefix}-things-writers"


def client_of(cluster: Cluster) -> Elasticsearch:
    """Return a client; it repeats nothing by itself, because at once is the wrong time to ask a busy cluster again."""
    secure: dict[str, Any] = {"ca_certs": str(cluster.ca_file)} if cluster.ca_file else {}
    try:
        return Elasticsearch(
            cluster.url,
            api_key=cluster.api_key or None,
            request_timeout=REQUEST_SECONDS,
            max_retries=0,
            retry_on_timeout=False,
            connections_per_node=CONNECTIONS,
            **secure,
        )
    except (ValueError, OSError) as exc:
        raise ConfigError(f"TOCSIN_ELASTIC__URL or TOCSIN_ELASTIC__CA_FILE cannot be used: {exc}") from exc


@contextmanager
def translated(cluster: Cluster, *, doing: str) -> Iterator[None]:
    """Turn what the client raises into one of ours."""
    try:
        yield
    except ConnectionTimeout as exc:
        raise Unavailable(f"cannot {doing}: Elasticsearch at {cluster.url} gave no answer in time") from exc
    except NotFoundError as exc:
        raise Unavailable(f"cannot {doing}: there is no index yet; it is made when a worker or an API starts") from exc
    except TransportError as exc:
        raise Unavailable(
            f"cannot {doing}: Elasticsearch at {cluster.url} does not answer ({exc.message})"[:300]
        ) from exc
    except ApiError as exc:
        status = exc.meta.status
        if status in REFUSED:
            raise ConfigError(f"Elasticsearch at {cluster.url} refuses us: check TOCSIN_ELASTIC__API_KEY") from exc
        if status in BUSY or status >= 500:  # noqa: PLR2004 - HTTP's faults of the server
            raise Unavailable(f"cannot {doing}: Elasticsearch is busy ({status})") from exc
        raise InvalidInput(f"Elasticsearch refuses to {doing}: {_reason(exc)}") from exc


def _reason(exc: ApiError) -> str:
    match exc.body:
        case {"error": {"root_cause": [{"reason": str(reason)}, *_]}}:
            return reason[:300]
        case _:
            return exc.message[:300]
