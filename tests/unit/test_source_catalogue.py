"""The catalogue that ships: real public sources, official ones first, each fit to be switched on."""

from collections import Counter
from urllib.parse import urlsplit

import pytest

from schemas.marking import Tlp
from schemas.raw import SourceKind
from services.connectors.list_page import Selectors, parse_list_page
from services.sources.catalogue import load_catalogue
from services.sources.source import Kind
from streams.knowledge.load import load

SOURCES = tuple(load_catalogue().values())
LISTS = [source for source in SOURCES if source.kind is Kind.LIST_PAGE]
LANGUAGES = {"de", "en", "es", "fr", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "tr", "uk", "vi", "zh"}
"""ISO 639-1; one that is not among them is more likely a slip than a new language."""
OTHER = {"eu", "int", "press", "gdelt", "hazard"}
"""What an id may begin with beside a country."""

PRODUCERS = {"cn", "us", "au", "cl", "pe", "cd", "za", "id", "in", "br", "ru", "kz", "ca", "mm", "mx", "ar", "zw", "zm", "mz", "ga",
             "gn", "na", "ph", "vn", "my", "tr", "mn", "ua", "kr", "jp"}  # fmt: skip
CONSUMERS = {"us", "eu", "de", "fr", "it", "es", "nl", "pl", "gb", "jp", "kr", "ca", "in"}


def test_there_are_enough_and_most_are_official():
    kinds = Counter(source.source_kind for source in SOURCES)
    assert len(SOURCES) >= 90
    assert kinds[SourceKind.OFFICIAL] >= 60
    assert kinds[SourceKind.PRESS] >= 15
    assert kinds[SourceKind.HAZARD] >= 5


def test_official_ones_come_first_then_the_press_then_hazards():
    first = {kind: position for position, kind in reversed(list(enumerate(source.source_kind for source in SOURCES)))}
    assert first[SourceKind.OFFICIAL] < first[SourceKind.PRESS] < first[SourceKind.HAZARD]


def test_no_address_is_there_twice():
    assert not [address for address, times in Counter(source.address for source in SOURCES).items() if times > 1]


def test_every_producing_and_consuming_country_is_heard():
    assert {source.id.partition("-")[0] for source in SOURCES} >= PRODUCERS | CONSUMERS


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.id)
def test_a_source_is_fit_to_be_switched_on(source):
    address = urlsplit(source.address)
    assert (address.scheme, bool(address.hostname)) == ("https", True)
    assert (address.username, address.port) == (None, None)
    assert source.kind not in {Kind.TAXII, Kind.FOLDER}, "neither is a public address that can be read"
    assert source.id.partition("-")[0].upper() in load().places or source.id.partition("-")[0] in OTHER
    assert source.language in LANGUAGES
    assert 300 <= source.cadence.total_seconds() <= 86_400
    assert source.licence
    assert source.marking.tlp is Tlp.CLEAR
    assert source.verified is None, "nobody has reached it from here"
    assert bool(source.options) == (source.kind is Kind.LIST_PAGE)


@pytest.mark.parametrize("source", LISTS, ids=lambda source: source.id)
def test_a_list_page_has_selectors_that_are_some(source):
    assert Selectors.of(source.options).item


@pytest.mark.parametrize(
    ("source_id", "row"),
    [
        ("cn-mofcom-announcements", "<li><a href='gg/2025/art/2025/art_1.html'>{}</a><span>2025-10-09</span></li>"),
        ("cn-customs-announcements", "<li><a href='/customs/302249/302266/302267/1/index.html'>{}</a> 2025-10-09</li>"),
        ("cn-ndrc-policies", "<li><a href='gg/202510/t20251009_1.html'>{}</a><span>2025/10/09</span></li>"),
        ("pl-mrit-news", "<li><a href='/web/rozwoj-technologia/surowce'><span>09.10.2025</span> <b>{}</b></a></li>"),
        ("in-dgft-notifications", "<tr><td>1<td>2<td>3<td>{}<td>09/10/2025<td><a href='n.pdf'>PDF</a></tr>"),
    ],
)
def test_rows_as_these_pages_have_them_are_found(source_id, row):
    source = load_catalogue()[source_id]
    rows = "".join(row.format(title) for title in ["稀土 rare earths"])
    page = f"<nav><li><a href='/'>Home</a></li></nav><table>{rows}</table>" if "<tr>" in row else f"<ul>{rows}</ul>"
    (entry,) = parse_list_page(page.encode(), address=source.address, selectors=Selectors.of(source.options))
    assert "稀土 rare earths" in entry.title
    assert entry.published_at.date().isoformat() == "2025-10-09"
    assert entry.link.startswith("https://")
