"""A Kafka broker that is its own controller."""

import socket
import ssl
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.certificate import Certificate
from deploy.local.fetch import kafka_libs
from deploy.local.java import QUICK, newest_java
from deploy.local.server import LocalServer
from streams.broker import Mechanism

HEAP: Final = "256m"
CLUSTER_ID: Final = "VG9jc2luTG9jYWxLYWZrYQ"
LARGEST_MESSAGE_BYTES: Final = 20 * 1024 * 1024
"""A little above the largest that Tocsin writes, because the broker counts the batch around a record too."""

ONE_NODE: Final[Mapping[str, str]] = {
    "process.roles": "broker,controller",
    "node.id": "1",
    "controller.listener.names": "CONTROLLER",
    "auto.create.topics.enable": "false",
    "message.max.bytes": str(LARGEST_MESSAGE_BYTES),
    "replica.fetch.max.bytes": str(LARGEST_MESSAGE_BYTES),
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    "log.cleaner.dedupe.buffer.size": "16777216",
}
"""The settings of one broker alone. Its session is short because after a kill it must outwait its own earlier session; the
log cleaner's buffer is small because by default it is half of this heap."""

PROBE: Final = struct.pack(">ihhih", 10, 18, 0, 7, -1)
PROBE_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Login:
    """Makes the broker speak SASL_SSL alone, to one user. Name and password are letters and digits."""

    certificate: Certificate
    username: str
    password: str
    mechanism: Mechanism = Mechanism.SCRAM_SHA_512


class Kafka(LocalServer):
    """One broker; `address` is what clients call the bootstrap server. Topics are made by those who need them."""

    name = "Kafka"

    def __init__(self, home: Path, *, port: int, controller_port: int, login: Login | None = None) -> None:
        super().__init__(home, port=port)
        self.controller_port = controller_port
        self.login = login

    @property
    def address(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        settings, data = self.home / "server.properties", self.home / "data"
        written = {**ONE_NODE, **self._places(), **(dict(_secured(self.login, self.home)) if self.login else {})}
        settings.touch(mode=0o600)
        settings.write_text("".join(f"{name}={value}\n" for name, value in written.items()), "utf-8")
        if (data / "meta.properties").exists():
            return
        format_ = ["format", "--standalone", "-t", CLUSTER_ID, "-c", str(settings)]
        if self.login and self.login.mechanism is not Mechanism.PLAIN:
            user = f"[name={self.login.username},password={self.login.password}]"
            format_ += ["--add-scram", f"{self.login.mechanism}={user}"]
        self._run(self._java("128m", "kafka.tools.StorageTool", *format_))

    def _launch(self) -> None:
        self._spawn(self._java(HEAP, "kafka.Kafka", str(self.home / "server.properties")))

    def _is_ready(self) -> bool:
        """Ask which requests it knows: it answers once it serves, and before anyone has to say a name."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), PROBE_SECONDS) as plain:
                if not self.login:
                    return _answers(plain)
                trusting = ssl.create_default_context(cafile=self.login.certificate.certificate)
                with trusting.wrap_socket(plain, server_hostname="127.0.0.1") as sealed:
                    return _answers(sealed)
        except OSError:
            return False

    def _java(self, heap: str, *arguments: str) -> list[str]:
        quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"
        options = [f"-Xmx{heap}", "-XX:+UseSerialGC", QUICK, quiet]
        return [newest_java().program, *options, "-cp", f"{kafka_libs()}/*", *arguments]

    def _places(self) -> Mapping[str, str]:
        """Return what depends on folder and ports."""
        protocol = "SASL_SSL" if self.login else "PLAINTEXT"
        return {
            "listeners": f"CLIENT://{self.address},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"CLIENT://{self.address}",
            "inter.broker.listener.name": "CLIENT",
            "listener.security.protocol.map": f"CLIENT:{protocol},CONTROLLER:PLAINTEXT",
            "controller.quorum.bootstrap.servers": f"127.0.0.1:{self.controller_port}",
            "log.dirs": str(self.home / "data"),
        }


def _secured(login: Login, home: Path) -> Iterator[tuple[str, str]]:
    """Yield the settings of a listener under TLS with names; the broker itself is its first client."""
    both = home / "broker.pem"
    both.touch(mode=0o600)
    both.write_text(
        login.certificate.key.read_text("utf-8") + login.certificate.certificate.read_text("utf-8"), "utf-8"
    )
    yield from {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(both),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(login.certificate.certificate.absolute()),
        "sasl.enabled.mechanisms": str(login.mechanism),
        "sasl.mechanism.inter.broker.protocol": str(login.mechanism),
    }.items()
    module = "plain.PlainLoginModule" if login.mechanism is Mechanism.PLAIN else "scram.ScramLoginModule"
    known = f' user_{login.username}="{login.password}"' if login.mechanism is Mechanism.PLAIN else ""
    user = f'username="{login.username}" password="{login.password}"{known}'
    yield (
        f"listener.name.client.{login.mechanism.lower()}.sasl.jaas.config",
        f"org.apache.kafka.common.security.{module} required {user};",
    )


def _answers(connection: socket.socket) -> bool:
    connection.sendall(PROBE)
    answer = connection.recv(10)
    return len(answer) == 10 and struct.unpack(">iih", answer)[1:] == (7, 0)  # noqa: PLR2004 - length, our number, no error
