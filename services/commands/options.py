"""What commands are given alike, and what they make of it: settings, and a client of the server that runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.commands.telling import say

if TYPE_CHECKING:
    from services.settings import Settings

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="The data folder. [default: data, or TOCSIN_DATA_DIR]")
]
Input = Annotated[Path | None, typer.Option("--input", help="JSON lines; `-` or nothing: standard input.")]
Output = Annotated[Path | None, typer.Option("--output", help="JSON lines; `-` or nothing: standard output.")]


def settings_of(data_dir: Path | None, **given: Any) -> "Settings":  # noqa: ANN401 - options become settings by name
    """Return the settings in force with the options given."""
    from services.settings import read_settings

    options = {"data_dir": data_dir, **given}
    return read_settings({name: value for name, value in options.items() if value is not None})


def started(data_dir: Path | None, **given: Any) -> "Settings":  # noqa: ANN401 - options become settings by name
    """Return the settings of a process that is to run for long: it says which names it does not know, and begins its log."""
    import os

    from services import logs
    from services.settings import unknown_names

    settings = settings_of(data_dir, **given)
    for name, nearest in unknown_names(os.environ):
        typer.echo(
            f"tocsin: there is no setting {name}; it changes nothing" + (f" ({nearest}?)" if nearest else ""), err=True
        )
    logs.configure(settings.log_level)
    return settings


@contextmanager
def api(data_dir: Path | None, *, make: bool = False) -> Iterator[Any]:
    """Give a client of the server that runs, or of the data folder where none does."""
    from services.client import connect

    with connect(settings_of(data_dir), say=say, make=make) as client:
        yield client
