"""A distributed Tocsin in one folder: its servers, its ports, its key, its processes."""

import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.local.elastic import Elastic
from deploy.local.kafka import Kafka
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.process import Recorded
from deploy.local.server import LocalServer
from deploy.local.supervise import Kept
from services.secrets import key_from, write_private
from streams.errors import ConfigError

REPOSITORY: Final = Path(__file__).resolve().parents[2]
NEAR: Final[Mapping[str, int]] = {
    "kafka": 19092,
    "kafka-controller": 19093,
    "elastic": 19200,
    "postgres": 15432,
    "probes": 18081,
}
Say = Callable[[str], None]


class Installation:
    """Everything that stands in a folder. A second start goes on with what the first has left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.data = self.folder / "data"
        self.folder.mkdir(parents=True, exist_ok=True)
        port = self._port
        self.kafka = Kafka(self.folder / "kafka", port=port("kafka"), controller_port=port("kafka-controller"))
        self.elastic = Elastic(self.folder / "elastic", port=port("elastic"))
        self.postgres = Postgres(self.folder / "postgres", port=port("postgres"))

    @property
    def servers(self) -> tuple[LocalServer, ...]:
        """The servers."""
        return self.kafka, self.elastic, self.postgres

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Have the folder for this process; ConfigError while another has it."""
        with (self.folder / "lock").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as exc:
                raise ConfigError(f"another process runs what is in {self.folder}; end that with Ctrl-C first") from exc
            yield

    def start(self, say: Say) -> None:
        """Start the servers, all at once, and tell as each is ready; raises what the first to fail raised."""

        def started(server: LocalServer) -> None:
            server.start()
            say(f"{server.name} is ready: {server.address} (process {server.pid})")

        say(
            "starting Kafka, Elasticsearch and PostgreSQL; the first time they are fetched, which takes a minute or two"
        )
        with ThreadPoolExecutor(len(self.servers)) as pool:
            for future in [pool.submit(started, server) for server in self.servers]:
                future.result()

    def stop(self, say: Say) -> None:
        """End the servers that run."""
        for server in self.servers:
            if server.pid is not None:
                server.stop()
                say(f"{server.name} has stopped")

    def processes(self, *, workers: int, port: int) -> list[Kept]:
        """Return Tocsin's processes, none of them started: one of each kind, and so many workers."""
        names = ["connect", *(f"worker-{number}" for number in range(1, workers + 1)), "dispatch", "api"]
        probes = {name: self._port(name, NEAR["probes"]) for name in names[:-1]}
        environment = self.environment(port)
        return [
            Kept(
                name,
                [sys.executable, "-m", "services.cli", name.partition("-")[0]],
                {**environment, "TOCSIN_PROBE_PORT": str(probes.get(name, 0))},
                folder=self.folder / "processes",
            )
            for name in names
        ]

    def environment(self, port: int) -> dict[str, str]:
        """Return our own environment with what Tocsin's processes are told of this installation."""
        self.data.mkdir(exist_ok=True)
        return {
            **os.environ,
            "PYTHONPATH": str(REPOSITORY),
            "TOCSIN_KAFKA__BOOTSTRAP": self.kafka.address,
            "TOCSIN_ELASTIC__URL": self.elastic.address,
            "TOCSIN_DATABASE__URL": self.postgres.address,
            "TOCSIN_SECRET_KEY": key_from(self.folder, ""),
            "TOCSIN_DATA_DIR": str(self.data),
            "TOCSIN_PORT": str(port),
        }

    def left_running(self) -> list[Recorded]:
        """Return processes of Tocsin that a killed run has left."""
        files = sorted((self.folder / "processes").glob("*.process"))
        return [recorded for recorded in map(Recorded, files) if recorded.pid is not None]

    def _port(self, name: str, near: int | None = None) -> int:
        """Return the port that a name had at the first start, or the nearest free one, kept from then on."""
        file = self.folder / "ports.json"
        ports: dict[str, int] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        if name not in ports:
            port = free_port(near or NEAR[name])
            while port in ports.values():
                port = free_port(port + 1)
            ports[name] = port
            write_private(file, json.dumps(ports))
        return ports[name]
