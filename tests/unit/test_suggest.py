"""What is suggested while a query is typed."""

import time

import pytest

from schemas.party import Principal
from schemas.signal import EventClass
from services.adapters.tantivy_index import TantivyIndex
from services.suggest import SuggestService, shipped_vocabulary
from streams.query.lookup import Lookup, mistakes
from streams.query.parse import parse
from streams.query.suggest import class_names, typed_in
from tests.builders import a_judgement, a_projection, all_except, only_for

US, EU = (Principal(party=party, name="analyst", scopes=frozenset()) for party in ("US", "EU"))


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    index = TantivyIndex(tmp_path_factory.mktemp("index"))
    things = (
        ("a", ("CN-MOFCOM-2025-61",), "mofcom", all_except()),
        ("b", ("CN-MOFCOM-2025-61",), "mofcom", only_for("US")),
        ("c", ("CN-MOFCOM-2025-62",), "probe", only_for("US")),
    )
    index.put(
        [
            a_projection(name, judgement=a_judgement(refs=refs), source=source, audience=audience)
            for name, refs, source, audience in things
        ],
        {0: 1},
    )
    yield SuggestService(index, shipped_vocabulary)
    index.close()


def clauses(service, query, by=US, limit=10):
    return [one.clause for one in service.suggest(query, by=by, limit=limit)]


# What is typed, and the clause that is suggested first.
@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("gall", "material:gallium"),
        ("GALLIUM", "material:gallium"),
        ("galium", "material:gallium"),  # a letter is missing
        ("galluim", "material:gallium"),  # two are swapped
        ("galliumm", "material:gallium"),  # one too many
        ("anitmony", "material:antimony"),
        ("Wolfrm", "material:tungsten"),
        ("镓", "material:gallium"),
        ("ガリウ", "material:gallium"),
        ("галли", "material:gallium"),
        ("tungstene", "material:tungsten"),
        ("cobre", "material:copper"),
        ("Kobltt", "material:cobalt"),  # German
        ("antimione", "material:antimony"),  # French
        ("tungstno", "material:tungsten"),  # Spanish
        ("гермний", "material:germanium"),  # Russian
        ("ガリュウム", "material:gallium"),  # Japanese
        ("grafit", "material:graphite"),  # Polish
        ("rare ear", "(material:ree-light OR material:ree-heavy)"),
        ("稀", "(material:ree-light OR material:ree-heavy)"),
        ("chian", "place:CN"),
        ("Deutschl", "place:DE"),
        ("Allemag", "place:DE"),
        ("德国", "place:DE"),
        ("mofcom", "entity:mofcom"),
        ("商务部", "entity:mofcom"),
        ("export ban", "class:export_ban"),
        ("Ausfuhrver", "class:export_ban"),
        ("interdiction d'exp", "class:export_ban"),
        ("出口禁令", "class:export_ban"),
        ("huelga", "class:strike_or_unrest"),
        ("sev", "severity:"),
        ("publshed", "published:"),
        ("materal:gal", "material:gal"),  # a field that does not exist
        ("material:镓", "material:gallium"),
        ("actor:chin", "actor:CN"),
        ("target:Vereinigte", None),
        ("stage:refi", "stage:refining"),
        ("level:emer", "level:emergency"),
        ("status:suspnded", "status:suspended"),
        ("tlp:amb", "tlp:AMBER"),
    ],
)
def test_the_likeliest_is_first(service, typed, first):
    told = clauses(service, typed)
    if first is None:
        assert told, typed
    else:
        assert told[0] == first, told


# A query as far as it is typed, and the query with the first suggestion in place.
@pytest.mark.parametrize(
    ("query", "whole"),
    [
        ("gall", "material:gallium"),
        ("licence gall", "licence material:gallium"),
        ("actor:CN gall", "actor:CN material:gallium"),
        ("-gall", "-material:gallium"),
        ("licence -material:gall", "licence -material:gallium"),
        ("(tin OR gall", "(tin OR material:gallium"),
        ('"end use" gall', '"end use" material:gallium'),
        ("export heavy rare ear", "export material:ree-heavy"),
    ],
)
def test_a_suggestion_takes_the_place_of_what_was_typed(service, query, whole):
    first = service.suggest(query, by=US, limit=1)[0]
    assert (first.query, first.query[first.start :]) == (whole, first.clause)


@pytest.mark.parametrize(
    "query", ["", "gallium ", "x y z qqqqq", "a:b:c", "material:", "((", '"', "-", "\ud800", "👩" * 50]
)
def test_nothing_to_suggest_is_no_error(service, query):
    assert clauses(service, query) == []


def test_every_suggested_clause_can_be_asked(service):
    for typed in ("gal", "chi", "ex", "s", "mag", "rio", "出", "stage:", "a", "b", "c", "tlp:a"):
        for one in service.suggest(typed, by=US, limit=50):
            parse(one.query if not one.query.endswith(":") else f"{one.query}*")


def test_values_that_no_list_holds_are_those_of_the_reader(service):
    assert [(one.clause, one.count) for one in service.suggest("ref:cn-m", by=US, limit=9)] == [
        ("ref:CN-MOFCOM-2025-61", 2),
        ("ref:CN-MOFCOM-2025-62", 1),
    ]
    assert [(one.clause, one.count) for one in service.suggest("ref:cn-m", by=EU, limit=9)] == [
        ("ref:CN-MOFCOM-2025-61", 1)
    ]
    assert "source:probe" in clauses(service, "prob", by=US)
    assert "source:probe" not in clauses(service, "prob", by=EU)
    assert clauses(service, "source:pro", by=EU) == []


def test_a_hidden_thing_changes_no_suggestion(service, tmp_path):
    alone = TantivyIndex(tmp_path)
    alone.put([a_projection("a", judgement=a_judgement(refs=("CN-MOFCOM-2025-61",)))], {0: 1})
    other = SuggestService(alone, shipped_vocabulary)
    for query in ("ref:CN", "CN-MOFCOM", "prob", "source:mo", "gal"):
        assert other.suggest(query, by=EU, limit=20) == service.suggest(query, by=EU, limit=20), query
    alone.close()


def test_a_suggestion_comes_at_once(service):
    clauses(service, "warm")
    begun = time.process_time()
    for typed in ("galluim", "interdiction d'exportatoin", "qqqqqqqqqq", "a" * 64, "a b c d", "e"):
        clauses(service, typed)
    assert time.process_time() - begun < 1.5, "six suggestions"


def test_every_class_has_a_name_in_five_languages():
    told = {}
    for event_class, language, name in class_names():
        assert name
        told.setdefault(event_class, []).append(language)
    assert set(told) == set(EventClass)
    assert all(languages == ["en", "de", "fr", "es", "zh"] for languages in told.values())


# Typed, name, mistakes as its beginning and as all of it; 3 is more than are counted.
@pytest.mark.parametrize(
    ("typed", "name", "expected"),
    [
        ("gallium", "gallium", (0, 0)),
        ("gal", "gallium", (0, 3)),
        ("galium", "gallium", (1, 1)),
        ("glalium", "gallium", (1, 1)),
        ("galxium", "gallium", (1, 1)),
        ("galliums", "gallium", (1, 1)),
        ("zinc", "gallium", (3, 3)),
    ],
)
def test_mistakes_are_counted(typed, name, expected):
    assert mistakes(typed, name, most=2) == expected


def test_without_a_mistake_nothing_near_is_told():
    names = Lookup([("gallium", 1), ("galium", 2), ("thallium", 3)])
    assert [one.meaning for one in names.find("gall")] == [1]
    assert [one.meaning for one in names.find("galllium")] == [1, 2]


def test_what_is_typed_is_the_end_of_the_query_in_words():
    assert [one.text for one in typed_in("tin AND rare earth mag")] == ["rare earth mag", "earth mag", "mag"]
    assert [one.text for one in typed_in("a b c d e")] == ["b c d e", "c d e", "d e", "e"]
    assert [(one.field, one.text) for one in typed_in('x entity:"MP Mat')] == [("entity", "MP Mat")]
    assert list(typed_in("tin ")) == []
