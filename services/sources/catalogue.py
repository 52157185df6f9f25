"""The sources that an installation may listen to: those of the catalogue, and those of a file of one's own."""

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from services.sources.source import Source
from streams.errors import ConfigError

Catalogue = Mapping[str, Source]
"""Sources by id, in the order in which they are written."""


def load_catalogue(own: Path | None = None) -> Catalogue:
    """Return the catalogue, with the sources of one's own file behind it; ConfigError names what is wrong, and where.

    A file is TOML with a table `[[source]]` for each. An id of one's own that the catalogue has takes its place.
    """
    catalogue = sources_in(
        files("services.sources").joinpath("catalogue.toml").read_text("utf-8"), name="the catalogue"
    )
    return catalogue if own is None else {**catalogue, **read_sources(own)}


def read_sources(file: Path) -> Catalogue:
    """Return the sources of a file; ConfigError where it cannot be read."""
    try:
        return sources_in(file.read_text("utf-8"), name=str(file))
    except (OSError, UnicodeDecodeError) as exc:
        raise ConfigError(f"cannot read the sources in {file}: {exc}") from exc


def sources_in(text: str, *, name: str) -> Catalogue:
    """Return the sources that a text in TOML describes; ConfigError for a wrong field, or an id that stands there twice."""
    try:
        tables = tomllib.loads(text).get("source", [])
    except tomllib.TOMLDecodeError as exc:
        raise ConfigError(f"{name}: is no TOML: {exc}") from exc
    if not isinstance(tables, list):
        raise ConfigError(f"{name}: write [[source]], with two brackets, above each source")
    return _by_id(tables, name)


def _by_id(tables: Iterable[Any], name: str) -> Catalogue:
    found: dict[str, Source] = {}
    for number, table in enumerate(tables, start=1):
        try:
            source = Source.model_validate(table)
        except ValidationError as exc:
            first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
            field = ".".join(map(str, first["loc"])) or "address"
            raise ConfigError(f"{name}: source {number}: {field}: {first['msg']}") from exc
        if source.id in found:
            raise ConfigError(f"{name}: source {number}: the id {source.id!r} stands there twice")
        found[source.id] = source
    return found
