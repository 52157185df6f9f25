"""How results are shown: for people on a terminal, as JSON when piped."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import typer


def say(text: str) -> None:
    """Tell a person how it goes, beside whatever is piped."""
    typer.echo(text, err=not sys.stdout.isatty())


def show(told: Any, for_people: Callable[[Any], None]) -> None:  # noqa: ANN401 - JSON of the API
    """Show a result: for people on a terminal, JSON when piped."""
    if sys.stdout.isatty():
        for_people(told)
    else:
        typer.echo(json.dumps(told, ensure_ascii=False))


@contextmanager
def progress(*, every: int = 100) -> Iterator[Callable[[str, int], None]]:
    """Give what is told of long work, by its name and how far it has come: one line on a terminal, nothing elsewhere."""
    shown = sys.stderr.isatty()

    def tell(name: str, done: int) -> None:
        if shown and done % every == 0:
            typer.echo(f"\r\x1b[K{name}: {done}", nl=False, err=True)

    try:
        yield tell
    finally:
        if shown:
            typer.echo("\r\x1b[K", nl=False, err=True)
