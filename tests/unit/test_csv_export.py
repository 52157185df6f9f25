import csv
import io

import pytest

from schemas.signal import Place, Role
from services.csv_export import COLUMNS, csv_of
from services.wire import item_of
from streams.query.fields import FIELDS
from tests.builders import a_judgement, a_projection

BESIDE_THE_LANGUAGE = {"url"}
"""Columns that nothing can be asked by."""


def rows(*things):
    return list(csv.DictReader(io.StringIO("".join(csv_of([[item_of(thing)] for thing in things])))))


def test_columns_are_named_like_the_fields_of_the_query_language():
    assert set(COLUMNS) - set(FIELDS) == BESIDE_THE_LANGUAGE


def test_each_thing_is_a_row():
    places = (Place(code="CN", role=Role.ACTOR), Place(code="US", role=Role.TARGET), Place(code="EU", role=Role.TARGET))
    judgement = a_judgement(materials=("gallium", "germanium"), places=places)
    first, second = rows(a_projection("a", title="One", judgement=judgement), a_projection("b", title="Two"))
    assert (first["title"], second["title"]) == ("One", "Two")
    assert (first["material"], first["actor"], first["target"]) == ("gallium germanium", "CN", "US EU")
    assert (first["severity"], first["severity.us"], first["level"], first["sources"]) == ("60", "60", "alert", "1")
    assert first["published"] == "2026-07-03T12:00:00+00:00"


def test_nothing_found_is_a_header_alone():
    assert "".join(csv_of([])).splitlines() == [",".join(COLUMNS)]


# A title as some publisher writes it -> what a spreadsheet is shown.
@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ('a "quoted", title\nof two lines', 'a "quoted", title\nof two lines'),
        ("氧化镓 = Ga2O3", "氧化镓 = Ga2O3"),
        ("", ""),
    ],
)
def test_no_cell_is_a_formula(title, shown):
    (row,) = rows(a_projection(title=title))
    assert row["title"] == shown


def test_numbers_stay_numbers():
    (row,) = rows(a_projection(judgement=a_judgement(confidence=0.5)))
    assert row["confidence"] == "0.5"
