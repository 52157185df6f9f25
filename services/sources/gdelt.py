"""GDELT's events: a list names the newest export, which lies beside it."""

from services.connectors.entry import signals_of
from services.connectors.gdelt import newest_export, parse_gdelt
from services.sources.harvest import Fetch, Harvest, Known, digest_of
from services.sources.source import Source
from streams.errors import InvalidInput
from streams.knowledge.load import load


def collect(source: Source, fetch: Fetch, known: Known) -> Harvest:
    """Return what matters of the export that the list names; null where the list names no other than last time."""
    listed = fetch(source.address, known.validators)
    if listed is None:
        return Harvest(None, known.validators, known.digest)
    digest = digest_of(listed.content)
    if digest == known.digest:
        return Harvest(None, listed.validators, digest)
    export = fetch(newest_export(listed.content, address=source.address))
    if export is None:
        raise InvalidInput("GDELT: the export did not come, although nothing was known of it")
    entries = parse_gdelt(export.content, knowledge=load())
    return Harvest(tuple(signals_of(entries, source=source.id)), listed.validators, digest)
