"""The command `tocsin`. Heavy imports wait until a command needs them: `tocsin --help` answers at once."""

import sys
from typing import Annotated

import typer

from services.commands import asking, judging, keeping, processes, sources
from streams.errors import TocsinError

app = typer.Typer(
    name="tocsin",
    help="Shared early warning for critical-mineral supply risk.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for _commands in (processes, asking, sources, judging, keeping):
    app.add_typer(_commands.app)


def main() -> None:
    """Run a command; one of our errors is one line and exit code 1."""
    try:
        app()
    except TocsinError as exc:
        typer.echo(f"tocsin: {exc}", err=True)
        sys.exit(1)


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it with the option's value
    if wanted:
        from importlib.metadata import version

        typer.echo(version("tocsin"))
        raise typer.Exit


@app.callback()
def _tocsin(
    *,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version and end.", is_eager=True, callback=_show_version)
    ] = False,
) -> None:
    """Shared early warning for critical-mineral supply risk."""


if __name__ == "__main__":
    main()
