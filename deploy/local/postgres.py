"""A PostgreSQL with one user and one database, both called tocsin."""

import os
import shutil
import signal
from pathlib import Path
from typing import Final

from deploy.local.account import account, hand_over
from deploy.local.certificate import Certificate
from deploy.local.lacking import Lacking
from deploy.local.server import LocalServer

OWNER: Final = "tocsin"
MAX_CONNECTIONS: Final = "100"
INSTALLED: Final = Path("/usr/lib/postgresql")


class Postgres(LocalServer):
    """It trusts every connection from this machine; with a certificate it takes none that is not under TLS."""

    name = "PostgreSQL"
    ends_on = signal.SIGINT  # what it calls a fast shutdown; on SIGTERM it would wait for its clients to leave

    def __init__(self, home: Path, *, port: int, certificate: Certificate | None = None) -> None:
        super().__init__(home, port=port)
        self.certificate = certificate

    @property
    def address(self) -> str:
        """The URL of the database, as SQLAlchemy writes it."""
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{OWNER}"

    def _prepare(self) -> None:
        data = self.home / "data"
        if not data.exists():
            self._create(data)
        kind = "hostssl" if self.certificate else "host"
        (data / "pg_hba.conf").write_text(f"{kind} all all 127.0.0.1/32 trust\n", "utf-8")
        if self.certificate:
            shutil.copyfile(self.certificate.certificate, data / "server.crt")
            (data / "server.key").touch(mode=0o600)
            shutil.copyfile(self.certificate.key, data / "server.key")
            hand_over(data / "server.crt", data / "server.key")

    def _create(self, data: Path) -> None:
        """Make the data folder in one step: a half-made one is never taken for whole."""
        half = self.home / "making"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        hand_over(half)
        found = programs()
        making = [str(found / "initdb"), "-D", str(half), "-U", OWNER, "-A", "trust", "-E", "UTF8"]
        self._run([*making, "--locale=C.UTF-8", "--no-sync"], account=account())
        alone = [str(found / "postgres"), "--single", "-D", str(half), "postgres"]
        self._run(alone, account=account(), text=f"CREATE DATABASE {OWNER}\n")
        half.rename(data)

    def _launch(self) -> None:
        settings = {
            "port": str(self.port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": MAX_CONNECTIONS,
            "ssl": "on" if self.certificate else "off",
        }
        told = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._spawn([str(programs() / "postgres"), "-D", str(self.home / "data"), *told], account=account())

    def _is_ready(self) -> bool:
        """Read the eighth line of its own file, as pg_ctl does."""
        try:
            lines = (self.home / "data/postmaster.pid").read_text("utf-8").splitlines()
        except OSError:
            return False
        return lines[:1] == [str(self.pid)] and lines[7:8] != [] and lines[7].strip() == "ready"


def programs() -> Path:
    """Return the folder with initdb and postgres: of PATH, or the newest that Debian has installed."""
    installed = sorted(INSTALLED.glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    for folder in (*([Path(on_path).resolve().parent] if on_path else []), *reversed(installed)):
        if os.access(folder / "initdb", os.X_OK) and os.access(folder / "postgres", os.X_OK):
            return folder
    raise Lacking("PostgreSQL's initdb", "apt-get install postgresql")
