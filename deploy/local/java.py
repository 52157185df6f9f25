"""Which Java this machine has."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.local.lacking import Lacking

LEAST = 17
INSTALLED = Path("/usr/lib/jvm")

QUICK = "-XX:TieredStopAtLevel=1"
"""The first compiler alone: half the work until a server serves, and a desk's servers live for hours, not months."""


@dataclass(frozen=True)
class Java:
    """A Java: its folder and its major version."""

    home: Path
    version: int

    @property
    def program(self) -> str:
        """The command that starts it."""
        return str(self.home / "bin/java")


def newest_java() -> Java:
    """Return the newest Java, 17 or later: of JAVA_HOME, of PATH, of /usr/lib/jvm; Lacking where there is none."""
    found = [java for home in _homes() if (java := _java(home)) and java.version >= LEAST]
    if not found:
        raise Lacking(f"Java {LEAST} or later", "apt-get install openjdk-17-jdk-headless")
    return max(found, key=lambda java: java.version)


def _homes() -> Iterator[Path]:
    if told := os.environ.get("JAVA_HOME"):
        yield Path(told)
    if on_path := shutil.which("java"):
        yield Path(on_path).resolve().parents[1]
    if INSTALLED.is_dir():
        yield from sorted(INSTALLED.iterdir())


def _java(home: Path) -> Java | None:
    """Return the Java of a folder, by its `release` file: asking the program itself would take half a second each."""
    release = home / "release"
    if not (home / "bin/java").exists() or not release.exists():
        return None
    version = re.search(r'^JAVA_VERSION="(\d+)', release.read_text("utf-8"), re.MULTILINE)
    return Java(home, int(version.group(1))) if version else None
