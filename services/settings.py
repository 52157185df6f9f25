"""Everything an operator can set, in one frozen tree: `TOCSIN_PORT`, `TOCSIN_DELIVERY__ALLOWED_HOSTS`, ..."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from schemas.base import Model
from streams.broker import Mechanism, Security
from streams.errors import ConfigError

PREFIX = "TOCSIN_"
DELIMITER = "__"


class ClassifierKind(StrEnum):
    """Who judges what comes in."""

    RULES = "rules"
    LEARNED = "learned"


class IntakeSettings(Model):
    """Bounds of the intake door."""

    max_body_bytes: int = Field(16_000_000, gt=0, description="Largest body of one post to the intake, in bytes.")
    max_lines: int = Field(10_000, gt=0, description="Most signals in one NDJSON post.")
    max_lag_records: int = Field(
        500_000, gt=0, description="Signals that may wait for the pipeline before the intake answers 503."
    )


class DeliverySettings(Model):
    """How alerts leave."""

    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts that webhooks may reach whatever their scheme, port and address, such as one on loopback.",
    )
    workers: int = Field(16, gt=0, le=64, description="Deliveries tried at the same time.")


class SourcesSettings(Model):
    """How sources are listened to."""

    file: Path | None = Field(None, description="Sources of your own, in the form of the catalogue (TOML).")
    workers: int = Field(4, gt=0, le=64, description="Sources looked at at the same time, each on another host.")
    gap_seconds: float = Field(2.0, ge=0, le=3_600, description="Least seconds between two requests to one host.")
    total_seconds: float = Field(
        30.0, gt=0, le=600, description="Seconds after which a fetch is given up, redirects and waiting included."
    )
    read_seconds: float = Field(10.0, gt=0, le=600, description="Seconds of silence after which a fetch is given up.")
    max_bytes: int = Field(
        16_000_000, gt=0, le=16_000_000, description="Largest document of a source, in bytes, when it is unpacked."
    )
    allowed_hosts: tuple[str, ...] = Field(
        (),
        description="Hosts that sources may be on whatever their scheme, port and address, such as one on loopback.",
    )


class KafkaSettings(Model):
    """The brokers of distributed mode."""

    bootstrap: str = Field(
        "", description="Addresses of brokers, `host:port`, separated by commas; empty: embedded mode."
    )
    security: Security = Field(
        Security.PLAINTEXT, description="How brokers are spoken to: PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL."
    )
    mechanism: Mechanism = Field(
        Mechanism.SCRAM_SHA_512, description="How the password is proved: PLAIN, SCRAM-SHA-256, SCRAM-SHA-512."
    )
    username: str = Field("", description="The name under SASL.")
    password: SecretStr = Field(SecretStr(""), description="The password under SASL.")
    ca_file: Path | None = Field(
        None, description="Certificates that the brokers' are checked against; empty: the system's."
    )
    cert_file: Path | None = Field(None, description="Our own certificate, where brokers ask for one.")
    key_file: Path | None = Field(None, description="The key of our own certificate.")
    replication: int = Field(
        1, ge=1, le=9, description="Copies of each topic that is made; 3 where there are 3 brokers."
    )


class ElasticSettings(Model):
    """The search cluster of distributed mode."""

    url: str = Field("", description="Address of Elasticsearch, http:// or https://.")
    api_key: SecretStr = Field(SecretStr(""), description="API key, as Elasticsearch encodes it.")
    ca_file: Path | None = Field(
        None, description="Certificates that the cluster's is checked against; empty: the system's."
    )
    replicas: int = Field(0, ge=0, le=9, description="Copies of the index beside the first; 1 where there are 2 nodes.")
    refresh_seconds: float = Field(0.2, gt=0, le=60, description="Seconds until what was indexed can be found.")


class DatabaseSettings(Model):
    """The records of distributed mode."""

    url: SecretStr = Field(
        SecretStr(""),
        description="Address of PostgreSQL: `postgresql+psycopg://user:password@host/database?sslmode=verify-full`.",
    )


class WorkerSettings(Model):
    """How a worker works."""

    steps: tuple[str, ...] = Field((), description="Steps of the pipeline that this worker runs; empty: all.")
    batch_records: int = Field(256, gt=0, le=10_000, description="Records that a step takes at once.")
    stall_seconds: float = Field(
        120.0, gt=0, description="Seconds after which a worker ends when records wait and none is finished."
    )


class Settings(BaseSettings):
    """The tree. Only the command line reads the environment into it."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter=DELIMITER, frozen=True, extra="forbid", env_ignore_empty=True
    )

    data_dir: Path = Field(Path("data"), description="The folder that holds all of an embedded installation.")
    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(8080, ge=0, le=65535, description="The port to listen on.")
    public_url: str = Field(
        "", description="The address that links in feeds and alerts begin with; empty: host and port."
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="Seals cursors, channel secrets and sign-ins; empty: one is made in the data folder."
    )
    tick_seconds: float = Field(60.0, gt=0, description="Seconds between two ticks of the ledger's clock.")
    ready_lag_records: int = Field(
        10_000, gt=0, description="Waiting records up to which the server calls itself ready."
    )
    readers: int = Field(
        2,
        ge=0,
        le=16,
        description="Processes that answer searches beside the one that takes in; 0: it answers itself. "
        "Each remembers what it showed last, in at most some 260 MB.",
    )
    classifier: ClassifierKind = Field(
        ClassifierKind.RULES, description="Who judges: rules, or learned, which `tocsin learn` makes from corrections."
    )
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Least level that is logged.")
    space: str = Field(
        "live",
        pattern="^[a-z][a-z0-9-]{0,30}$",
        description="What topics, groups and indexes begin with in distributed mode.",
    )
    probe_port: int = Field(
        0, ge=0, le=65535, description="Port where worker, connect and dispatch tell of their health; 0: none."
    )
    allow_insecure: bool = Field(
        default=False, description="Speak to brokers, index and database in the clear, also beyond this machine."
    )
    kafka: KafkaSettings = Field(KafkaSettings(), description="The brokers of distributed mode.")
    elastic: ElasticSettings = Field(ElasticSettings(), description="The search cluster of distributed mode.")
    database: DatabaseSettings = Field(DatabaseSettings(), description="The records of distributed mode.")
    worker: WorkerSettings = Field(WorkerSettings(), description="How a worker works.")
    intake: IntakeSettings = Field(IntakeSettings(), description="Bounds of the intake door.")
    sources: SourcesSettings = Field(SourcesSettings(), description="How sources are listened to.")
    delivery: DeliverySettings = Field(DeliverySettings(), description="How alerts leave.")

    @property
    def is_distributed(self) -> bool:
        """Whether brokers are named: then nothing of the log, the index or the records is kept in the data folder."""
        return bool(self.kafka.bootstrap)

    @property
    def base_url(self) -> str:
        """The address of this server as others are told it, without a slash at the end."""
        return self.public_url.rstrip("/") or self.address(self.port)

    def address(self, port: int) -> str:
        """Return where this server is reached on its own machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{port}"


def read_settings(given: Mapping[str, Any]) -> Settings:
    """Return the settings of the environment, with those given by name before them; ConfigError names the wrong one."""
    try:
        return Settings(**given)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        name = PREFIX + DELIMITER.join(str(part) for part in first["loc"]).upper()
        raise ConfigError(f"{name}: {first['msg']}") from exc
    except SettingsError as exc:
        raise ConfigError(f"{exc}; lists and tables are written as JSON") from exc


def names() -> Iterator[str]:
    """Yield the name of each setting as the environment spells it."""
    yield from _names(Settings, PREFIX)


def unknown_names(environment: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Return names that look like settings and are none, each with the nearest that is."""
    known = set(names())
    unknown = sorted(name for name in environment if name.upper().startswith(PREFIX) and name.upper() not in known)
    return [(name, next(iter(get_close_matches(name.upper(), known, n=1)), None)) for name in unknown]


def _names(model: type[BaseModel], prefix: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _names(inner, f"{prefix}{name.upper()}{DELIMITER}")
        else:
            yield f"{prefix}{name.upper()}"
