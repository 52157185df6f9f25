"""Commands that run for long: a whole Tocsin, or one process of distributed mode."""

from typing import Annotated

import typer

from services.commands.options import DataDir, started
from services.commands.telling import say

app = typer.Typer()


@app.command()
def run(
    data_dir: DataDir = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port. [default: 8080, or TOCSIN_PORT]")
    ] = None,
    host: Annotated[str | None, typer.Option(help="The address. [default: 127.0.0.1, or TOCSIN_HOST]")] = None,
    *,
    no_history: Annotated[bool, typer.Option("--no-history", help="Start without the history pack.")] = False,
) -> None:
    """Run a whole Tocsin in this process, until Ctrl-C."""
    from services import server

    server.run(started(data_dir, port=port, host=host), with_history=not no_history, say=say)


Port = Annotated[int | None, typer.Option(min=0, max=65535, help="The port. [default: 8080, or TOCSIN_PORT]")]
ProbePort = Annotated[
    int | None,
    typer.Option(min=0, max=65535, help="Where to tell of its health. [default: none, or TOCSIN_PROBE_PORT]"),
]


@app.command()
def api(
    data_dir: DataDir = None,
    port: Port = None,
    host: Annotated[str | None, typer.Option(help="The address. [default: 127.0.0.1, or TOCSIN_HOST]")] = None,
) -> None:
    """Serve API and console over the shared servers (distributed mode), until Ctrl-C."""
    from services import roles

    roles.api(started(data_dir, port=port, host=host), say=say)


@app.command()
def worker(
    data_dir: DataDir = None,
    probe_port: ProbePort = None,
    step: Annotated[list[str] | None, typer.Option(help="A step of the pipeline; all if none is named.")] = None,
) -> None:
    """Run the pipeline's steps over the shared servers (distributed mode), until Ctrl-C."""
    from services import roles

    settings = started(data_dir, probe_port=probe_port)
    if step:
        settings = settings.model_copy(update={"worker": settings.worker.model_copy(update={"steps": tuple(step)})})
    roles.worker(settings)


@app.command()
def connect(
    data_dir: DataDir = None,
    probe_port: ProbePort = None,
    *,
    no_history: Annotated[bool, typer.Option("--no-history", help="Without the history pack.")] = False,
) -> None:
    """Bring news in (distributed mode), until Ctrl-C."""
    from services import roles

    roles.connect(started(data_dir, probe_port=probe_port), with_history=not no_history, say=say)


@app.command()
def dispatch(data_dir: DataDir = None, probe_port: ProbePort = None) -> None:
    """Deliver alerts (distributed mode), until Ctrl-C."""
    from services import roles

    roles.dispatch(started(data_dir, probe_port=probe_port))
