"""An Elasticsearch of one node."""

import json
import shutil
import zipfile
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Final

from deploy.local.account import account, hand_over
from deploy.local.fetch import elasticsearch_zip
from deploy.local.java import QUICK, newest_java
from deploy.local.server import LocalServer
from streams.errors import Unavailable

HEAP: Final = "512m"
ONE_NODE: Final[Mapping[str, str]] = {
    "cluster.name": "tocsin",
    "discovery.type": "single-node",
    "xpack.security.enabled": "false",
}
LOOPBACK: Final[Mapping[str, str]] = {
    "network.host": "127.0.0.1",
    "transport.port": "0",
    "cluster.routing.allocation.disk.threshold_enabled": "false",
}
"""A desk's full disk must not make an index read-only; an installation's must."""

PROBE_SECONDS: Final = 2.0


class Elastic(LocalServer):
    """The server as Maven has it: the true one, with the few modules that Tocsin needs."""

    name = "Elasticsearch"

    @property
    def address(self) -> str:
        """The URL."""
        return f"http://127.0.0.1:{self.port}"

    def _prepare(self) -> None:
        program = self._program()
        folders = [self.home / name for name in ("data", "logs", "tmp", "conf")]
        for folder in folders:
            folder.mkdir(exist_ok=True)
        shutil.copytree(program / "config", self.home / "conf", dirs_exist_ok=True)
        places = {
            "http.port": str(self.port),
            "path.data": str(self.home / "data"),
            "path.logs": str(self.home / "logs"),
        }
        written = "".join(
            f"{name}: {json.dumps(value)}\n" for name, value in {**ONE_NODE, **LOOPBACK, **places}.items()
        )
        (self.home / "conf/elasticsearch.yml").write_text(written, "utf-8")
        hand_over(program, *folders)

    def _launch(self) -> None:
        """Start it and let its launcher go: the launcher ends well once the server serves."""
        number = self.home / "tmp/server.pid"
        number.unlink(missing_ok=True)
        try:
            self._run([str(self._program() / "bin/elasticsearch"), "-d", "-p", str(number)], account=account())
        finally:
            if number.exists():
                self._recorded.record(int(number.read_text("utf-8")))
        if self.pid is None:
            raise Unavailable(f"Elasticsearch ended as soon as it had started; see {self.home / 'logs'}")

    def _is_ready(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", "/_cluster/health")
            return bool(json.loads(connection.getresponse().read())["status"] in ("green", "yellow"))
        except (OSError, HTTPException, ValueError, KeyError):
            return False
        finally:
            connection.close()

    def _environment(self) -> Mapping[str, str]:
        return {
            **super()._environment(),
            "ES_JAVA_HOME": str(newest_java().home),
            "ES_JAVA_OPTS": f"-Xms{HEAP} -Xmx{HEAP} {QUICK}",
            "ES_PATH_CONF": str(self.home / "conf"),
            "ES_TMPDIR": str(self.home / "tmp"),
        }

    def _program(self) -> Path:
        """Return the unpacked server, in the home because it writes into its own folder and belongs to another account."""
        archive = elasticsearch_zip(newest_java())
        program = self.home / archive.stem
        if not program.exists():
            half = self.home / "unpacking"
            shutil.rmtree(half, ignore_errors=True)
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(half)
            for script in (half / archive.stem / "bin").iterdir():
                script.chmod(0o755)
            (half / archive.stem).rename(program)
        return program
