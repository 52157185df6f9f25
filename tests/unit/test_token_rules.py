"""Each rule of the analyser, as a reader meets it: what a question finds, by the index and by the predicate alike."""

import pytest

from schemas.projection import Kind
from schemas.query import Search
from services.adapters.tantivy_index import TantivyIndex
from streams.query.document import document_of
from streams.query.parse import parse
from streams.query.predicate import compile_predicate
from tests.builders import a_projection, a_report

WIDE = "".join(chr(ord(letter) + 0xFEE0) for letter in "GALLIUM")
"""Letters as wide as Chinese characters."""

# Each case: the rule, the text's language, the text, a question, and the words found in the original (null: it is not found).
RULES = (
    # 1. The original is cut, then each word normalised: what is found is shown as it was written.
    ("original", "en", f"{WIDE} ban", "gallium", [WIDE]),
    ("original", "de", "die Straße", "STRASSE", ["Straße"]),
    ("original", "en", "the ﬁne print", "fine", ["ﬁne"]),
    ("original", "ja", "ﾀﾝｸﾞｽﾃﾝの輸出", "タングステン", ["ﾀﾝｸﾞｽﾃﾝ"]),
    # 2. Stems of the text's language come before marks go; marks go from Latin and Greek alone.
    ("marks", "fr", "l'usine minière", "miniere", ["minière"]),
    ("marks", "fr", "exportées", "exportée", ["exportées"]),
    ("marks", "el", "εξαγωγές", "εξαγωγες", ["εξαγωγές"]),
    ("marks", "ja", "ガリウム", "カリウム", None),  # gallium is not potassium
    ("marks", "ru", "йод", "иод", None),
    # 3. A word is its surface or its stem in some language; a phrase is whole in one of them; the rest works on surfaces.
    ("stems", "en", "export licences were suspended", "suspension licence", None),
    ("stems", "en", "export licences were suspended", "suspending licence", ["suspended", "licences"]),
    ("stems", "ru", "экспорт галлия", "галлий", ["галлия"]),
    ("stems", "und", "licences", "licence", None),  # a text of no language has no stems
    ("stems", "fr", "terres rares", '"terre rare"', ["terres rares"]),
    ("stems", "en", "export licences", '"exports licence"', ["export licences"]),
    ("stems", "en", "export licences", '="exports licence"', None),
    ("stems", "en", "export licences", '"exports licences"~2', None),
    ("stems", "en", "licensing", "licen*", ["licensing"]),
    ("stems", "en", "licensing", "licenc*", None),
    # 4. Chinese, Japanese and Korean: one word a character, neighbours are a phrase; scripts part.
    ("characters", "zh", "实施出口管制", "出口管制", ["出口管制"]),
    ("characters", "zh", "实施出口管制", "口出", None),
    ("characters", "ko", "갈륨 수출통제", "수출", ["수출"]),
    ("characters", "zh", "对Ga2O3实施管制", "ga2o3", ["Ga2O3"]),
    ("characters", "zh", "2025年第61号", "第61号", ["第61号"]),
    # 5. Everything else parts words; possessives and elisions go.
    ("punctuation", "en", "notice 61/2025", "61/2025", ["61/2025"]),
    ("punctuation", "en", "notice 61-2025", "61/2025", ["61-2025"]),
    ("punctuation", "en", "heading 2805.30.90", "2805.30", ["2805.30"]),
    ("punctuation", "en", "rare-earth magnets", '"rare earth"', ["rare-earth"]),
    ("punctuation", "en", "China's ban", '"china ban"', ["China's ban"]),
    ("punctuation", "fr", "l'exportation", "exportation", ["exportation"]),
    ("punctuation", "it", "dell\u2019industria", "industria", ["industria"]),
    # 6. A word has at most 64 letters; nearness is in order and its gaps are counted together.
    ("bounds", "en", "x" * 64 + "y", "x" * 64, ["x" * 64]),
    ("bounds", "en", "gallium exports of China", '"gallium china"~2', ["gallium exports of China"]),
    ("bounds", "en", "gallium exports of China", '"gallium china"~1', None),
    ("bounds", "en", "gallium exports of China", '"china gallium"~9', None),
    ("bounds", "en", "a b q c q d", '"a b c d"~2', ["a b q c q d"]),
    ("bounds", "en", "a b q c q d", '"a b c d"~1', None),
    ("bounds", "en", "a a b", '"a b"~0', ["a b"]),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    index = TantivyIndex(tmp_path_factory.mktemp("index"))
    things = [
        a_projection(str(at), id=str(at), title="", text=text, language=language)
        for at, (_, language, text, *_) in enumerate(RULES)
    ]
    index.put(things, {0: 1})
    yield index
    index.close()


@pytest.mark.parametrize("at", range(len(RULES)), ids=[f"{rule}-{query[:20]}" for rule, _, _, query, _ in RULES])
def test_a_rule_of_tokens(index, at):
    _, language, text, query, expected = RULES[at]
    thing = a_projection(str(at), id=str(at), title="", text=text, language=language)
    spans = compile_predicate(parse(query))(document_of(thing))
    assert (None if spans is None else [text[span.start : span.end] for span in spans]) == expected
    page = index.search(parse(f"id:{at} ({query})"), Search(kind=Kind.SIGNAL), party="US")
    assert page.total == (expected is not None)


# A title and two reports: nothing that is asked as a row or as near reaches from one into the next.
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('"one two"', False),
        ('"two three"', False),
        ('"one two"~16', False),
        ('"two three"~16', False),
        ("one three", True),
    ],
)
def test_parts_stay_apart(tmp_path, query, found):
    reports = (a_report("a", title="one", text="two"), a_report("b", title="", text="three"))
    thing = a_projection("e", reports=reports)
    index = TantivyIndex(tmp_path)
    index.put([thing], {0: 1})
    assert (compile_predicate(parse(query))(document_of(thing)) is not None) == found
    assert index.search(parse(query), Search(kind=Kind.SIGNAL), party="US").total == found
    index.close()
