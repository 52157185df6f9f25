"""Of GDELT's many rows those that can touch a supply, from archives that may be anything."""

import zipfile
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.connectors.entry import MAX_FEED_BYTES
from services.connectors.gdelt import CODES, MAX_EXPORT_BYTES, newest_export, parse_gdelt
from services.judge import classify_lines
from streams.errors import InvalidInput
from streams.knowledge.load import load

KNOWLEDGE = load()
ARTICLE = "https://news.example/2025/10/09/china-bans-exports-of-gallium-and-germanium-123456.html"
LIST = "https://storage.example/data.gdeltproject.org/gdeltv2/lastupdate.txt"
COLUMN = {
    "id": 0, "name1": 6, "country1": 7, "name2": 16, "country2": 17, "root": 25, "code": 26, "articles": 33, "place": 52,
    "added": 59, "url": 60,
}  # fmt: skip
USUAL = {
    "id": "1300000001", "name1": "CHINA", "country1": "CHN", "name2": "UNITED STATES", "country2": "USA", "root": "1",
    "code": "163", "articles": "12", "place": "Beijing, Beijing, China", "added": "20251009120000", "url": ARTICLE,
}  # fmt: skip


def row(**changes):
    cells = [""] * 61
    for name, value in (USUAL | changes).items():
        cells[COLUMN[name]] = value
    return "\t".join(cells)


def zipped(*contents, method=zipfile.ZIP_DEFLATED):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{number}.export.CSV", content)
    return file.getvalue()


def parsed(*rows):
    return parse_gdelt("\n".join([*rows, ""]).encode(), knowledge=KNOWLEDGE)


def test_a_row_is_an_entry_in_the_words_of_its_address():
    (entry,) = parsed(row())
    assert entry.title == "China bans exports of gallium and germanium"
    assert "Actors: China and United States." in entry.content
    assert "GDELT event 1300000001, CAMEO code 163, articles: 12." in entry.content
    assert entry.guid == entry.link == ARTICLE
    assert entry.published_at == datetime(2025, 10, 9, 12, tzinfo=UTC)


def test_an_archive_and_plain_text_are_the_same():
    assert parse_gdelt(zipped(row() + "\r\n"), knowledge=KNOWLEDGE) == parsed(row())


def test_an_article_of_many_events_is_one_entry():
    assert len(parsed(row(), row(id="2"), row(id="3", url=ARTICLE.replace("gallium", "antimony")))) == 2


@pytest.mark.parametrize("code", CODES)
def test_every_code_that_matters_is_kept_and_what_is_below_it(code):
    assert len(parsed(row(code=code), row(code=f"{code}1", url=f"{ARTICLE}?2"))) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"root": "0"},  # told in passing
        {"code": "042"},  # a visit
        {"code": ""},
        {"country1": "", "country2": ""},
        {"country1": "VAT", "country2": "FJI"},
        {"url": "https://news.example/2025/10/09/mayor-bans-scooters-in-the-old-town"},
        {"url": "https://news.example/teams-lead-the-league-table-again"},  # the verb
        {"url": "https://news.example/?id=17"},  # no words
        {"url": "https://news.example/gallium"},  # too few
        {"url": "https://[1/china-bans-exports-of-gallium"},
        {"url": ""},
    ],
)
def test_what_cannot_touch_a_supply_is_left_out(changes):
    assert parsed(row(**changes)) == ()


@pytest.mark.parametrize(
    "slug",
    [
        "rare-earth-talks-end-without-a-deal", "brussels-answers-export-controls", "indonesia_nickel_ore_quota_cut",
        "critical-minerals-pact-signed", "dr-congo-halts-cobalt-hydroxide-exports",
    ],
)  # fmt: skip
def test_addresses_that_name_a_material_or_a_control_are_kept(slug):
    assert len(parsed(row(url=f"https://news.example/world/{slug}"))) == 1


@pytest.mark.parametrize(("added", "year"), [("19700101000000", 1970), ("20991231235959", 2099), ("soon", None)])
def test_moments_that_nobody_believes_are_passed_on(added, year):
    (entry,) = parsed(row(added=added))
    assert (entry.published_at and entry.published_at.year) == year


def bomb():
    return zipped(b"\0" * (MAX_EXPORT_BYTES + 1))


def encrypted():
    content = bytearray(zipped(row()))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\n", "empty"),
        (b"x" * (MAX_FEED_BYTES + 1), "bytes"),
        (b"PK\x03\x04" + b"x" * 1_000, "BadZipFile"),
        (zipped(row())[:-30], "BadZipFile"),
        (zipped(row(), row()), "2 files"),
        (zipped(), "1 columns"),
        (bomb(), "unzipped"),
        (encrypted(), "RuntimeError"),
        (b"<html><body>404</body></html>", "1 columns"),
        (b"1" + b"\t" * 57, "58 columns"),  # the first version of the format
    ],
)
def test_what_is_no_export_costs_one_clear_error(content, reason):
    with pytest.raises(InvalidInput, match=reason):
        parse_gdelt(content, knowledge=KNOWLEDGE)


@given(st.lists(st.text(max_size=20), min_size=61, max_size=61))
def test_any_row_is_an_entry_or_none_or_an_error(cells):
    with suppress(InvalidInput):
        parsed("\t".join(cells))


def test_fields_are_bounded():
    (entry,) = parsed(row(place="p" * 3_000_000, articles="9" * 100_000))
    assert len(entry.content) <= 1_000_000


def test_the_newest_export_lies_beside_the_list():
    listed = (
        "160000 d41d8cd98f00b204e9800998ecf8427e http://data.gdeltproject.org/gdeltv2/20251009120000.export.CSV.zip\n"
        "200000 d41d8cd98f00b204e9800998ecf8427e http://data.gdeltproject.org/gdeltv2/20251009120000.mentions.CSV.zip\n"
    )
    expected = "https://storage.example/data.gdeltproject.org/gdeltv2/20251009120000.export.CSV.zip"
    assert newest_export(listed.encode(), address=LIST) == expected


@pytest.mark.parametrize("listed", [b"", b"<html>", b"1 x http://127.0.0.1/../../etc/export.CSV.zip", b"\xff" * 100])
def test_a_list_without_an_export_is_an_error(listed):
    with pytest.raises(InvalidInput, match="names no export"):
        newest_export(listed, address=LIST)


def test_the_words_are_understood():
    (entry,) = parsed(row())
    post = orjson.dumps(
        {"id": "1", "title": entry.title, "text": entry.content, "published_at": "2025-10-09T12:00:00Z"}
    )
    (told,) = classify_lines([post], now=datetime(2025, 10, 9, tzinfo=UTC))
    assert (told["relevant"], told["event_classes"][0]) == (True, "export_ban")
    assert told["materials"] == ["gallium", "germanium"]
    assert {"code": "CN", "role": "actor", "targeting": None} in told["places"]
