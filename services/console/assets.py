"""The console's static files, in memory under one version, the hash of them all: a browser may keep them for ever."""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final

MEDIA_TYPES: Final = MappingProxyType(
    {
        ".css": "text/css; charset=utf-8",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".txt": "text/plain; charset=utf-8",
        ".woff2": "font/woff2",
    }
)
_COMPRESSED_ALREADY: Final = ".woff2"


@dataclass(frozen=True)
class Asset:
    """A static file; `packed` is its gzip form, empty where that gains nothing."""

    body: bytes
    packed: bytes
    media_type: str


@cache
def assets() -> Mapping[str, Asset]:
    """Return every file by its path below `static/`; a name from outside is looked up, never opened."""
    return MappingProxyType({name: _asset(name, file.read_bytes()) for name, file in _walk(_folder(), "")})


@cache
def version() -> str:
    """Return the hash of all files, names included."""
    digest = hashlib.sha256()
    for name, asset in sorted(assets().items()):
        digest.update(f"{name}\0{len(asset.body)}\0".encode() + asset.body)
    return digest.hexdigest()[:16]


def href(name: str) -> str:
    """Return the address of a file; KeyError for one that is not there."""
    if name not in assets():
        raise KeyError(name)
    return f"/static/{version()}/{name}"


def _asset(name: str, body: bytes) -> Asset:
    suffix = f".{name.rpartition('.')[2]}"
    packed = b"" if suffix == _COMPRESSED_ALREADY else gzip.compress(body, mtime=0)
    return Asset(body, packed, MEDIA_TYPES[suffix])


def _folder() -> Traversable:
    return files("services.console") / "static"


def _walk(folder: Traversable, prefix: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", entry
