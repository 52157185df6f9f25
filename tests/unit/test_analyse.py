# ruff: noqa: RUF001 - folding such letters is the subject
import pytest

from streams.text.analyse import LANGUAGES, alternatives, analyse

SURFACES = (
    # Each case: the rule, a text, its surfaces.
    ("words are folded", "Gallium EXPORT Straße", "gallium export strasse"),
    ("compatibility forms are one", "ＧａＬＬｉｕｍ № ﬁnal ①", "gallium final 1"),
    ("marks of Latin go", "Čína décrète l'état São ångström", "cina decrete etat sao angstrom"),
    ("marks of Greek go", "Ελλάδα γάλλιο", "ελλαδα γαλλιο"),
    ("marks of Cyrillic stay", "Йод йод", "йод йод"),
    ("decomposed is composed", "cafe\u0301 и\u0306од", "cafe йод"),
    ("a kana keeps its mark: stripped, gallium would be potassium", "ガリウム", "ガ リ ウ ム"),
    ("halfwidth kana are kana", "ｶﾞﾘｳﾑ", "ガ リ ウ ム"),
    ("decomposed kana are kana", "カ\u3099", "ガ"),
    ("Chinese goes by the character", "氧化镓", "氧 化 镓"),
    ("Korean goes by the character, composed or not", "갈륨 \u1100\u1161\u11af", "갈 륨 갈"),
    ("the script changes", "氧化镓Ga2O3 2025年第61号 Gaя", "氧 化 镓 ga2o3 2025 年 第 61 号 ga я"),
    ("digits belong to either alphabet", "2B001 3C001.d Ga2O3", "2b001 3c001 d ga2o3"),
    ("every other sign splits", "rare-earth 61/2025 export_ban a\u200bb", "rare earth 61 2025 export ban a b"),
    ("codes are rows of digits", "2805.30.90", "2805 30 90"),
    ("the possessive s goes", "China's CHINA’S miners' 's-Hertogenbosch", "china china miners s hertogenbosch"),
    ("an s elsewhere stays", "the s China'sea USA's2", "the s china sea usa s2"),
    ("French elisions go", "l'exportation d’uranium qu'elle jusqu'ici", "exportation uranium elle ici"),
    ("a word with an apostrophe is two", "aujourd'hui O'Brien", "aujourd hui o brien"),
    ("Italian elisions go", "dell'industria all'estero UN'IMPRESA", "industria estero impresa"),
    ("an elision needs a word behind it", "l' 5 d'", "l 5 d"),
    ("what has no letter and no digit is nothing", "--- !? \u0301 \ud800 \x00 \u2028", ""),
    ("a compatibility form never brings a space", "\ufdfa", "صلىاللهعليهوسلم"),
    ("a compatibility form never brings a sign", "½ ⑴", "12 1"),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "text", "surfaces"), SURFACES, ids=[rule for rule, *_ in SURFACES])
def test_a_text_becomes_these_surfaces(rule, text, surfaces):
    assert " ".join(analyse(text, "und").x) == surfaces


STEMS = (
    # Each case: the language, words, their stems. What inflection parts, the stem joins.
    ("en", "licences licensed", ["en:licenc", "en:licens"]),
    ("fr", "minières minière", ["fr:mini", "fr:mini"]),  # the accent tells the stemmer what to cut, and then goes
    ("de", "Häuser", ["de:haus"]),
    ("pl", "licencji licencja", ["pl:licencj", "pl:licencj"]),
    ("ru", "галлия", ["ru:галл"]),
    ("pt-BR", "minas", ["pt:min"]),
    ("ZH", "镓 export", ["und:镓", "und:export"]),  # no stemmer: the surface
    ("", "exports", ["und:exports"]),
    ("en", "镓", ["en:镓"]),
)


@pytest.mark.parametrize(("language", "text", "stems"), STEMS)
def test_a_stem_carries_its_language(language, text, stems):
    assert list(analyse(text, language).s) == stems


def test_spans_point_into_the_text_as_it_was_given():
    text = "«Ｃafe\u0301’s» ｶﾞ½ Straße"
    tokens = analyse(text, "fr")
    assert [text[slice(*tokens.span(index))] for index in range(len(tokens.x))] == ["Ｃafe\u0301", "ｶﾞ", "½", "Straße"]
    assert text[slice(*tokens.span(1, 3))] == "ｶﾞ½ Straße"


def test_a_long_word_is_cut_into_the_bound_and_nothing_is_lost():
    tokens = analyse("x" * 1_000_000, "en")
    assert max(map(len, tokens.x)) == 64
    assert sum(map(len, tokens.x)) == 1_000_000


def test_a_word_that_grows_when_folded_stays_within_the_bound():
    assert len(analyse("\ufdfa" * 64, "ar").x[0]) == 64


def test_a_word_of_marks_beyond_the_bound_is_one_word():
    assert analyse("a" + "\u0301" * 500, "en").x == ("a",)


def test_a_phrase_stands_as_surfaces_or_as_stems_of_one_language():
    found = alternatives("rare earths")
    assert found.x == ("rare", "earths")
    assert ("en:rare", "en:earth") in found.s
    assert len(found.s) == len(set(found.s)) == len(LANGUAGES)


def test_a_phrase_of_characters_has_no_stems():
    assert alternatives("氧化镓").s == ()


def test_a_phrase_of_nothing_is_empty():
    assert alternatives("---").x == ()
