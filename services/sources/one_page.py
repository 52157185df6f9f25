"""A source that is one document: fetched with what it was last time, and read by its kind's parser."""

from collections.abc import Callable

from services.connectors.entry import Entry, signals_of
from services.sources.harvest import Collect, Fetch, Harvest, Known, digest_of
from services.sources.source import Source

Parse = Callable[[Source, bytes, str | None], tuple[Entry, ...]]
"""A document's bytes and media type to entries; InvalidInput where it is none."""


def plain(parse: Callable[..., tuple[Entry, ...]]) -> Parse:
    """Return the parser of a document that is read alike for every source."""
    return lambda _source, content, content_type: parse(content, content_type=content_type)


def one_page(parse: Parse) -> Collect:
    """Return how sources of one document are looked at."""

    def collect(source: Source, fetch: Fetch, known: Known) -> Harvest:
        page = fetch(source.address, known.validators)
        if page.content is None:
            return Harvest(None, known.validators, known.digest)
        digest = digest_of(page.content)
        if digest == known.digest:
            return Harvest(None, page.validators, digest)
        entries = parse(source, page.content, page.content_type)
        return Harvest(tuple(signals_of(entries, source=source.id)), page.validators, digest)

    return collect
