from streams.query.highlight import FRAGMENT_LETTERS, highlight
from streams.query.parse import parse
from tests.builders import a_projection, a_report


def marked(fragment):
    return [fragment.text[start:end] for start, end in fragment.spans]


def test_the_title_comes_whole_with_its_words():
    found = highlight(a_projection(), parse('exports OR "gallium export" OR tin')).title
    assert (found.text, marked(found)) == ("China restricts gallium exports", ["gallium exports"])


def test_the_fragment_is_the_piece_that_answers_most_of_the_query():
    text = f"Gallium. {'x ' * 400}A licence for gallium, {'y ' * 400}"
    found = highlight(a_projection(title="", text=text), parse("gallium licences")).text
    assert marked(found) == ["licence", "gallium"]
    assert len(found.text) <= FRAGMENT_LETTERS
    assert text[found.start :].startswith(found.text)


def test_the_report_that_answers_best_is_shown():
    reports = (a_report("a", text="tin"), a_report("b", text="tin and zinc"))
    found = highlight(a_projection("e", reports=reports), parse("tin OR zinc")).text
    assert (found.report, marked(found)) == (1, ["tin", "zinc"])


def test_without_words_the_leading_text_is_shown_from_its_beginning():
    found = highlight(a_projection(text="word " * 100), parse("actor:CN -tin")).text
    assert (found.start, found.spans) == (0, ())
    assert found.text.endswith("word")


def test_a_query_that_does_not_match_marks_nothing():
    assert highlight(a_projection(), parse("gallium AND tin")).title.spans == ()


def test_a_thing_without_reports_has_an_empty_fragment():
    assert highlight(a_projection("e", reports=(), title="an event"), parse("event")).text.text == ""
