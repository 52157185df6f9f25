"""`python -m deploy.local run`: a distributed Tocsin on this machine, with real servers; `start` and `stop`: the servers alone."""

import signal
import sys
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread
from typing import Annotated

import typer

from deploy.local.fetch import CACHE
from deploy.local.installation import Installation
from deploy.local.ports import is_free
from deploy.local.supervise import end_left, keep
from streams.errors import ConfigError, TocsinError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
Dir = Annotated[Path, typer.Option("--dir", help="Where data, logs and ports are kept.")]
READY_SECONDS = 2.0
BEAT_SECONDS = 0.5


@app.command()
def run(
    folder: Dir = CACHE / "run",
    workers: Annotated[int, typer.Option(min=1, max=16, help="How many workers.")] = 2,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the API listens.")] = 8080,
) -> None:
    """Start servers and processes, start again what fails, and stop all on Ctrl-C or SIGTERM; the data stay."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    installation = Installation(folder)
    with installation.alone():
        if not is_free(port):
            raise ConfigError(f"port {port} is taken by another program; choose one with --port")
        try:
            end_left(installation.left_running())
            installation.start(_say)
            processes = installation.processes(workers=workers, port=port)
            Thread(target=_tell_when_ready, args=(installation, port, stopping), daemon=True).start()
            keep(processes, stopping, _say)
            _say("Tocsin has stopped")
        finally:
            installation.stop(_say)


@app.command()
def start(folder: Dir = CACHE / "run") -> None:
    """Start the servers and leave them running: all of them, or none."""
    installation = Installation(folder)
    with installation.alone():
        try:
            installation.start(_say)
        except TocsinError:
            installation.stop(_say)
            raise


@app.command()
def stop(folder: Dir = CACHE / "run") -> None:
    """Stop the servers, and whatever of Tocsin a killed run has left."""
    installation = Installation(folder)
    with installation.alone():
        end_left(installation.left_running())
        installation.stop(_say)


def _tell_when_ready(installation: Installation, port: int, stopping: Event) -> None:
    """Say where Tocsin is, once it answers."""
    while not _is_ready(port):
        if stopping.wait(BEAT_SECONDS):
            return
    _say(
        f"\nTocsin is ready: http://127.0.0.1:{port}\n"
        f"Your token is in {installation.data / 'admin-token'}; logs are in {installation.folder / 'processes'}.\n"
        "Stop with Ctrl-C."
    )


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=READY_SECONDS)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200  # noqa: PLR2004 - HTTP's OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _say(told: str) -> None:
    typer.echo(told)
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        app()
    except TocsinError as exc:
        typer.echo(f"deploy.local: {exc}", err=True)
        sys.exit(1)
