"""Earthquakes, disasters and warnings are entries only near a mine or plant, in words that are understood as a hazard."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from time import process_time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.raw import MAX_TEXT_LETTERS
from services.connectors.cap import MAX_POINTS, parse_cap
from services.connectors.cap_area import Circle, Polygon, circles_of, polygons_of, within_areas
from services.connectors.entry import MAX_FEED_BYTES
from services.connectors.hazard import called
from services.connectors.usgs import parse_usgs
from services.connectors.xml_tree import MAX_DEPTH, MAX_ELEMENTS
from services.judge import classify_lines
from streams.errors import InvalidInput
from streams.knowledge.facility import Point
from streams.knowledge.load import load

KNOWLEDGE = load()
ESCONDIDA, GEBENG, BOU_AZZER = (-24.27, -69.07), (3.99, 103.37), (30.52, -6.91)
NOON_MS = 1_760_011_200_000
NOON = datetime(2025, 10, 9, 12, tzinfo=UTC)


def quake(at=ESCONDIDA, mag=6.8, depth=35.0, **properties):
    latitude, longitude = at
    told = {
        "mag": mag,
        "time": NOON_MS,
        "place": "60 km S of Somewhere",
        "url": "https://quakes.example/us1",
    } | properties
    return {"id": "us1", "properties": told, "geometry": {"type": "Point", "coordinates": [longitude, latitude, depth]}}


def quakes(*features, **more):
    return orjson.dumps({"type": "FeatureCollection", "features": list(features)} | more)


def of_usgs(*features):
    return parse_usgs(quakes(*features), knowledge=KNOWLEDGE)


def cap(polygon="3.5,103.0 4.5,103.0 4.5,104.0 3.5,104.0 3.5,103.0", **changes):
    told = {
        "status": "Actual", "msgType": "Alert", "category": "Met", "event": "Flash Flood", "severity": "Extreme",
        "area": f"<areaDesc>Kuantan</areaDesc><polygon>{polygon}</polygon>",
    } | changes  # fmt: skip
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>MY-1</identifier><sender>met@met.example</sender>
<sent>2025-10-09T20:00:00+08:00</sent><status>{told["status"]}</status><msgType>{told["msgType"]}</msgType>
<info><language>ms</language><category>{told["category"]}</category><event>Banjir</event>
<severity>{told["severity"]}</severity><headline>Amaran</headline><area>{told["area"]}</area></info>
<info><language>en-GB</language><category>{told["category"]}</category><event>{told["event"]}</event>
<urgency>Immediate</urgency><severity>{told["severity"]}</severity><headline>Flood expected</headline>
<description>Rivers rise.</description><web>https://met.example/1</web><area>{told["area"]}</area></info></alert>"""


NWS = """<feed xmlns="http://www.w3.org/2005/Atom" xmlns:cap="urn:oasis:names:tc:emergency:cap:1.2"><title>Active</title>
<entry><id>https://api.weather.example/alerts/urn:1</id><link href="https://api.weather.example/1"/>
<updated>2025-10-09T12:00:00+00:00</updated><title>Flash Flood Warning issued</title><summary>Turn around.</summary>
<cap:event>Flash Flood Warning</cap:event><cap:status>Actual</cap:status><cap:msgType>Alert</cap:msgType>
<cap:category>Met</cap:category><cap:severity>Severe</cap:severity><cap:areaDesc>San Bernardino</cap:areaDesc>
<cap:polygon>35.3,-115.8 35.7,-115.8 35.7,-115.3 35.3,-115.3 35.3,-115.8</cap:polygon></entry></feed>"""

GDACS = """<rss version="2.0" xmlns:gdacs="http://www.gdacs.org" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"><channel>
<item><title>{level} alert</title><link>https://gdacs.example/1</link><pubDate>Thu, 09 Oct 2025 12:00:00 GMT</pubDate>
<guid isPermaLink="false">{kind}100</guid><geo:Point><geo:lat>{at[0]}</geo:lat><geo:long>{at[1]}</geo:long></geo:Point>
<gdacs:eventtype>{kind}</gdacs:eventtype><gdacs:alertlevel>{level}</gdacs:alertlevel><gdacs:eventname>{name}</gdacs:eventname>
<gdacs:iscurrent>{current}</gdacs:iscurrent><gdacs:severity unit="x" value="{value}">As measured</gdacs:severity></item>
</channel></rss>"""


def gdacs(**changes):
    usual = {"kind": "TC", "level": "Red", "at": GEBENG, "name": "", "current": "true", "value": "6.4"}
    return GDACS.format(**usual | changes)


def of_cap(document):
    return parse_cap(document if isinstance(document, bytes) else document.encode(), knowledge=KNOWLEDGE)


def test_a_quake_near_a_mine_tells_distance_magnitude_mine_and_material():
    (entry,) = of_usgs(quake(at=(-24.27, -68.5)))
    assert entry.title == "Magnitude 6.8 earthquake 58 km from the Escondida mine (copper) in Chile"
    assert "depth of 35 km" in entry.content
    assert "60 km S of Somewhere" in entry.content
    assert (entry.guid, entry.link, entry.published_at) == ("us1", "https://quakes.example/us1", NOON)


@pytest.mark.parametrize(
    ("at", "mag", "depth", "count"),
    [
        (ESCONDIDA, 4.9, 10, 0),  # too weak at any distance
        (ESCONDIDA, 5.0, 10, 1),
        (ESCONDIDA, 5.0, 60, 0),  # too deep for so weak a one
        (ESCONDIDA, 8.1, 600, 0),
        ((-24.27, -66.0), 6.0, 10, 0),  # 311 km away
        ((-24.27, -66.0), 8.1, 10, 1),
        ((0.0, -30.0), 9.0, 10, 0),  # in mid-ocean
        (ESCONDIDA, 6.8, -1, 1),  # above the sea's level
    ],
)
def test_how_far_a_quake_matters_depends_on_magnitude_and_depth(at, mag, depth, count):
    assert len(of_usgs(quake(at=at, mag=mag, depth=depth))) == count


@pytest.mark.parametrize(
    "broken",
    [
        quake(mag=None),  # has no magnitude yet
        quake(mag=1e300),
        quake(at=(91.0, 0.0)),
        quake(at=(-24.27, 1e300)),
        quake(depth=1e300),
        quake(time=10**18),
        quake(time=-1),
        quake(type="quarry blast"),
        {"id": "us1"},
        {"id": "x" * 200, "properties": {}, "geometry": {}},
        [[[]]],
        None,
        7,
    ],
)
def test_a_quake_that_cannot_be_is_left_out_and_the_others_are_read(broken):
    assert [entry.guid for entry in of_usgs(broken, quake())] == ["us1"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no JSON"),
        (b'{"features": [{"geometry": {"coordinates": [NaN, 0, 0]}}]}', "no JSON"),
        (b"[" * 100_000, "no JSON"),
        (b"<html></html>", "no JSON"),
        (b"[]", "no list of features"),
        (b'{"features": {}}', "no list of features"),
        (b" " * (MAX_FEED_BYTES + 1), "bytes"),
    ],
)
def test_what_is_no_list_of_quakes_costs_one_clear_error(content, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_usgs(content, knowledge=KNOWLEDGE)


@pytest.mark.parametrize(("time", "year"), [(0, 1970), (4_102_000_000_000, 2099)])
def test_moments_that_nobody_believes_are_passed_on(time, year):
    assert of_usgs(quake(time=time))[0].published_at.year == year


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Escondida", "Escondida mine"),
        ("Gresik smelter", "Gresik smelter"),
        ("Tara Mines", "Tara Mines"),
        ("Prominent Hill", "Prominent Hill mine"),  # whose letters hold the word
        ("Dead Sea Works", "Dead Sea Works"),
    ],
)
def test_a_facility_is_called_what_it_is_unless_its_name_says_so(name, expected):
    (facility,) = (item for item in KNOWLEDGE.facilities if item.name == name)
    assert called(facility) == expected


def test_of_many_facilities_the_nearest_are_named_and_the_others_counted():
    (entry,) = of_usgs(quake(at=(-22.3, -69.0), mag=8.2, depth=10))
    assert "Also near: Radomiro Tomic mine in Chile (copper, " in entry.content
    assert " more." in entry.content


def test_a_warning_around_a_plant_is_told_in_english_with_its_area():
    (entry,) = of_cap(cap())
    assert (
        entry.title
        == "Extreme Flash Flood warning at the Gebeng plant (light rare earths and heavy rare earths) in Malaysia"
    )
    assert "Rivers rise." in entry.content
    assert "Area: Kuantan." in entry.content
    assert (entry.guid, entry.link, entry.published_at) == ("MY-1", "https://met.example/1", NOON)


@pytest.mark.parametrize(
    "document",
    [
        cap(severity="Moderate"),
        cap(severity="Unknown"),
        cap(status="Exercise"),
        cap(msgType="Cancel"),
        cap(category="Security"),
        cap(polygon="10,10 11,10 11,11"),
        cap(polygon="NaN,103 4,NaN inf,104"),
        cap(polygon="1e999,103 4,103 4,1e999"),
        cap(polygon="4,103"),
        cap(polygon=""),
        cap(polygon="-80,-170 80,-170 80,170 -80,170"),  # the whole world
        cap(area="<geocode><valueName>EMMA_ID</valueName><value>MY001</value></geocode>"),
        cap(area="<circle>3.99,103.37 NaN</circle>"),
    ],
)
def test_what_is_mild_over_elsewhere_or_nowhere_is_no_entry(document):
    assert of_cap(document) == ()


@pytest.mark.parametrize("circle", ["3.99,103.37 0", "4.3,103.37 20"])
def test_a_circle_is_an_area_too(circle):
    assert len(of_cap(cap(area=f"<circle>{circle}</circle>"))) == 1


def test_a_feed_has_its_warnings_as_fields_or_whole():
    (fields,) = of_cap(NWS)
    assert fields.title.startswith("Severe Flash Flood Warning at the Mountain Pass mine (light rare earths)")
    assert (fields.link, fields.published_at) == ("https://api.weather.example/1", NOON)
    whole = cap().partition("?>")[2]
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>e1</id><content>{whole}</content></entry></feed>'
    assert of_cap(feed) == of_cap(cap())


@pytest.mark.parametrize(
    ("document", "title"),
    [
        (gdacs(name="BUALOI-25"), "Tropical cyclone BUALOI-25 (red alert) at the Gebeng plant"),
        (gdacs(kind="FL", level="Orange", at=(4.5, 103.37)), "Flood (orange alert) 57 km from the Gebeng plant"),
        (
            gdacs(kind="EQ", level="Green", at=BOU_AZZER),
            "Magnitude 6.4 earthquake at the Bou Azzer mine (cobalt and arsenic)",
        ),
    ],
)
def test_a_disaster_near_a_facility_is_an_entry(document, title):
    (entry,) = of_cap(document)
    assert entry.title.startswith(title)
    assert entry.published_at == NOON
    assert entry.guid.endswith("100")


@pytest.mark.parametrize(
    "document",
    [
        gdacs(level="Green"),
        gdacs(kind="DR"),
        gdacs(kind="WF", at=(4.5, 103.37)),
        gdacs(current="false"),
        gdacs(at=("NaN", "103")),
        gdacs(at=("1e400", "103")),
        gdacs(kind="EQ", value="NaN", at=BOU_AZZER),
        gdacs(kind="EQ", value="1e300", at=BOU_AZZER),
        gdacs(kind="EQ", value="big", at=BOU_AZZER),
        gdacs(at=(0, -30)),
    ],
)
def test_a_disaster_that_is_over_small_far_or_nowhere_is_no_entry(document):
    assert of_cap(document) == ()


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><alert>&b;</alert>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b" ", "empty"),
        (b" " + b"x" * MAX_FEED_BYTES, "bytes"),
        (BOMB.encode(), "entities"),
        (BOMB.encode("utf-16"), "entities"),
        (b"<!DOCTYPE alert SYSTEM 'file:///etc/passwd'><alert/>", "document type"),
        (b"<alert>" * (MAX_DEPTH + 1), "deeper"),
        (b"<alert>" * 1_000_000, "deeper"),
        (b"<alert>" + b"<info/>" * MAX_ELEMENTS + b"</alert>", "elements"),
        (b"<alert>", "well-formed"),
        (b"<alert>&nbsp;</alert>", "well-formed"),
        (b"<html><body>503</body></html>", "<html>"),
        (b'{"features": []}', "well-formed"),
    ],
)
def test_what_is_no_warning_costs_one_clear_error(content, reason):
    with pytest.raises(InvalidInput, match=reason):
        of_cap(content)


def test_areas_without_end_are_refused_and_many_take_no_long_time():
    ring = " ".join(f"{3 + number % 7},{100 + number % 11}" for number in range(100))
    polygon = f"<polygon>{ring}</polygon>"
    many = MAX_POINTS // 100
    with pytest.raises(InvalidInput, match="points"):
        of_cap(cap(area=polygon * (many + 1)))
    began = process_time()
    of_cap(cap(area=polygon * (many // 2)))
    of_cap("<alerts>" + cap(area="<circle>3.9,103 499</circle>" * 50).partition("?>")[2] * 500 + "</alerts>")
    assert process_time() - began < 20


@pytest.mark.parametrize("encoding", ["utf-16", "gbk", "utf-8-sig"])
def test_an_encoding_is_the_declared_one_or_found_out(encoding):
    document = cap().replace("UTF-8", encoding).replace("Kuantan", "关丹").encode(encoding)
    assert "Area: 关丹." in of_cap(document)[0].content


PIECES = [
    "<alert>", "</alert>", "<info>", "</info>", "<polygon>", "</polygon>", "<rss>", "</rss>", "<item>", "</item>",
    "<eventtype>EQ</eventtype>", "<guid>1</guid>", "<lat>30.5</lat>", "<long>-6.9</long>", "<severity value='7'>Severe</severity>",
    "<msgType>Alert</msgType>", "<identifier>1</identifier>", "3.9,103 ", "NaN,1 ", "&amp;", "&x;", "<!--", "-->",
    "<![CDATA[", "]]>",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=25))
def test_any_markup_is_entries_or_an_error(pieces):
    with suppress(InvalidInput):
        assert isinstance(of_cap("".join(pieces)), tuple)


def test_fields_are_bounded():
    (entry,) = of_cap(cap().replace("Rivers rise.", "x" * 5_000_000).replace("MY-1", "i" * 9_000))
    assert len(entry.content) < MAX_TEXT_LETTERS
    assert len(entry.guid) == 500


def line(entry):
    return orjson.dumps(
        {"id": entry.guid, "title": entry.title, "text": entry.content, "published_at": NOON.isoformat()}
    )


def test_the_words_are_understood_as_a_hazard_with_material_and_country():
    entries = [
        *of_usgs(quake()),
        *of_cap(gdacs(name="X")),
        *of_cap(cap()),
        *of_cap(cap(event="High Wind")),
        *of_cap(NWS),
    ]
    told = list(classify_lines(map(line, entries), now=NOON))
    assert [item["event_classes"][0] for item in told] == ["natural_hazard"] * 5
    assert [item["materials"][0] for item in told] == ["copper", "ree-light", "ree-light", "ree-light", "ree-light"]
    assert [item["places"][0]["code"] for item in told] == ["CL", "MY", "MY", "MY", "US"]
    assert all(item["relevant"] for item in told)


SQUARE = Polygon((Point(0, 0), Point(0, 2), Point(2, 2), Point(2, 0)))


@pytest.mark.parametrize(
    ("area", "point", "expected"),
    [
        (SQUARE, Point(1, 1), 0),
        (SQUARE, Point(1, 3), 111.2),  # a degree east of the edge
        (SQUARE, Point(-1, 1), 111.2),
        (Circle(Point(0, 0), 50), Point(0, 0.2), 0),
        (Circle(Point(0, 0), 50), Point(0, 1), 61.2),
    ],
)
def test_distances_to_an_area_are_to_its_edge(area, point, expected):
    assert area.distance_km(point) == pytest.approx(expected, abs=0.5)


@given(st.floats(-60, 60), st.floats(-170, 170), st.floats(0.1, 5))
def test_all_in_a_box_are_found_and_nothing_far(south, west, size):
    ring = f"{south},{west} {south + size},{west} {south + size},{west + size} {south},{west + size}"
    found = {item.facility for item in within_areas(KNOWLEDGE.facilities, tuple(polygons_of([ring])))}
    for item in KNOWLEDGE.facilities:
        inside = south < item.point.latitude < south + size and west < item.point.longitude < west + size
        far = abs(item.point.latitude - south) > size + 1
        assert item in found or not inside
        assert item not in found or not far


@given(st.text(alphabet="0123456789.,- eNaif", max_size=80))
def test_any_text_is_an_area_or_none(text):
    assert all(point.is_on_earth for item in polygons_of([text]) for point in item.ring)
    assert all(item.centre.is_on_earth for item in circles_of([text]))


KEYS = st.sampled_from(["id", "properties", "geometry", "mag", "coordinates"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_any_json_is_entries_or_an_error(features):
    with suppress(InvalidInput):  # NaN is no JSON
        assert parse_usgs(json.dumps({"features": features}).encode(), knowledge=KNOWLEDGE) == ()
