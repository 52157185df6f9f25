"""How the sources of each kind are looked at: one line a kind."""

from collections.abc import Mapping
from typing import Final

from services.connectors.cap import parse_cap
from services.connectors.entry import Entry
from services.connectors.feeds import parse_feed
from services.connectors.list_page import Selectors, parse_list_page
from services.connectors.usgs import parse_usgs
from services.sources import federal_register, folder, gdelt
from services.sources.fetch import Page
from services.sources.harvest import Collect
from services.sources.one_page import one_page
from services.sources.source import Kind, Source
from streams.errors import InvalidInput
from streams.knowledge.load import load


def _feed(_source: Source, page: Page) -> tuple[Entry, ...]:
    return parse_feed(page.content, content_type=page.content_type)


def _list_page(source: Source, page: Page) -> tuple[Entry, ...]:
    selectors = Selectors.of(source.options)
    return parse_list_page(page.content, address=page.url, selectors=selectors, content_type=page.content_type)


def _usgs(_source: Source, page: Page) -> tuple[Entry, ...]:
    return parse_usgs(page.content, knowledge=load())


def _cap(_source: Source, page: Page) -> tuple[Entry, ...]:
    return parse_cap(page.content, knowledge=load())


COLLECTORS: Final[Mapping[Kind, Collect]] = {
    Kind.FEED: one_page(_feed),
    Kind.LIST_PAGE: one_page(_list_page),
    Kind.USGS: one_page(_usgs),
    Kind.CAP: one_page(_cap),
    Kind.FEDERAL_REGISTER: federal_register.collect,
    Kind.GDELT: gdelt.collect,
    Kind.FOLDER: folder.collect,
}


def collector_of(kind: Kind) -> Collect:
    """Return how a kind's sources are looked at; InvalidInput for one that this version only knows by name."""
    if kind not in COLLECTORS:
        raise InvalidInput(f"sources of kind `{kind}` cannot be read by this version")
    return COLLECTORS[kind]
