"""Where the brokers are and how to speak to them: one description for every client."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from schemas.topics import Topic


class Security(StrEnum):
    """Kafka's four ways to speak: in the clear or under TLS, without or with a name and a password."""

    PLAINTEXT = "PLAINTEXT"
    SSL = "SSL"
    SASL_PLAINTEXT = "SASL_PLAINTEXT"
    SASL_SSL = "SASL_SSL"


class Mechanism(StrEnum):
    """How a name and a password are proved."""

    PLAIN = "PLAIN"
    SCRAM_SHA_256 = "SCRAM-SHA-256"
    SCRAM_SHA_512 = "SCRAM-SHA-512"


@dataclass(frozen=True)
class Broker:
    """A Kafka cluster and the space within it that is ours: every topic and group begins with the space's name."""

    bootstrap: str
    space: str = "live"
    security: Security = Security.PLAINTEXT
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512
    username: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None

    def topic(self, topic: Topic) -> str:
        """Return what a topic is called on the brokers."""
        return f"{self.space}.{topic.name}"

    def group(self, group: str) -> str:
        """Return what a group of consumers is called on the brokers."""
        return f"{self.space}.{group}"

    def changelog(self, group: str) -> str:
        """Return the topic that keeps the states of a group's fold: compacted, a partition for each of its source."""
        return f"{self.space}.{group}-states-changelog"

    @property
    def is_encrypted(self) -> bool:
        """Tell whether what is said cannot be read on the way."""
        return self.security in (Security.SSL, Security.SASL_SSL)

    @property
    def is_named(self) -> bool:
        """Tell whether a name and a password are given."""
        return self.security in (Security.SASL_PLAINTEXT, Security.SASL_SSL)
