"""The bare-word rule: a word that names a material also asks for it, whatever language the report is in."""

from itertools import permutations

import pytest

from schemas.projection import Kind
from schemas.query import Search
from schemas.rule import Rule
from schemas.signal import Evidence
from services.adapters.tantivy_index import TantivyIndex
from streams.knowledge.load import load
from streams.query.ast import Both, Either, Never, Phrase, Value
from streams.query.document import document_of
from streams.query.highlight import highlight
from streams.query.names import NO_NAMES, material_names, named
from streams.query.parse import parse
from streams.query.predicate import compile_predicate
from streams.rules.compile import RuleSet
from tests.builders import NOON, a_judgement, a_projection

NAMES = material_names(load())
RARE_EARTHS = {"ree-light", "ree-heavy"}

# Each case: a query, and the materials that it asks for beside its words.
ASKED = (
    ("gallium", {"gallium"}),
    ("Gallium", {"gallium"}),
    ("镓", {"gallium"}),
    ("ガリウム", {"gallium"}),
    ("галлий", {"gallium"}),
    ("галлия", {"gallium"}),  # another case of the word
    ("galio", {"gallium"}),
    ("wolfram", {"tungsten"}),
    ("tungstène", {"tungsten"}),
    ("tungstene", {"tungsten"}),  # accents make no difference
    ("稀土", RARE_EARTHS),
    ("rare-earth", RARE_EARTHS),
    ('"rare earths"', RARE_EARTHS),
    ("rare earths", RARE_EARTHS),
    ("earths rare", RARE_EARTHS),  # in any order
    ("terres export rares", RARE_EARTHS),  # with others between
    ("copper", {"copper"}),  # a word with other meanings
    ("lead", {"lead"}),
    ("leading", set()),  # another form, and no name
    ("german", set()),  # germanium in Polish, and everybody else's word
    ("rare", set()),
    ("rare OR earths", set()),  # not both have to hold
    ("=gallium", set()),  # this word and no other
    ('"gallium exports"', set()),  # more than the name
    ("title:gallium", set()),
    ("text:gallium", set()),
    ("licence", set()),
)


def materials_in(node):
    match node:
        case Value("material", value):
            return {value}
        case Both(parts) | Either(parts):
            return set().union(*map(materials_in, parts))
        case Never(part):
            return materials_in(part)
    return set()


@pytest.mark.parametrize(("query", "materials"), ASKED)
def test_a_name_of_a_material_also_asks_for_the_material(query, materials):
    assert materials_in(named(parse(query), NAMES)) == materials


def test_without_names_a_query_stays_as_it_is():
    for query, _ in ASKED:
        assert named(parse(query), NO_NAMES) == parse(query)


def test_every_clause_is_reached():
    node = named(parse("-gallium (tin OR (zinc copper)) actor:CN"), NAMES)
    assert node.parts[0] == Never(Either((Phrase(None, "gallium"), Value("material", "gallium"))))
    assert materials_in(node) == {"gallium", "tin", "zinc", "copper"}


NOTICE = a_projection(
    "cn",
    title="商务部公告2023年第23号 对镓、锗相关物项实施出口管制",
    text="",
    language="zh",
    judgement=a_judgement(
        language="zh",
        materials=("gallium", "germanium"),
        evidence=(Evidence(field="material", value="gallium", part="title", start=16, end=17, text="镓"),),
    ),
)
MAGNETS = a_projection("ree", title="La Chine", text="", judgement=a_judgement(materials=("ree-light", "ree-heavy")))


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    index = TantivyIndex(tmp_path_factory.mktemp("index"))
    index.put([NOTICE, MAGNETS], {0: 1})
    yield index
    index.close()


@pytest.mark.parametrize("query", ["gallium", "gallium germanium", "Germanium gallium", "галлий", "gallio -tin"])
def test_the_chinese_notice_is_found_in_other_languages_by_index_and_rule_alike(index, query):
    node = named(parse(query), NAMES)
    assert compile_predicate(node)(document_of(NOTICE)) is not None
    assert [one.id for one in index.search(node, Search(kind=Kind.SIGNAL), party="US").items] == [NOTICE.id]
    rule = Rule(id="r", party="US", title="t", query=query, version=1, created_at=NOON)
    told = list(RuleSet((rule,), NAMES).matching(document_of(NOTICE.model_copy(update={"kind": Kind.EVENT}))))
    assert [found.id for found, _ in told] == ["r"]


def test_the_words_that_led_to_the_material_are_shown_in_the_original():
    title = highlight(NOTICE, named(parse("gallium"), NAMES)).title
    assert [title.text[start:end] for start, end in title.spans] == ["镓"]


def test_evidence_that_does_not_stand_in_the_text_is_not_shown():
    moved = NOTICE.model_copy(update={"reports": (NOTICE.reports[0].model_copy(update={"title": "notice"}),)})
    assert highlight(moved, named(parse("gallium"), NAMES)).title.spans == ()


@pytest.mark.parametrize("words", [("rare", "earth", "chine"), ("gallium", "germanium", "export"), ("tin", "zinc")])
def test_the_order_of_words_changes_nothing(index, words):
    nodes = [named(parse(" ".join(order)), NAMES) for order in permutations(words)]
    found = [{one.id for one in index.search(node, Search(kind=Kind.SIGNAL), party="US").items} for node in nodes]
    assert all(one == found[0] for one in found)
    for thing in (NOTICE, MAGNETS):
        assert {compile_predicate(node)(document_of(thing)) is not None for node in nodes} == {thing.id in found[0]}


def test_a_name_of_several_words_finds_its_material_without_the_words(index):
    page = index.search(named(parse("chine rare earth"), NAMES), Search(kind=Kind.SIGNAL), party="US")
    assert [one.id for one in page.items] == [MAGNETS.id]
