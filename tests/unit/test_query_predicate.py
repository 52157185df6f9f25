from datetime import date

import pytest

from schemas.measure import Record, Status
from schemas.projection import Kind
from schemas.signal import Evidence, Maturity, MeasureClaim, Place, Role
from streams.query.document import OWN_TITLE, document_of
from streams.query.parse import parse
from streams.query.predicate import MAX_SPANS, Span, compile_predicate
from tests.builders import a_judgement, a_projection, a_report


def spans_of(query, projection):
    return compile_predicate(parse(query))(document_of(projection))


def test_a_span_names_the_clause_the_report_the_part_and_the_place():
    reports = (a_report("a", title="tin", text="zinc"), a_report("b", title="tin", text="rare earths, China's"))
    spans = spans_of('"rare earth" actor:CN', a_projection("e", reports=reports))
    assert spans == (Span('"rare earth"', 1, "text", 0, 11), Span("actor:CN"))


def test_a_thing_s_own_title_is_searched_where_no_report_bears_it():
    projection = a_projection("e", reports=(a_report("a"),), title="antimony ban")
    assert spans_of("title:antimony", projection) == (Span("title:antimony", OWN_TITLE, "title", 0, 8),)


def test_a_title_that_a_report_bears_is_found_once():
    assert len(spans_of("title:gallium", a_projection())) == 1


def test_every_alternative_that_holds_is_told():
    assert [span.clause for span in spans_of("gallium OR tin OR actor:CN -zinc", a_projection(text=""))] == [
        "gallium",
        "actor:CN",
    ]


def test_a_value_shows_the_words_that_led_to_it_as_far_as_they_stand_in_the_leading_report():
    evidence = (
        Evidence(field="actor", value="CN", part="title", start=0, end=5, text="China"),
        Evidence(field="material", value="gallium", part="text", start=0, end=7, text="cobalt!"),  # it stands elsewhere
        Evidence(field="class", value="export_licensing", part="title", start=3, end=3, text=""),
    )
    thing = a_projection(judgement=a_judgement(evidence=evidence))
    assert spans_of("actor:cn", thing) == (Span("actor:cn", 0, "title", 0, 5),)
    assert spans_of("place:CN", thing) == (Span("place:CN", 0, "title", 0, 5),)
    assert spans_of("material:gallium", thing) == (Span("material:gallium"),)
    assert spans_of("class:export_licensing", thing) == (Span("class:export_licensing"),)


def test_a_negation_gives_no_words():
    assert spans_of("-tin", a_projection()) == ()
    assert spans_of("-gallium", a_projection()) is None


def test_the_places_of_one_clause_are_bounded():
    assert len(spans_of("tin", a_projection(text="tin " * 10_000))) == MAX_SPANS


# Each case: a query, and the words of "Gallium exports of China were suspended" (title) and "Magnets, magnetite, 出口管制" (text).
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("=exports", ["exports"]),
        ("=export", None),  # the form that is asked for, and no other
        ("=EXPORTS", ["exports"]),
        ('="gallium exports"', ["Gallium exports"]),
        ('"gallium china"~2', ["Gallium exports of China"]),
        ('"gallium china"~1', None),
        ('"china gallium"~9', None),  # in order
        ('"gallium exports suspended"~3', ["Gallium exports of China were suspended"]),
        ('"gallium exports suspended"~2', None),  # the gaps are counted together
        ('"suspended magnets"~16', None),  # never from one part into another
        ("magn*", ["Magnets", "magnetite"]),
        ("title:magn*", None),
        ("出口*", ["出口"]),
        ('"出制"~2', ["出口管制"]),
        ("material:gal*", [""]),
        ("material:GAL*", [""]),
        ("material:al*", None),
        ("material:*", [""]),
        ("expires:*", None),
        ("text:*", [""]),
        ("severity:*", [""]),
    ],
)
def test_forms_beginnings_and_nearness_are_told_with_their_words(query, found):
    thing = a_projection(title="Gallium exports of China were suspended", text="Magnets, magnetite, 出口管制")
    texts = {"title": thing.title, "text": thing.text, "": ""}
    spans = spans_of(query, thing)
    assert (spans and [texts[span.part][span.start : span.end] for span in spans]) == found


LANGUAGES = (
    # Each case: the text's language, the text, a query, whether it matches.
    ("en", "export licences were suspended", "suspend licence", True),
    ("fr", "l'exportation de terres rares est interdite", "exportations", True),
    ("fr", "l'exportation de terres rares", '"terre rare"', True),
    ("de", "Ausfuhrgenehmigungen für Gallium", "Ausfuhrgenehmigung", True),
    ("it", "dell'industria mineraria", "industria", True),
    ("ru", "экспорт галлия", "галлий", True),
    ("zh", "对镓、锗相关物项实施出口管制", "出口管制", True),
    ("zh", "对镓相关物项实施出口管制", "管出", False),
    ("ja", "ガリウムの輸出", "ガリウム", True),
    ("ja", "ガリウムの輸出", "カリウム", False),  # potassium
    ("ko", "갈륨 수출 통제", "수출 통제", True),
    ("en", "notice 61/2025", "61/2025", True),
    ("en", "notice 2025/61", "61/2025", False),
    ("fr", "mines", "mine", True),
    ("und", "mines", "mine", False),  # no language, no stem
)


@pytest.mark.parametrize(("language", "text", "query", "expected"), LANGUAGES)
def test_a_word_is_found_in_every_language_in_its_forms(language, text, query, expected):
    found = spans_of(query, a_projection(title="", text=text, language=language))
    assert (found is not None) == expected


def test_each_field_holds_what_it_says():
    judgement = a_judgement(
        places=(
            Place(code="CN", role=Role.ACTOR),
            Place(code="US", role=Role.TARGET),
            Place(code="CD", role=Role.LOCATION),
        ),
        maturity=Maturity.SUSPENDED,
        measures=(MeasureClaim(effective_from=date(2025, 11, 10), effective_to=date(2026, 11, 10)),),
    )
    record = Record(ref="R", status=Status.SUSPENDED, today=date(2026, 11, 3), until=date(2026, 11, 10))
    measure = a_projection("m", kind=Kind.MEASURE, judgement=judgement, measure=record)
    held = (
        *("place:cd", "place:us", "target:us", "status:suspended", "maturity:suspended", "kind:measure"),
        *("effective:2025-11-10", "expires:2026-11-10", "expires:<=2026-11-10", "asserted:true", "relevant:TRUE"),
        *("expires:<7d", "expires:<=7d", "expires:>6d", "expires:>now", "expires:<now+8d", "expires:[now TO now+9d]"),
        *("level:alert", "source_kind:official", "tlp:clear", "language:en", "source:mofcom", "sources:1"),
    )
    for query in held:
        assert spans_of(query, measure) is not None, query
    for query in ("actor:US", "target:CN", "expires:<2026-11-10", "expires:<6d", "expires:>now+7d", "status:in_force"):
        assert spans_of(query, measure) is None, query


def test_only_a_measure_has_a_status():
    assert spans_of("status:suspended", a_projection(judgement=a_judgement(maturity=Maturity.SUSPENDED))) is None
