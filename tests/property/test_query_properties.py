from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.projection import Kind
from schemas.query import Search
from schemas.signal import EventClass, Place, Role
from services.adapters.tantivy_index import TantivyIndex
from streams.errors import InvalidInput
from streams.query.ast import Both, Either, Everything, Never, Phrase, Prefix, Present, Range, Value, Words
from streams.query.document import document_of
from streams.query.fields import FIELDS, FieldKind
from streams.query.highlight import highlight
from streams.query.parse import parse
from streams.query.predicate import compile_predicate
from streams.query.times import day_ms, instant_ms
from streams.query.write import write
from tests.builders import NOON, a_judgement, a_projection, a_report, a_severity

WORDS = (
    *(
        "gallium",
        "licence",
        "licences",
        "export",
        "exports",
        "mine",
        "mines",
        "minière",
        "l'exportation",
        "dell'industria",
    ),
    *(
        "rare-earth",
        "61/2025",
        "China's",
        "Häuser",
        "Haus",
        "ГАЛЛИЙ",
        "галлия",
        "氧化镓",
        "ガリウム",
        "カリウム",
        "수출",
        "İ",
        "2B001",
    ),
)
LANGUAGES = ("en", "fr", "de", "it", "ru", "zh", "ja", "ko", "pl", "und")
DAYS = tuple(NOON + timedelta(days=day, milliseconds=day) for day in range(4))

sentences = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
reports = st.builds(
    a_report, st.sampled_from("abc"), title=sentences, text=sentences, language=st.sampled_from(LANGUAGES)
)
judgements = st.builds(
    a_judgement,
    materials=st.lists(st.sampled_from(("gallium", "tin", "Erz")), unique=True).map(tuple),
    places=st.lists(st.builds(Place, code=st.sampled_from(("CN", "US")), role=st.sampled_from(Role)), max_size=2).map(
        tuple
    ),
    event_classes=st.sampled_from(((EventClass.EXPORT_BAN,), (EventClass.STRIKE,))),
    confidence=st.sampled_from((0.0, 0.5, 0.8, 1.0)),
)
projections = st.builds(
    a_projection,
    st.uuids().map(str),
    reports=st.lists(reports, min_size=1, max_size=2).map(tuple),
    judgement=judgements,
    severity=st.builds(a_severity, st.integers(58, 62), st.integers(58, 62)),
    published_at=st.sampled_from(DAYS),
)

texts = st.sampled_from(WORDS) | st.lists(st.sampled_from(WORDS), min_size=2, max_size=3).map(" ".join)
phrases = st.builds(Phrase, st.sampled_from((None, "title", "text")), texts)
exact = st.builds(Words, st.sampled_from((None, "title", "text")), texts, st.integers(0, 2))
beginnings = st.one_of(
    st.builds(Prefix, st.sampled_from((None, "title", "text")), st.sampled_from(("m", "Expo", "hau", "галл", "2B", "mini"))),
    st.builds(Prefix, st.sampled_from(("material", "actor")), st.sampled_from(("g", "T", "C", "er"))),
)  # fmt: skip
present = st.builds(Present, st.sampled_from(("material", "title", "text", "expires", "severity", "ref")))
values = st.one_of(
    st.builds(Value, st.just("material"), st.sampled_from(("gallium", "TIN", "erz"))),
    st.builds(Value, st.sampled_from(("actor", "target", "place")), st.sampled_from(("CN", "us"))),
    st.builds(Value, st.just("class"), st.sampled_from(("export_ban", "strike_or_unrest"))),
    st.builds(Value, st.just("language"), st.sampled_from(LANGUAGES)),
)


def ranges(field, bounds):
    return st.builds(bounded, st.just(field), bounds, bounds, st.booleans(), st.booleans())


def bounded(field, low, high, low_included, high_included):
    """A range as the parser makes it: not open at both ends, not empty, an open end included."""
    if low is None and high is None:
        low = 0.0
    elif low is not None and high is not None:
        low, high = min(low, high), max(low, high)
    return Range(field, low, high, low is None or low_included, high is None or high_included)


instants = [float(instant_ms(day)) for day in DAYS] + [float(day_ms(day.date())) for day in DAYS]
sizes = st.one_of(
    ranges("severity", st.none() | st.integers(58, 62).map(float)),
    ranges("confidence", st.none() | st.sampled_from((0.0, 0.5, 0.8, 1.0))),
    ranges("published", st.none() | st.sampled_from(instants)),
    ranges("expires", st.none() | st.sampled_from(instants)),
)
leaves = st.just(Everything()) | phrases | exact | beginnings | present | values | sizes


def joined(parts):
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.builds(Both, several) | st.builds(Either, several) | st.builds(Never, parts)


queries = st.recursive(leaves, joined, max_leaves=6)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    index = TantivyIndex(tmp_path_factory.mktemp("index"))
    yield index
    index.close()


@given(
    st.lists(projections, min_size=1, max_size=4, unique_by=lambda one: one.id),
    st.lists(queries, min_size=1, max_size=12),
)
@settings(max_examples=60)
def test_the_index_and_the_predicate_give_the_same_answer(index, things, asked):
    things = [thing.model_copy(update={"id": f"{number}"}) for number, thing in enumerate(things)]
    version = index.cursor() + 1
    absent = [
        thing.model_copy(update={"id": f"{n}", "title": "", "reports": ()}) for n, thing in enumerate(things * 4)
    ][:4]
    index.put([one.model_copy(update={"version": version, "kind": Kind.EVENT}) for one in absent], {0: version})
    index.put([one.model_copy(update={"version": version, "kind": Kind.EVENT}) for one in things], {0: version})
    for query in asked:
        matches = compile_predicate(query)
        documents = {one.id: document_of(one.model_copy(update={"kind": Kind.EVENT})) for one in (*absent, *things)}
        expected = {name for name, document in documents.items() if matches(document) is not None}
        page = index.search(query, Search(kind=Kind.EVENT), party="US")
        assert {item.id for item in page.items} == expected, write(query)
        assert page.total == len(expected)


def test_index_and_predicate_agree_on_every_word_in_every_language(tmp_path):
    pairs = [f"{one} {two}" for one, two in zip(WORDS, WORDS[1:] + WORDS[:1], strict=True)]
    things = [
        a_projection(f"{language} {words}", title="", text=words, language=language)
        for language in LANGUAGES
        for words in (*WORDS, *pairs)
    ]
    index = TantivyIndex(tmp_path)
    index.put(things, {0: 1})
    documents = {thing.id: document_of(thing) for thing in things}
    for words in (*WORDS, *pairs):
        matches = compile_predicate(Phrase(None, words))
        expected = {name for name, document in documents.items() if matches(document) is not None}
        page = index.search(Phrase(None, words), Search(kind=Kind.SIGNAL, limit=1_000), party="US")
        assert {item.id for item in page.items} == expected, words
    index.close()


@given(projections, queries)
def test_every_span_holds_words_of_its_report(thing, query):
    document = document_of(thing)
    texts_by_place = {(part.report, part.part): part.text for part in document.parts}
    for span in compile_predicate(query)(document) or ():
        assert not span.part or texts_by_place[span.report, span.part][span.start : span.end].strip()


@given(projections, queries)
def test_a_highlight_is_a_piece_of_the_original(thing, query):
    found = highlight(thing, query)
    text = thing.reports[found.text.report].text
    assert text[found.text.start :].startswith(found.text.text)
    for fragment in (found.title, found.text):
        ends = [0, *(place for span in fragment.spans for place in span), len(fragment.text)]
        assert ends == sorted(ends)


free = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
anything = st.recursive(
    st.one_of(
        leaves,
        st.builds(Value, st.sampled_from([one.name for one in FIELDS.values() if one.kind is FieldKind.KEYWORD]), free),
        st.builds(Phrase, st.sampled_from((None, "title")), free.map(lambda text: f"a{text}")),
        ranges("severity", st.none() | st.floats(allow_nan=False, allow_infinity=False)),
    ),
    joined,
    max_leaves=10,
)


@given(anything)
def test_what_is_written_is_read_back_as_the_same_query(query):
    assert parse(write(query)) == query


@given(
    st.text(st.characters(), max_size=80)
    | st.text('ab ()"[]{}:*~3-<>=\\/ANDORNOT title:"a b"~2 material:*severity:published:2026-07-03', max_size=60)
)
def test_any_text_is_a_query_or_an_error_with_a_place_in_it(text):
    query, error = answer_to(text)
    if error is None:
        assert parse(write(query)) == query
    else:
        assert 0 <= error.position <= len(text)


def answer_to(text):
    try:
        return parse(text), None
    except InvalidInput as error:
        return None, error
