"""Every kind of source from an address to signals, as its publisher serves it."""

import json

import pytest

from services.adapters.ssrf import Guard
from services.sources.fetch import Fetcher, Limits
from services.sources.harvest import Known
from services.sources.hosts import Hosts
from services.sources.kinds import COLLECTORS, collector_of
from services.sources.source import Kind, Source
from streams.errors import InvalidInput, Rejected
from tests.publisher import Page, Publisher, a_feed, leads_to

ROWS = "<li><a href='2025/art_1.html'>商务部公告2025年第61号 稀土</a><span>2025-10-09</span></li>"
CHINESE = f"<html><head><meta charset='gb2312'></head><body><ul class='list'>{ROWS}</ul></body></html>".encode(
    "gb18030"
)
QUAKE = {
    "id": "us1",
    "properties": {"mag": 6.8, "time": 1_760_011_200_000, "place": "60 km S of Somewhere"},
    "geometry": {"type": "Point", "coordinates": [-69.07, -24.27, 35.0]},
}
WARNING = """<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>MY-1</identifier><status>Actual</status>
<sent>2025-10-09T20:00:00+08:00</sent><msgType>Alert</msgType><info><language>en</language><category>Met</category>
<event>Flash Flood</event><severity>Extreme</severity><area><areaDesc>Kuantan</areaDesc>
<polygon>3.5,103.0 4.5,103.0 4.5,104.0 3.5,104.0 3.5,103.0</polygon></area></info></alert>"""
CELLS = {0: "13", 6: "CHINA", 7: "CHN", 16: "UNITED STATES", 17: "USA", 25: "1", 26: "163", 33: "12", 59: "20251009120000",
         60: "https://news.example/2025/china-bans-exports-of-gallium-1.html"}  # fmt: skip
EXPORT = "\t".join(CELLS.get(column, "") for column in range(61)).encode()
LISTED = b"1 d http://data.gdelt.example/gdeltv2/20251009120000.export.CSV.zip\n2 e http://x/20251009120000.mentions.CSV.zip\n"


@pytest.fixture
def publisher():
    publisher = Publisher()
    publisher.pages |= {
        "/feed": Page(a_feed(("gallium", "licence"))),
        "/feed.json": Page(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [
            {"id": "1", "title": "gallium"}]}).encode()),
        "/moved/list": leads_to("/notices/"),
        "/notices/": Page(CHINESE, Content_Type="text/html"),
        "/quakes": Page(json.dumps({"features": [QUAKE]}).encode()),
        "/warnings": Page(WARNING.encode()),
        "/gdelt/lastupdate.txt": Page(LISTED),
        "/gdelt/20251009120000.export.CSV.zip": Page(EXPORT),
        "/register": Page(json.dumps({"results": [
            {"document_number": "2025-1", "title": "Entity List", "publication_date": "2025-10-09"}]}).encode()),
    }  # fmt: skip
    yield publisher
    publisher.close()


@pytest.fixture
def fetcher():
    fetcher = Fetcher(Guard(["127.0.0.1"]), Hosts(0.0), Limits(5.0, 5.0, 1_000_000))
    yield fetcher
    fetcher.close()


def look(kind, address, fetcher, known=None, **options):
    source = Source(
        id="s",
        title="t",
        publisher="p",
        kind=kind,
        address=address,
        language="en",
        grade="A",
        cadence=300,
        licence="none",
        options=options,
    )
    return collector_of(kind)(source, fetcher.get, known or Known())


CASES = [
    (Kind.FEED, "/feed", "gallium"),
    (Kind.FEED, "/feed.json", "gallium"),
    (Kind.LIST_PAGE, "/moved/list", "商务部公告2025年第61号 稀土"),
    (Kind.USGS, "/quakes", "Magnitude 6.8 earthquake"),
    (Kind.CAP, "/warnings", "Extreme Flash Flood warning"),
    (Kind.GDELT, "/gdelt/lastupdate.txt", "China bans exports of gallium"),
    (Kind.FEDERAL_REGISTER, "/register", "Entity List"),
]
OPTIONS = {Kind.LIST_PAGE: {"item": "ul.list li"}}


@pytest.mark.parametrize(("kind", "path", "title"), CASES)
def test_a_source_of_each_kind_is_read_and_then_known(publisher, fetcher, kind, path, title):
    first = look(kind, publisher.url(path), fetcher, **OPTIONS.get(kind, {}))
    (item,) = first.items
    assert item.title.startswith(title)
    known = Known(first.validators, first.digest)
    assert look(kind, publisher.url(path), fetcher, known, **OPTIONS.get(kind, {})).items is None


def test_links_of_a_page_that_was_moved_lead_from_where_it_is(publisher, fetcher):
    (item,) = look(Kind.LIST_PAGE, publisher.url("/moved/list"), fetcher, item="ul.list li").items
    assert item.url == publisher.url("/notices/2025/art_1.html")


def test_an_export_that_is_not_there_yet_is_had_later(publisher, fetcher):
    export = publisher.pages.pop("/gdelt/20251009120000.export.CSV.zip")
    with pytest.raises(Rejected):
        look(Kind.GDELT, publisher.url("/gdelt/lastupdate.txt"), fetcher)
    publisher.pages["/gdelt/20251009120000.export.CSV.zip"] = export
    assert len(look(Kind.GDELT, publisher.url("/gdelt/lastupdate.txt"), fetcher).items) == 1


@pytest.mark.parametrize("kind", [kind for kind in COLLECTORS if kind is not Kind.FOLDER])
def test_a_page_of_another_kind_is_refused(publisher, fetcher, kind):
    publisher.pages["/other"] = Page(b"<html><body><p>We have moved.</p></body></html>")
    with pytest.raises(InvalidInput):
        look(kind, publisher.url("/other"), fetcher, **OPTIONS.get(kind, {}))


def test_a_kind_that_is_known_by_name_alone_says_so():
    with pytest.raises(InvalidInput, match="taxii"):
        collector_of(Kind.TAXII)
