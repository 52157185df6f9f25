from hypothesis import given
from hypothesis import strategies as st

from schemas.rule import Rule
from streams.query.document import document_of
from streams.query.parse import parse
from streams.query.predicate import compile_predicate
from streams.query.write import write
from streams.rules.compile import RuleSet, keys_of
from tests.builders import NOON
from tests.property.test_query_properties import projections, queries


def a_rule(number, query):
    return Rule(id=str(number), party="US", version=number, created_at=NOON, title="t", query=write(query))


@given(st.lists(queries, max_size=8), st.lists(projections, min_size=1, max_size=3))
def test_a_set_of_rules_says_what_each_rule_says_alone(asked, things):
    rules = RuleSet(tuple(a_rule(number, query) for number, query in enumerate(asked)))
    for thing in things:
        document = document_of(thing)
        alone = [rule.id for rule in rules.rules if compile_predicate(parse(rule.query))(document) is not None]
        together = list(rules.matching(document))
        assert [rule.id for rule, _ in together] == alone
        for _, reasons in together:
            assert len(set(reasons)) == len(reasons)


@given(queries, projections)
def test_whoever_matches_holds_one_of_the_keys(query, thing):
    document, keys = document_of(thing), keys_of(query)
    if keys is None or compile_predicate(query)(document) is None:
        return
    held = {(field, value) for field, values in document.folded.items() for value in values}
    held |= {("", word) for part in document.parts for word in part.words}
    assert held & keys
