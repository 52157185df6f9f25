"""What a source is, and the files that name sources."""

from datetime import date, timedelta

import pytest

from schemas.marking import CLEAR, Tlp
from schemas.raw import SourceKind
from services.sources.catalogue import load_catalogue, sources_in
from streams.errors import ConfigError

ONE = """
[[source]]
id = "cn-mofcom"
title = "Announcements"
publisher = "Ministry of Commerce"
kind = "list_page"
address = "https://www.mofcom.gov.cn/list"
language = "zh"
grade = "A"
cadence = 3600
licence = "official texts"
verified = "never"
options = { item = "ul.list li" }
"""


def only(text):
    (source,) = sources_in(text, name="f").values()
    return source


def test_a_source_is_read_as_it_is_written():
    source = only(ONE)
    assert (source.id, source.cadence, source.verified, source.marking) == (
        "cn-mofcom",
        timedelta(hours=1),
        None,
        CLEAR,
    )
    assert source.options == {"item": "ul.list li"}
    assert only(ONE.replace('"never"', "2026-11-24")).verified == date(2026, 11, 24)
    assert only(ONE + 'marking = "AMBER"\n').marking.tlp is Tlp.AMBER


@pytest.mark.parametrize(
    ("kind", "grade", "expected"),
    [
        ("feed", "A", SourceKind.OFFICIAL),
        ("list_page", "B", SourceKind.PRESS),
        ("usgs", "A", SourceKind.HAZARD),
        ("cap", "B", SourceKind.HAZARD),
        ("gdelt", "C", SourceKind.PRESS),
    ],
)
def test_what_a_source_counts_as(kind, grade, expected):
    assert only(ONE.replace('"list_page"', f'"{kind}"').replace('"A"', f'"{grade}"')).source_kind is expected


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ONE + ONE, "source 2: the id 'cn-mofcom' stands there twice"),
        (ONE.replace("3600", "0"), "source 1: cadence"),
        (ONE.replace('"list_page"', '"telex"'), "source 1: kind"),
        (ONE + "colour = 1\n", "source 1: colour"),
        (ONE.replace("https://", "ftp://"), "source 1: address"),
        (ONE.replace('"list_page"', '"folder"'), "source 1: address"),
        ("[source]\nid = 1\n", "two brackets"),
        ("[[source]", "no TOML"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, told):
    with pytest.raises(ConfigError, match=told):
        sources_in(text, name="f")


def test_sources_of_one_s_own_stand_beside_the_catalogue(tmp_path):
    own = tmp_path / "own.toml"
    own.write_text(ONE)
    assert set(load_catalogue(own)) == {*load_catalogue(), "cn-mofcom"}
    with pytest.raises(ConfigError, match="cannot read"):
        load_catalogue(tmp_path / "none.toml")
