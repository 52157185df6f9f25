"""`tocsin backup`: an embedded folder as one file, taken while its server runs or not."""

import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from services.folder import Folder
from services.secrets import key_from, write_private
from services.settings import Settings
from streams.errors import ConfigError, InvalidInput

FILES = ("records.db", "log.db")
"""In this order: records that are behind their log are brought up to it, those ahead of it would skip what comes next."""

KEY = "secret-key"
PAGES = 2_000


def backup(settings: Settings, file: Path, *, say: Callable[[str], None]) -> None:
    """Write all that the folder cannot make again: log, records and secret key; the index follows from the log.

    The file is as secret as the folder. ConfigError without a folder, InvalidInput where the file is there already.
    """
    folder = Folder(settings.data_dir.resolve())
    if not folder.log.exists():
        raise ConfigError(f"there is no Tocsin data in {folder.path}; name the folder with --data-dir")
    try:
        with tempfile.TemporaryDirectory(dir=file.parent) as place:
            for name in FILES:
                say(f"copying {name}")
                _copy(folder.path / name, Path(place) / name)
            write_private(Path(place) / KEY, key_from(folder.path, settings.secret_key.get_secret_value()))
            say(f"writing {file}")
            with file.open("xb") as target, tarfile.open(fileobj=target, mode="w:gz", compresslevel=1) as archive:
                file.chmod(0o600)
                for name in (*FILES, KEY):
                    archive.add(Path(place) / name, arcname=name)
    except FileExistsError as exc:
        raise InvalidInput(f"{file} is there already; name another file") from exc
    except OSError as exc:
        raise InvalidInput(f"cannot write {file}: {exc.strerror or exc}") from exc
    say(f"{file.stat().st_size / 1e6:.1f} MB")


def unpack(file: Path, place: Path) -> None:
    """Write what a backup holds to a folder; InvalidInput for a file that is none."""
    try:
        with tarfile.open(file, mode="r:gz") as archive:
            members = archive.getmembers()
            if sorted(member.name for member in members) != sorted((*FILES, KEY)):
                raise InvalidInput(f"{file} is no backup of Tocsin")
            for member in members:
                _write(archive, member, place)
    except (OSError, tarfile.TarError, EOFError) as exc:
        raise InvalidInput(f"cannot read {file}: {exc}") from exc


def _write(archive: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    """Write one file, and nothing but a file: `extractall` tells them apart from Python 3.11.4 on."""
    held = archive.extractfile(member) if member.isreg() else None
    if held is None:
        raise tarfile.ExtractError(f"{member.name} is no file")
    target = place / member.name
    target.touch(mode=0o600, exist_ok=False)
    with held, target.open("wb") as copy:
        shutil.copyfileobj(held, copy)


def _copy(source: Path, target: Path) -> None:
    """Copy a database as it stands at one moment, also while others write to it."""
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as held, closing(sqlite3.connect(target)) as copy:
        held.backup(copy, pages=PAGES)
