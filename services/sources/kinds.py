"""How the sources of each kind are looked at: one line a kind."""

from collections.abc import Mapping
from typing import Final

from services.connectors.feeds import parse_feed
from services.sources import federal_register, folder
from services.sources.harvest import Collect
from services.sources.one_page import one_page, plain
from services.sources.source import Kind
from streams.errors import InvalidInput

COLLECTORS: Final[Mapping[Kind, Collect]] = {
    Kind.FEED: one_page(plain(parse_feed)),
    Kind.FEDERAL_REGISTER: federal_register.collect,
    Kind.FOLDER: folder.collect,
}


def collector_of(kind: Kind) -> Collect:
    """Return how a kind's sources are looked at; InvalidInput for a kind that this version only knows by name."""
    if kind not in COLLECTORS:
        raise InvalidInput(f"sources of kind `{kind}` cannot be read by this version")
    return COLLECTORS[kind]
