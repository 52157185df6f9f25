"""A page on its way out: its bytes say what its models say, to each reader his own."""

import json
from datetime import date

import pytest

from schemas.query import FacetCount
from services.found import Found, Hit
from services.wire import Highlight
from streams.query.times import day_ms
from tests.builders import a_projection

LIT = {"title": Highlight(text="镓 & “gallium”", spans=((0, 1), (5, 12)))}


def a_page(*hits):
    facets = {"material": (FacetCount(value="gallium", count=2),)}
    return Found(hits, total=7, next="sealed", facets=facets, days=((day_ms(date(2026, 3, 1)), 7),))


def said(page):
    return json.loads(page.answer().model_dump_json())


@pytest.mark.parametrize("hits", [(), (Hit(a_projection(), 3, LIT),), (Hit(a_projection(), None, {}),) * 2])
def test_the_bytes_of_a_page_are_those_of_its_model(hits):
    told, expected = json.loads(a_page(*hits).json(permalink="")), said(a_page(*hits))
    assert told == expected
    assert list(told) == list(expected)


def test_the_permalink_goes_out_with_the_page():
    assert json.loads(a_page().json(permalink="https://t/?q=x"))["permalink"] == "https://t/?q=x"


def test_what_is_a_readers_own_is_never_another_readers():
    thing = a_projection()
    first, second = (json.loads(hit.json()) for hit in (Hit(thing, 1, LIT), Hit(thing, 9, {})))
    assert (first["version"], first["highlights"]["title"]["spans"]) == (1, [[0, 1], [5, 12]])
    assert (second["version"], second["highlights"]) == (9, {})


def test_equal_ids_of_two_audiences_keep_their_own_words():
    wide, narrow = a_projection(title="as all see it"), a_projection(title="as one party sees it")
    told = [json.loads(Hit(thing, None, {}).json())["title"] for thing in (wide, narrow, wide)]
    assert told == ["as all see it", "as one party sees it", "as all see it"]
