"""Where a tantivy index stands, of which format it is, and opening it."""

import re
from pathlib import Path
from typing import Final

from tantivy import Index, Schema

from services.adapters.tantivy_terms import INDEX_VERSION
from streams.errors import ConfigError
from streams.text.analyse import ANALYSER_VERSION

FORMAT: Final = (INDEX_VERSION, ANALYSER_VERSION)


def folder_of(root: Path, version: tuple[int, int]) -> Path:
    """Return where an index of a format and an analyser stands."""
    return root / f"tantivy-{version[0]}-{version[1]}"


def is_outdated(root: Path) -> bool:
    """Tell whether the index in the folder is of an earlier format or analyser; ConfigError where it is of a later one."""
    named = (re.fullmatch(r"tantivy-(\d+)-(\d+)", path.name) for path in root.glob("tantivy-*"))
    held = {(int(name[1]), int(name[2])) for name in named if name}
    if not held or FORMAT in held:
        return False
    for version in held:
        if any(theirs > ours for theirs, ours in zip(version, FORMAT, strict=True)):
            raise ConfigError(f"The search index {folder_of(root, version)} is of a later version: run that one.")
    return True


def opened(root: Path, schema: Schema) -> Index:
    """Return the index in the folder, made where there is none; ConfigError when it is of another format or cannot be read."""
    folder = folder_of(root, FORMAT)
    try:
        if is_outdated(root):
            raise ConfigError(f"The search index in {root} is of an earlier version: run `tocsin rebuild`.")
        if not (folder / "meta.json").exists() and any(folder.glob("*.store")):
            raise ConfigError(f"The search index {folder} has lost its list of segments: run `tocsin rebuild`.")
        folder.mkdir(parents=True, exist_ok=True)
        index = Index(schema, str(folder))
        index.config_reader("manual")
        index.reload()
    except (OSError, ValueError) as exc:
        raise ConfigError(f"The search index {folder} cannot be read: run `tocsin rebuild`. ({exc})") from exc
    return index
