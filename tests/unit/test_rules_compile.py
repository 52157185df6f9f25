import pytest

from schemas.projection import Kind
from schemas.rule import Rule
from schemas.signal import Place, Role
from streams.query.document import document_of
from streams.query.parse import parse
from streams.rules.compile import MAX_REASONS, RuleSet, keys_of
from streams.stage import Reference
from streams.stages.match import match
from tests.builders import NOON, a_judgement, a_projection, all_except, only_for


def a_rule(query, number=1, *, party="US"):
    return Rule(id=f"r{number}", party=party, version=number, created_at=NOON, title=f"rule {number}", query=query)


def a_set(*queries):
    return RuleSet(tuple(a_rule(query, number) for number, query in enumerate(queries, start=1)))


def matching(thing, *queries):
    return [rule.query for rule, _ in a_set(*queries).matching(document_of(thing))]


# A query -> what a document must hold one of before the query is asked at all.
@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("*", None),
        ("severity:>50", None),
        ("-gallium", None),
        ("material:Gallium", {("material", "gallium")}),
        ("material:gallium severity:>50", {("material", "gallium")}),
        ("material:gallium end-use", {("material", "gallium")}),  # a field's values are fewer than a text's words
        ("material:(gallium OR tin)", {("material", "gallium"), ("material", "tin")}),
        ("material:gallium OR severity:>50", None),
        ("material:gallium -actor:CN", {("material", "gallium")}),
        ("actor:(CN OR US) material:tin", {("material", "tin")}),
        ("氧化镓", {("", "氧")}),
    ],
)
def test_keys_are_what_the_query_cannot_do_without(query, keys):
    assert keys_of(parse(query)) == (None if keys is None else frozenset(keys))


def test_rules_come_in_their_own_order_each_once():
    queries = ("gallium", "*", "material:gallium", "germanium", "material:gallium OR gallium", "severity:>10")
    assert matching(a_projection(), *queries) == [
        "gallium",
        "*",
        "material:gallium",
        "material:gallium OR gallium",
        "severity:>10",
    ]


def test_reasons_hold_the_clause_and_the_words_once():
    thing = a_projection(title="Gallium and gallium", text="GALLIUM")
    ((_, reasons),) = a_set("gallium material:gallium").matching(document_of(thing))
    assert [(reason.clause, reason.text) for reason in reasons] == [
        ("gallium", "Gallium"),
        ("gallium", "gallium"),
        ("gallium", "GALLIUM"),
        ("material:gallium", ""),
    ]


def test_reasons_are_bounded():
    words = [f"word{number}" for number in range(60)]
    thing = a_projection(text=" ".join(words))
    ((_, reasons),) = a_set(" ".join(words)).matching(document_of(thing))
    assert len(reasons) == MAX_REASONS


def test_an_empty_set_is_false_and_matches_nothing():
    assert not RuleSet()
    assert matching(a_projection()) == []


def hits(thing, *rules):
    return list(match(thing, Reference(knowledge=None, rules=RuleSet(rules))))


@pytest.mark.parametrize(
    ("kind", "query"),
    [(Kind.EVENT, "gallium"), (Kind.MEASURE, "gallium kind:measure"), (Kind.MEASURE, "-status:expired")],
)
def test_events_and_measures_are_matched(kind, query):
    (hit,) = hits(a_projection(kind=kind, origin_id="first", backfill=True, version=7), a_rule(query))
    assert (hit.thing_kind, hit.thing_id, hit.version, hit.silent) == (kind, "first", 7, True)


def test_a_rule_that_names_no_kind_and_no_status_rings_once_for_an_announcement():
    assert hits(a_projection(kind=Kind.MEASURE), a_rule("gallium OR expires:<30d")) == []


def test_a_signal_is_matched_by_nothing():
    assert hits(a_projection(kind=Kind.SIGNAL), a_rule("*")) == []


# Who may see the thing -> whose rules ring.
@pytest.mark.parametrize(
    ("audience", "rung"), [(only_for("EU"), ["EU"]), (all_except("EU"), ["US"]), (only_for("JP"), [])]
)
def test_a_rule_rings_for_what_its_party_may_see_alone(audience, rung):
    thing = a_projection(kind=Kind.EVENT, audience=audience)
    parties = {"r1": "US", "r2": "EU"}
    found = hits(thing, a_rule("*", 1, party="US"), a_rule("*", 2, party="EU"))
    assert [parties[hit.rule_id] for hit in found] == rung


def test_values_are_compared_folded():
    thing = a_projection(judgement=a_judgement(materials=("Erz",), places=(Place(code="CN", role=Role.ACTOR),)))
    assert matching(thing, "material:ERZ actor:cn") == ["material:ERZ actor:cn"]
