"""A source that is one document: fetched with what it was last time, and read by its kind's parser."""

from collections.abc import Callable

from services.connectors.entry import Entry, signals_of
from services.sources.fetch import Page
from services.sources.harvest import Collect, Fetch, Harvest, Known, digest_of
from services.sources.source import Source

Parse = Callable[[Source, Page], tuple[Entry, ...]]
"""A document to its entries; InvalidInput where it is none."""


def one_page(parse: Parse) -> Collect:
    """Return how sources of one document are looked at."""

    def collect(source: Source, fetch: Fetch, known: Known) -> Harvest:
        page = fetch(source.address, known.validators)
        if page is None:
            return Harvest(None, known.validators, known.digest)
        digest = digest_of(page.content)
        if digest == known.digest:
            return Harvest(None, page.validators, digest)
        return Harvest(tuple(signals_of(parse(source, page), source=source.id)), page.validators, digest)

    return collect
