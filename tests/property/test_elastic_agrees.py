"""The third compiler of the query language, on a real Elasticsearch: the same question has the same answer."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.projection import Kind
from schemas.query import Search, SortKey
from services.adapters.elastic_client import Cluster
from services.adapters.elastic_index import ElasticIndex
from services.adapters.tantivy_index import TantivyIndex
from streams.errors import InvalidInput
from streams.query.ast import Phrase, Value
from streams.query.document import document_of
from streams.query.predicate import compile_predicate
from streams.query.relative import resolved
from streams.query.times import instant_ms
from streams.query.write import write
from tests.builders import a_judgement, a_projection
from tests.contract.search_index import tombstone_of
from tests.property.test_query_properties import LANGUAGES, WORDS, projections, queries
from tests.random_questions import ASKED_AT, THINGS, questions, things

BOUNDS = settings(max_examples=25, suppress_health_check=list(HealthCheck))
MANY = settings(BOUNDS, max_examples=400)


class Both:
    """Both engines, given the same; each round's things are all that each finds."""

    def __init__(self, tantivy, elastic):
        self.tantivy, self.elastic = tantivy, elastic
        self._rounds = itertools.count(1)
        self._held = 0

    def hold(self, things):
        """Let both hold these things and no others; return them as they are held."""
        version = next(self._rounds)
        gone = [a_projection().model_copy(update={"id": str(number)}) for number in range(len(things), self._held)]
        named = [thing.model_copy(update={"id": str(number)}) for number, thing in enumerate(things)]
        told = [one.model_copy(update={"version": version, "kind": Kind.EVENT}) for one in named]
        hidden = [tombstone_of(one.model_copy(update={"version": version, "kind": Kind.EVENT})) for one in gone]
        for index in (self.tantivy, self.elastic):
            index.put([*told, *hidden], {0: version})
        self.elastic.refresh()
        self._held = max(self._held, len(things))
        return told


@pytest.fixture(scope="module")
def both(elastic, tmp_path_factory):
    import secrets

    tantivy = TantivyIndex(tmp_path_factory.mktemp("index"))
    index = ElasticIndex(Cluster(elastic.address, prefix=f"p{secrets.token_hex(4)}"))
    index.prepare()
    yield Both(tantivy, index)
    index.close()
    tantivy.close()


def agree(both, things, asked):
    """Ask all three; audiences are the same for every thing here, so the predicate sees what both engines may show."""
    held = both.hold(things)
    documents = {one.id: document_of(one) for one in held}
    for query in asked:
        matches = compile_predicate(query)
        expected = {name for name, document in documents.items() if matches(document) is not None}
        pages = [
            index.search(query, Search(kind=Kind.EVENT, facets=("material", "actor"), sort=SortKey(field="severity")), party="US")
            for index in (both.tantivy, both.elastic)
        ]  # fmt: skip
        for page in pages:
            assert {item.id for item in page.items} == expected, write(query)
            assert page.total == len(expected)
        assert pages[0].facets == pages[1].facets, write(query)
        orders = [[document_of(item).order["severity"] for item in page.items] for page in pages]
        assert orders[0] == orders[1]


some_things = st.lists(projections, min_size=1, max_size=15)
some_queries = st.lists(queries, min_size=1, max_size=25)


@given(some_things, some_queries)
@BOUNDS
def test_three_compilers_give_one_answer(both, things, asked):
    agree(both, things, asked)


@pytest.mark.long
@given(some_things, some_queries)
@MANY
def test_three_compilers_give_one_answer_to_many_questions(both, things, asked):
    agree(both, things, asked)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_three_compilers_agree_in_seven_languages(both, seed):
    agree_on(both, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 40))
def test_three_compilers_agree_about_many_more(both, seed):
    agree_on(both, seed)


def agree_on(both, seed):
    """Ask all three the random questions of a seed; "now" is when all of its things were told."""
    held = both.hold(things(seed))
    documents = {one.id: document_of(one) for one in held}
    for query in questions(seed):
        matches = compile_predicate(query)
        expected = {name for name, document in documents.items() if matches(document) is not None}
        asked = resolved(query, instant_ms(ASKED_AT))
        for index in (both.tantivy, both.elastic):
            page = index.search(asked, Search(kind=Kind.EVENT, limit=THINGS), party="US")
            assert {item.id for item in page.items} == expected, write(query)
            assert page.total == len(expected)


def test_every_word_of_every_language_is_found_alike(both):
    things = [a_projection(words, title="", text=words, language=language) for language in LANGUAGES for words in WORDS]
    held = both.hold(things)
    documents = {thing.id: document_of(thing) for thing in held}
    for words in WORDS:
        matches = compile_predicate(Phrase(None, words))
        expected = {name for name, document in documents.items() if matches(document) is not None}
        page = both.elastic.search(Phrase(None, words), Search(kind=Kind.EVENT, limit=1_000), party="US")
        assert {item.id for item in page.items} == expected, words


# What a hostile or careless source may send: it is kept, and both engines find the same of it.
@pytest.mark.parametrize(
    "value",
    [
        "x" * 40_000,  # longer than Lucene's longest term
        "ä" * 20_000,
        "x" * 32_766,
        "",
        "\x00\x01",
        "a:b/c d",
        "𝔤𝔞𝔩𝔩𝔦𝔲𝔪",
    ],
)
def test_a_strange_value_is_kept_and_found_alike(both, value):
    things = [a_projection(judgement=a_judgement(entities=(value, "plain")), text=value or "nothing")]
    both.hold(things)
    for query in (Value("entity", value), Value("entity", "plain"), Phrase(None, value), Phrase("text", "nothing")):
        found = [
            index.search(query, Search(kind=Kind.EVENT), party="US").total for index in (both.tantivy, both.elastic)
        ]
        assert found[0] == found[1], (query, found)


def test_half_a_character_is_refused_alike(both):
    for index in (both.tantivy, both.elastic):
        with pytest.raises(InvalidInput, match="half a character"):
            index.search(Value("entity", "\ud800"), Search(kind=Kind.EVENT), party="US")
