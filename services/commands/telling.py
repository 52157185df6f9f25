"""How results are shown: for people on a terminal, as JSON when piped."""

import json
import sys
from collections.abc import Callable
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
