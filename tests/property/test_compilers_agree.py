"""The index and the predicate say the same of every thing and every question, in seven languages."""

import pytest

from schemas.projection import Kind
from schemas.query import Search
from services.adapters.tantivy_index import TantivyIndex
from streams.query.document import document_of
from streams.query.parse import parse
from streams.query.predicate import compile_predicate
from streams.query.relative import resolved
from streams.query.times import instant_ms
from streams.query.write import write
from tests.random_questions import ASKED_AT, QUESTIONS, SENTENCES, THINGS, questions, things

SEEDS = range(16)
MANY_SEEDS = range(16, 400)


def agree(folder, seed):
    """Ask both about each thing; return in how many pairs the thing was found."""
    held = things(seed)
    documents = {one.id: document_of(one) for one in held}
    index, found = TantivyIndex(folder), 0
    index.put(held, {0: 1})
    for query in questions(seed):
        matches = compile_predicate(query)
        expected = {name for name, document in documents.items() if matches(document) is not None}
        asked = resolved(query, instant_ms(ASKED_AT))
        page = index.search(asked, Search(kind=Kind.EVENT, limit=THINGS), party="US")
        assert {item.id for item in page.items} == expected, write(query)
        assert page.total == len(expected)
        found += len(expected)
    index.close()
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_index_and_predicate_agree(tmp_path, seed):
    found = agree(tmp_path, seed)
    assert 0.1 < found / (THINGS * QUESTIONS) < 0.9, "questions that find nothing or everything prove little"


def test_more_than_a_hundred_thousand_pairs_are_asked_in_seven_languages():
    assert len(SEEDS) * THINGS * QUESTIONS > 100_000
    told = {report.language for seed in SEEDS for thing in things(seed) for report in thing.reports}
    assert told >= set(SENTENCES)


@pytest.mark.long
@pytest.mark.parametrize("seed", MANY_SEEDS)
def test_index_and_predicate_agree_about_many_more(tmp_path, seed):
    agree(tmp_path, seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_question_can_be_written_and_read_back(seed):
    for query in questions(seed):
        assert parse(write(query)) == query
