# ruff: noqa: RUF001 - letters that fold in odd ways are the subject
from hypothesis import given
from hypothesis import strategies as st

from streams.text.analyse import LANGUAGES, alternatives, analyse

ANY_TEXT = st.text(st.characters(), max_size=200)  # lone surrogates and NUL included
WRITTEN = st.text("aÉßſİǰ'’s l'd n't 61/-_ 氧镓ガｶﾞ한각\u0301\u3099ﷺ½Йяא\u0627ω\u200b\ud800\x00", max_size=60)
LANGUAGE = st.sampled_from([*LANGUAGES, "und", "zh", "", "xx-Latn"])


@given(ANY_TEXT | WRITTEN, LANGUAGE)
def test_every_text_has_tokens_of_one_shape(text, language):
    tokens = analyse(text, language)
    assert len(tokens.x) == len(tokens.s) == len(tokens.spans) // 2
    for surface, stem in zip(tokens.x, tokens.s, strict=True):
        assert 0 < len(surface) <= 64
        assert surface.split() == [surface]  # engines split tokens at white space
        assert ":" not in surface
        assert stem.split() == [stem]
        assert stem.partition(":")[2]
        surface.encode()


@given(ANY_TEXT | WRITTEN, LANGUAGE)
def test_spans_are_in_order_do_not_overlap_and_hold_the_word(text, language):
    tokens = analyse(text, language)
    before = 0
    for index, surface in enumerate(tokens.x):
        start, end = tokens.span(index)
        assert before <= start < end <= len(text)
        assert surface in analyse(text[start:end], language).x
        before = end


@given(ANY_TEXT | WRITTEN, LANGUAGE, LANGUAGE)
def test_surfaces_and_places_do_not_depend_on_the_language(text, one, other):
    assert analyse(text, one).x == analyse(text, other).x
    assert analyse(text, one).spans == analyse(text, other).spans


@given(WRITTEN, LANGUAGE)
def test_a_text_is_among_the_alternatives_of_itself(text, language):
    tokens, wanted = analyse(text, language), alternatives(text)
    assert tokens.x == wanted.x
    assert language not in LANGUAGES or not wanted.s or tokens.s in wanted.s


@given(
    st.text(st.characters(max_codepoint=127), max_size=200)
    | st.text("als'9_-x d", max_size=40)
    | st.text("l'as", min_size=60, max_size=140)
)
def test_plain_letters_are_cut_as_they_are_beside_others(text):
    beside = analyse(f"{text} \u00e9", "en")  # one letter that is none of ASCII takes the long way
    plain = analyse(text, "en")
    assert (plain.x, plain.s) == (beside.x[:-1], beside.s[:-1])
