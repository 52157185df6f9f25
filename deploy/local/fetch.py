"""The programs of Kafka and Elasticsearch, from Maven: fetched once, into `.local` of the repository."""

import fcntl
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.local.java import Java, newest_java
from deploy.local.lacking import Lacking
from streams.errors import Unavailable

CACHE: Final = Path(__file__).resolve().parents[2] / ".local"
POM: Final = Path(__file__).with_name("pom.xml")
PLUGIN: Final = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1"
KAFKA: Final = "kafka-4.4.0"
ELASTICSEARCH: Final = "9.2.0"
ELASTICSEARCH_ON_OLD_JAVA: Final = "8.19.21"
OLD_JAVA: Final = 21
"""Elasticsearch 9 needs this Java; before it, the last 8 is taken."""

FETCH_SECONDS: Final = 600
TOLD_LETTERS: Final = 1_500


def kafka_libs() -> Path:
    """Return the folder with Kafka's jars, fetched when they are not there; Lacking, or Unavailable when Maven fails."""
    return _once(
        CACHE / KAFKA,
        lambda into: [
            "-f",
            str(POM),
            f"{PLUGIN}:copy-dependencies",
            f"-DoutputDirectory={into}",
            "-DincludeScope=runtime",
        ],
    )


def elasticsearch_zip(java: Java) -> Path:
    """Return the archive of the Elasticsearch that runs on this Java; Lacking, or Unavailable when Maven fails."""
    version = ELASTICSEARCH if java.version >= OLD_JAVA else ELASTICSEARCH_ON_OLD_JAVA
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{version}:zip"
    name = f"elasticsearch-{version}"
    folder = _once(CACHE / name, lambda into: [f"{PLUGIN}:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={into}"])
    return folder / f"{name}.zip"


def _once(folder: Path, arguments: Callable[[Path], list[str]]) -> Path:
    """Return the folder, filled by Maven in one step: whoever asks meanwhile waits, and a broken fetch leaves nothing."""
    if folder.exists():
        return folder
    CACHE.mkdir(exist_ok=True)
    with _alone():
        if not folder.exists():
            with tempfile.TemporaryDirectory(dir=CACHE) as half:
                _maven(arguments(Path(half) / "fetched"))
                (Path(half) / "fetched").rename(folder)
    return folder


def _maven(arguments: list[str]) -> None:
    newest_java()
    program = shutil.which("mvn")
    if program is None:
        raise Lacking("Maven", "apt-get install maven")
    command = [program, "-q", "-B", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - our own words and paths, no shell
            command, cwd=CACHE, capture_output=True, text=True, timeout=FETCH_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as exc:
        raise Unavailable(
            f"Maven fetched nothing within {FETCH_SECONDS} s; look at the network, then try again"
        ) from exc
    if done.returncode:
        told = (done.stdout + done.stderr)[:TOLD_LETTERS]
        raise Unavailable(f"Maven could not fetch what the local servers are made of; it said: {told}")


@contextmanager
def _alone() -> Iterator[None]:
    """Be the only process that fetches."""
    with (CACHE / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
