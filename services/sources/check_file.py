"""`tocsin sources check FILE`: sources that stand in a file, or a document as a source would have it, without a server."""

from collections.abc import Iterator
from pathlib import Path

from services.clock import utc_now
from services.connectors.entry import MAX_FEED_BYTES
from services.settings import Settings
from services.sources.catalogue import read_sources
from services.sources.checking import Checked, check_content, check_source
from services.sources.hosts import Hosts
from services.wiring import fetcher_of
from streams.errors import InvalidInput


def check_file(settings: Settings, file: Path) -> Iterator[Checked]:
    """Yield what each source of a TOML file has, or what any other file holds; InvalidInput where it cannot be read."""
    if file.suffix == ".toml":
        fetcher = fetcher_of(settings, Hosts(settings.sources.gap_seconds))
        for source in read_sources(file).values():
            yield check_source(source, fetcher.get, now=utc_now())
        return
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_FEED_BYTES + 1)
    except OSError as exc:
        raise InvalidInput(f"cannot read {file}: {exc.strerror}") from exc
    yield check_content(file.name, content, now=utc_now())
