from datetime import UTC, date, datetime

import pytest

from schemas.marking import Tlp
from schemas.projection import Kind
from schemas.query import FacetCount
from schemas.severity import Level
from schemas.signal import EventClass, Maturity, MeasureClaim, Place, Role
from services.console.asked import Asked, asked_of, clauses_of, narrowed, wider, without_value
from services.console.charts import bar, butterfly, level_mark
from services.console.row import Piece, pieces, row_of
from services.console.trouble import trouble_of
from services.console.view import page_of
from services.console.words import label, visible
from services.wire import Answer, Highlight, item_of
from streams.errors import InvalidInput
from streams.query.ast import Both, Value
from streams.query.parse import parse
from tests.builders import a_judgement, a_projection, a_severity


def an_item(thing="r1", *, highlights=None, **changes):
    return item_of(a_projection(thing, **changes), highlights=highlights)


def an_answer(*items, total=None, following=None, facets=None):
    return Answer.model_construct(items=items, total=total or len(items), next=following, facets=facets or {})


# What the address says -> the state, and back to the shortest address.
@pytest.mark.parametrize(
    ("address", "href"),
    [
        ({}, "/"),  # the default view has the shortest address
        ({"q": "  gallium "}, "/?q=gallium"),  # blanks around a query say nothing
        ({"kind": "events", "sort": "-published"}, "/"),  # defaults written out are left out
        ({"kind": "signals", "q": "*"}, "/?q=*&kind=signals"),
        ({"kind": "signal", "q": "id:1"}, "/?q=id:1&kind=signals"),  # as alerts and the Atom feed name it
        ({"q": "a&b=c #", "utm_source": "x"}, "/?q=a%26b%3Dc+%23"),  # nothing breaks out of the query string
        ({"sort": "-severity", "cursor": "x", "more": "actor"}, "/?sort=-severity&cursor=x&more=actor"),
    ],
)
def test_an_address_is_read_and_written(address, href):
    assert asked_of(address).href() == href


def test_an_unknown_kind_is_refused():
    with pytest.raises(InvalidInput):
        asked_of({"kind": "parties"})


def test_a_changed_question_begins_at_its_first_page():
    assert "cursor" not in Asked(q="a", cursor="x").but(q="b").href()


def test_the_twin_asks_what_the_page_asks():
    twin = Asked(q="gallium", kind=Kind.SIGNAL, sort="-severity", cursor="c").twin("", ("level",))
    assert twin == "/v1/signals?q=gallium&sort=-severity&limit=30&cursor=c&facets=level"


@pytest.mark.parametrize(
    "query",
    [
        "*",
        "gallium",
        "gallium germanium",
        "gallium OR germanium",  # must be grouped before anything is added
        "NOT gallium",
        'title:"end-use certificate" (a OR b)',
    ],
)
def test_narrowing_adds_one_clause_and_keeps_the_others(query):
    meant = parse(narrowed(query, "class", "export_ban"))
    added = Value("class", "export_ban")
    kept = clauses_of(query)
    assert meant == (Both((*kept, added)) if kept else added)


def test_dropping_a_value_keeps_the_rest():
    assert without_value(clauses_of("actor:cn gallium AND (a OR b)"), "actor", "CN") == "gallium (a OR b)"


def test_an_empty_answer_offers_less_of_the_question():
    assert [one.q for one in wider(Asked(q="gallium actor:CN"))] == ["gallium", "actor:CN", ""]
    assert [one.q for one in wider(Asked(q="gallium"))] == [""]
    assert wider(Asked()) == ()


def test_many_clauses_are_not_all_tried():
    assert len(wider(Asked(q=" ".join(f"w{n}" for n in range(50))))) == 7


def test_both_sides_stand_beside_the_butterfly():
    row = row_of(an_item(severity=a_severity(us=84, eu=12)))
    assert (row.us, row.eu, row.level) == ("84", "12", Level.EMERGENCY)


def test_what_bears_on_no_mineral_is_not_drawn_as_zero():
    row = row_of(an_item(judgement=a_judgement(relevant=False, event_classes=(EventClass.NOT_RELEVANT,))))
    assert (row.us, row.eu, row.fly, row.mark, row.facts.what) == ("\N{EN DASH}", "\N{EN DASH}", None, None, "")


def test_facts_are_written_in_words():
    judgement = a_judgement(
        materials=("ree-heavy", "gallium", "tin", "tungsten"),
        places=(Place(code="CN", role=Role.ACTOR), Place(code="JP", role=Role.TARGET)),
        event_classes=(EventClass.TECHNOLOGY_CONTROL,),
        maturity=Maturity.SUSPENDED,
        measures=(MeasureClaim(effective_to=date(2026, 11, 27)),),
        refs=("CN-MOFCOM-2025-72",),
    )
    facts = row_of(an_item(judgement=judgement, tlp=Tlp.AMBER_STRICT)).facts
    assert facts.materials == "heavy rare earths, gallium, tin +1"
    assert facts.route == "China → Japan"
    assert facts.what == "technology control"
    assert facts.status == "suspended until 27 Nov 2026"
    assert facts.refs == ("CN-MOFCOM-2025-72",)
    assert facts.tlp == "AMBER+STRICT"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://news.example/a", "news.example"),
        ("https://iea.org@evil.example/", "evil.example"),  # the host shown is where the link goes
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("//news.example/a", None),
        ("https://good.example\\@evil.example/", None),  # browsers and parsers disagree on the host
        ("https://good.example/\u202egnp", None),
        (None, None),
    ],
)
def test_only_web_addresses_become_links(url, host):
    item = an_item().model_copy(update={"url": url})
    row = row_of(item)
    assert (row.host if row.link else None) == host


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, 稀土, émigré", "plain text, 稀土, émigré"),
        ("exe\u202egnp", "exe⟨U+202E⟩gnp"),
        ("a\u200bb\ufeff", "a⟨U+200B⟩b⟨U+FEFF⟩"),
        ("\x00\x1b[0m", "⟨U+0000⟩⟨U+001B⟩[0m"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),  # Persian needs its joiner
    ],
)
def test_hidden_letters_are_written_out(text, shown):
    assert visible(text) == shown


def test_highlights_are_cut_before_hidden_letters_are_written_out():
    told = Highlight(text="a\u202egallium b", spans=((2, 9),))
    assert pieces(told, "") == (Piece("a⟨U+202E⟩"), Piece("gallium", is_hit=True), Piece(" b"))


def test_an_excerpt_is_shown_only_where_words_were_found():
    text = a_projection().text
    without = row_of(an_item(highlights={"text": Highlight(text=text, spans=())}))
    found = row_of(an_item(highlights={"text": Highlight(text=text[10:], spans=((0, 2),))}))
    assert without.excerpt == ()
    assert found.excerpt[0] == Piece("… ")


def test_rows_are_grouped_by_their_day():
    days = [datetime(2026, 7, 3, 23, tzinfo=UTC), datetime(2026, 7, 3, 1, tzinfo=UTC), datetime(2026, 7, 2, tzinfo=UTC)]
    page = page_of(Asked(), an_answer(*(an_item(f"r{n}", published_at=at) for n, at in enumerate(days))))
    assert [(day.day, len(day.rows)) for day in page.days] == [(date(2026, 7, 3), 2), (date(2026, 7, 2), 1)]
    assert [row.clock for day in page.days for row in day.rows] == ["23:00", "01:00", ""]


def test_rows_in_another_order_have_no_days():
    page = page_of(Asked(sort="-severity"), an_answer(an_item()))
    assert [day.day for day in page.days] == [None]


def test_a_facet_link_demands_a_value_and_a_chosen_one_drops_it():
    counts = (FacetCount(value="CN", count=4), FacetCount(value="CD", count=1))
    page = page_of(Asked(q="gallium actor:cn"), an_answer(an_item(), facets={"actor": counts}))
    china, congo = page.facets[0].values
    assert (china.label, china.is_chosen, china.href) == ("China", True, "/?q=gallium")
    assert (congo.label, congo.is_chosen, congo.href) == ("DR Congo", False, "/?q=gallium+actor:cn+actor:CD")


def test_a_long_facet_is_cut_until_it_is_asked_for():
    counts = tuple(FacetCount(value=f"m{n}", count=20 - n) for n in range(20))
    cut = page_of(Asked(), an_answer(an_item(), facets={"material": counts})).facets[0]
    whole = page_of(asked_of({"more": "material"}), an_answer(an_item(), facets={"material": counts})).facets[0]
    assert (len(cut.values), cut.hidden, cut.more_href) == (7, 13, "/?more=material")
    assert (len(whole.values), whole.hidden) == (20, 0)


def test_levels_stand_in_their_own_order():
    counts = tuple(FacetCount(value=level, count=n) for level, n in (("watch", 9), ("emergency", 1), ("alert", 3)))
    page = page_of(Asked(), an_answer(an_item(), facets={"level": counts}))
    assert [one.label for one in page.facets[0].values] == ["emergency", "alert", "watch"]


def test_the_next_page_is_this_question_with_its_cursor():
    page = page_of(Asked(q="gallium", sort="-severity"), an_answer(an_item(), total=99, following="SEALED"))
    assert page.next_href == "/?q=gallium&sort=-severity&cursor=SEALED"


def test_a_question_for_one_id_opens_the_thing():
    page = page_of(Asked(q='id:"r1"'), an_answer(an_item(severity=a_severity(us=70, eu=65))))
    assert page.opened is not None
    assert page.opened.scores.startswith("US 70")
    assert page.facets == ()


def test_wider_questions_that_find_nothing_either_are_not_offered():
    asked = Asked(q="gallium actor:CN")
    page = page_of(asked, an_answer(), wider=[(asked.but(q="gallium"), 0), (asked.but(q=""), 5)])
    assert [(one.label, one.total) for one in page.wider] == [("", 5)]


def refusal_of(query):
    with pytest.raises(InvalidInput) as caught:
        parse(query)
    return trouble_of(Asked(q=query), caught.value)


# A bad query -> what stands before the place, the place, and the mended query that is offered.
@pytest.mark.parametrize(
    ("query", "before", "place", "nearest"),
    [
        ("actor:CN mater:gallium x", "actor:CN ", "mater", "actor:CN material:gallium x"),
        ("gallium AND", "gallium AND", "", ""),  # at the end there is no letter to point at
        ("(gallium", "", "(", ""),
        ("qqqqqqq:1", "", "qqqqqqq", ""),  # nothing is near
        ("severity:>=high", "severity:", ">=high", ""),
    ],
)
def test_a_bad_query_is_shown_with_its_place(query, before, place, nearest):
    trouble = refusal_of(query)
    assert (trouble.before, trouble.place) == (before, place)
    assert trouble.before + trouble.place + trouble.after == query
    assert trouble.nearest == nearest


def test_a_very_long_bad_query_is_shown_in_part():
    trouble = trouble_of(Asked(q="x" * 60_000), InvalidInput("too long", position=4_000))
    assert len(trouble.before + trouble.place + trouble.after) <= 600


def test_a_trouble_without_a_place_is_only_told():
    assert trouble_of(Asked(q="a"), InvalidInput("sort is one of ...", field="sort")).place == ""


def test_pictures_hold_their_numbers():
    assert 'x="2" y="2" width="34"' in butterfly(100, 0)
    assert 'x="36" y="2" width="17"' in butterfly(0, 50)
    assert [level_mark(level).split('class="on"')[1].count("M") for level in Level] == [1, 2, 3, 4]
    assert 'width="30"' in bar(1.0)
    assert 'width="0.5"' in bar(0.0001)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("actor", "CD", "DR Congo"),
        ("actor", "XX", "XX"),  # a code nobody knows
        ("class", "export_ban", "export ban"),
        ("material", "rare-thing", "rare thing"),
        ("language", "zh", "Chinese"),
        ("maturity", "in_force", "in force"),
    ],
)
def test_values_are_read_in_words(field, value, words):
    assert label(field, value) == words
