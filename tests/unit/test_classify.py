"""What happened, as judged from the words."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from schemas.signal import Direction, EventClass, Maturity, Role
from streams.stages.classify import CLASSIFIER_VERSION, classify
from tests.reading import KNOWLEDGE, judged, read

ROOT = Path(__file__).parents[2]
STOP = "The ministry said it would stop issuing export licences for tungsten powder."
PAUSE = (
    "China's Ministry of Commerce suspended its rules on 7 November 2025. MOFCOM Announcement No. 70 of 2025 pauses "
    "Announcements No. 61 and No. 62 of 2025 from 7 November 2025 until 10 November 2026."
)


@pytest.mark.parametrize(
    ("title", "text", "primary", "direction"),
    [
        ("China places gallium exports under licence", "", EventClass.EXPORT_LICENSING, Direction.TIGHTENING),
        ("Germanium licence rules tightened by China", "", EventClass.EXPORT_LICENSING, Direction.TIGHTENING),
        ("DR Congo extends cobalt export suspension", "", EventClass.EXPORT_SUSPENSION, Direction.TIGHTENING),
        ("DR Congo lifts suspension of cobalt exports", "", EventClass.EXPORT_SUSPENSION, Direction.EASING),
        ("China lifts ban on rare earth exports to Japan", "", EventClass.EXPORT_BAN, Direction.EASING),
        ("Export ban on gallium was lifted by Beijing", "", EventClass.EXPORT_BAN, Direction.EASING),
        ("China cuts tungsten export quota", "", EventClass.EXPORT_QUOTA, Direction.TIGHTENING),
        ("China raises tungsten export quota", "", EventClass.EXPORT_QUOTA, Direction.EASING),
        ("Strike halts copper mine in Chile", "", EventClass.STRIKE, Direction.TIGHTENING),
        ("Smelter declares force majeure on zinc", "", EventClass.FORCE_MAJEURE, Direction.TIGHTENING),
        ("Zambia revokes cobalt mining licence", "", EventClass.PERMIT_REVOCATION, Direction.TIGHTENING),
        ("US imposes tariffs on aluminium from Canada", "", EventClass.IMPORT_RESTRICTION, Direction.TIGHTENING),
        ("商务部决定对镓实施出口管制", "", EventClass.EXPORT_LICENSING, Direction.TIGHTENING),
    ],
)
def test_class_and_direction(title, text, primary, direction):
    found = judged(title, text)
    assert (found.event_classes[0], found.direction) == (primary, direction)
    assert found.relevant


def test_to_stop_issuing_licences_tightens():
    found = judged("China suspends export licences for tungsten powder", STOP)
    assert found.direction is Direction.TIGHTENING
    assert found.materials == ("tungsten",)


def test_a_swimming_pool_is_no_matter_of_minerals():
    found = judged("City council opens new swimming pool", "The mayor took the lead in a gold medal race.")
    assert found.materials == ()
    assert not found.relevant


def test_a_suspended_measure_keeps_its_class():
    found = judged("China suspends October export controls on rare earths", PAUSE)
    assert found.event_classes[0] is EventClass.EXPORT_LICENSING
    assert (found.direction, found.maturity) == (Direction.EASING, Maturity.SUSPENDED)


def test_the_anchor_is_the_act_announced_and_not_those_it_suspends():
    found = judged("China suspends October export controls on rare earths", PAUSE)
    assert found.anchor == "CN-MOFCOM-2025-70"
    (claim,) = found.measures
    assert claim.relation is not None
    assert (claim.relation.kind, claim.relation.of) == ("suspends", ("CN-MOFCOM-2025-61", "CN-MOFCOM-2025-62"))
    assert (claim.effective_from, claim.effective_to) == (date(2025, 11, 7), date(2026, 11, 10))


def test_a_report_of_several_new_acts_has_no_anchor():
    found = judged(
        "China widens controls on rare earths", "MOFCOM Announcements No. 55 and No. 56 of 2025 add licences."
    )
    assert found.anchor is None
    assert len(found.measures) == 2


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("China bans gallium exports to Japan", {"CN": Role.ACTOR, "JP": Role.TARGET}),
        ("Gallium exports stopped by China", {"CN": Role.ACTOR}),
        ("US imposes tariffs on aluminium from Canada", {"US": Role.ACTOR, "CA": Role.TARGET}),
        ("China and the European Union agree on licences", {"CN": Role.ACTOR, "EU": Role.ACTOR}),
        ("MOFCOM restricts graphite exports", {"CN": Role.ACTOR}),
    ],
)
def test_places_have_roles(title, roles):
    assert {place.code: place.role for place in judged(title).places} == roles


@pytest.mark.parametrize(
    ("title", "asserted"),
    [
        ("China bans gallium exports", True),
        ("China considers ban on gallium exports", False),
        ("China denies plan to ban gallium exports", False),
        ("China to ban gallium exports, sources say", False),
    ],
)
def test_what_is_denied_or_rumoured_is_not_asserted(title, asserted):
    assert judged(title).asserted is asserted


def test_an_element_brings_its_group():
    assert judged("China controls dysprosium exports").materials == ("dysprosium", "ree-heavy")


def test_evidence_points_at_its_words():
    enriched = read("China suspends October export controls on rare earths", PAUSE)
    found = classify(enriched, KNOWLEDGE).judgement
    parts = {part.name: part.text for part in enriched.parts}
    assert {item.field for item in found.evidence} >= {"class", "direction", "material", "actor", "ref"}
    assert all(parts[item.part][item.start : item.end] == item.text != "" for item in found.evidence)


def test_evidence_names_the_rule_of_a_class():
    quotes = [item for item in judged("China bans gallium exports").evidence if item.field == "class"]
    assert {(item.value, item.rule) for item in quotes} == {("export_ban", "export+ban")}


@pytest.mark.parametrize(
    ("title", "field", "value", "words"),
    [
        ("China denies a ban on gallium exports", "assertion", "denied", "denies"),
        ("China weighs a ban on gallium exports", "maturity", "draft", "weighs"),
        ("China suspends its ban on gallium exports", "maturity", "suspended", "suspends its ban on"),
        ("China bans gallium exports, effective immediately", "maturity", "in_force", "effective immediately"),
    ],
)
def test_evidence_shows_the_words_of_maturity_and_assertion(title, field, value, words):
    assert (field, value, words) in {(item.field, item.value, item.text) for item in judged(title).evidence}


def test_the_signal_names_who_judged():
    signal = classify(read("China bans gallium exports"), KNOWLEDGE)
    assert signal.judged_by == f"classify/{CLASSIFIER_VERSION}+{KNOWLEDGE.version}"


def lines(path):
    return [json.loads(line) for line in (ROOT / path).read_text("utf-8").splitlines()]


def share(rows, agrees):
    return sum(agrees(label, found) for label, found in rows) / len(rows)


def test_the_history_pack_is_mostly_understood():
    labels = {row["id"]: row for row in lines("tests/data/history_labels.jsonl")}
    rows = [
        (labels[row["id"]], judged(row["title"], row["text"], published_at=datetime.fromisoformat(row["published_at"])))
        for row in lines("services/history/pack.jsonl")
        if row["language"] == "en"
    ]
    figures = {
        "primary class": share(rows, lambda label, found: label["primary"] == found.event_classes[0]),
        "materials": share(rows, lambda label, found: set(label["materials"]) == set(found.materials)),
        "actor": share(rows, lambda label, found: set(label["actor"]) == set(found.codes(Role.ACTOR))),
        "direction": share(rows, lambda label, found: label["direction"] == found.direction),
        "maturity": share(rows, lambda label, found: label["maturity"] == found.maturity),
        "references": share(rows, lambda label, found: set(label["refs"]) == set(found.refs)),
        "relevant": share(rows, lambda _, found: found.relevant),
    }
    print({name: round(value, 2) for name, value in figures.items()})
    assert figures["primary class"] >= 0.95
    assert figures["direction"] >= 0.90
    assert figures["references"] >= 0.95
    assert figures["materials"] >= 0.85
    assert figures["actor"] >= 0.85
