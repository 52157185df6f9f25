"""What is learned from corrections: kept only where it beats the rules, the same of the same data, and explained."""

import random
from datetime import UTC, datetime

import orjson
import pytest

from schemas.decision import Override
from schemas.ledger import Tick
from schemas.signal import EventClass, Labels
from schemas.topics import LEDGER
from services.adapters.learned_classifier import LearnedClassifier
from services.adapters.maxent import fit
from services.folder import Folder
from services.learning.command import learn_from, lines
from services.learning.examples import Example, corrections, labelled
from services.learning.features import features
from services.learning.model import LearnedModel, Weights, encoded
from services.learning.train import chance, learn
from services.settings import Settings
from services.wiring import classifier_of, open_node
from streams.errors import ConfigError, InvalidInput
from streams.rules.compile import RuleSet
from streams.stage import Reference
from streams.stages.enrich import enrich
from streams.stages.rule_classifier import RULES
from streams.stages.understand import understand
from tests.builders import NOON, a_raw, a_signal, an_hour_later
from tests.fakes import MemoryLog
from tests.reading import KNOWLEDGE, a_normalised

QUOTA, TAX = EventClass.EXPORT_QUOTA, EventClass.EXPORT_TAX
RULED = "are under an export quota of the ministry in Beijing"
"""What the rules know to be a quota."""

NOW = datetime(2026, 7, 3, tzinfo=UTC)


def told(number, words, primary, *, relevant=None):
    """A report in words that no rule knows."""
    report = a_normalised(f"Quorls of gallium {words}", f"It was said at the harbour of pier {number} on day {number}.")
    return Example(f"thing {number}", report, primary, (primary,) if primary else (), relevant)


def lessons(count=60):
    """Grived quorls are quotas and blenned ones are taxes, as everybody knows but the rules."""
    return [told(n, "were grived", QUOTA) if n % 2 else told(n, "were blenned", TAX) for n in range(count)]


@pytest.fixture(scope="module")
def model():
    return learn(lessons(), KNOWLEDGE, fit)[0]


def judged(model, title):
    enriched = enrich(a_normalised(title), KNOWLEDGE)
    return LearnedClassifier(model).classify(enriched, KNOWLEDGE), RULES.classify(enriched, KNOWLEDGE)


def test_what_rules_cannot_know_is_learned_and_kept(model):
    _, (primary, relevant) = learn(lessons(), KNOWLEDGE, fit)
    assert (primary.decision, primary.learned, primary.beats) == ("primary", 1.0, True)
    assert primary.mended == round(60 * (1 - primary.rules))
    assert (relevant.examples, relevant.beats) == (0, False)
    assert model.relevant is None


def test_the_same_data_in_any_order_give_the_same_bytes(model):
    shuffled = lessons()
    random.Random(7).shuffle(shuffled)
    assert encoded(learn(shuffled, KNOWLEDGE, fit)[0]) == encoded(model)


# What is given to learn from, and why nothing of it is kept.
@pytest.mark.parametrize(
    "examples",
    [
        pytest.param(lessons(40), id="too few"),
        pytest.param([told(n, "were grived", QUOTA) for n in range(60)], id="one label, so it would say it of all"),
        pytest.param(
            [told(n, f"rest {n}", None, relevant=n % 20 > 0) for n in range(60)], id="hardly any of the other"
        ),
        pytest.param([told(n, RULED, QUOTA if n % 2 else TAX) for n in range(60)], id="nothing to tell them by"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_does_not_beat_the_rules_is_not_kept(examples):
    model, compared = learn(examples, KNOWLEDGE, fit)
    assert [one.beats for one in compared] == [False, False]
    assert model == LearnedModel()


def test_reports_of_one_thing_are_never_told_apart_by_having_seen_it():
    """Each thing has its own word, said twice: whoever holds back one of the two learns the answer by heart."""
    twice = [told(n // 2, f"{RULED} {chr(97 + n // 2 % 26)}{n // 2}q", (QUOTA, TAX)[n // 2 % 2]) for n in range(120)]
    compared = learn(twice, KNOWLEDGE, fit)[1][0]
    assert (compared.rules, compared.beats) == (0.5, False)


def test_a_learned_label_replaces_that_of_the_rules_and_names_the_words(model):
    learned, rules = judged(model, "All the quorls were grived")
    assert rules.judgement.event_classes[0] is not QUOTA
    assert learned.judgement.event_classes[0] is QUOTA
    assert learned.judgement.ladder == "quota"
    assert learned.judged_by == f"{rules.judged_by}+learned/{model.version}"
    quotes = [one for one in learned.judgement.evidence if (one.field, one.value) == ("class", "export_quota")]
    assert "grived" in {quote.text for quote in quotes}
    assert all(
        quote.text == getattr(learned, quote.part)[quote.start : quote.end] for quote in learned.judgement.evidence
    )
    untouched = {"event_classes", "ladder", "evidence", "confidence", "measures"}
    assert learned.judgement.model_dump(exclude=untouched) == rules.judgement.model_dump(exclude=untouched)


def test_a_label_that_rules_and_learned_agree_on_keeps_the_words_of_the_rules(model):
    learned, rules = judged(model, "China sets an export quota on gallium and all quorls were grived")
    assert rules.judgement.event_classes[0] is QUOTA
    assert learned.judgement == rules.judgement


def test_a_feature_without_words_is_named_with_its_weight():
    weights = Weights(labels=("False", "True"), features={"rules relevant True": {"False": 3.0}})
    learned, rules = judged(LearnedModel(relevant=weights), "China bans gallium exports to Japan")
    assert (rules.judgement.relevant, learned.judgement.relevant) == (True, False)
    told_by = [one.value for one in learned.judgement.evidence if one.field == "learned.relevant"]
    assert told_by[0] == "false: rules relevant True +3.00"


def test_features_stand_where_they_say():
    enriched = enrich(a_normalised("China bans gallium exports to Japan", "Exports of gallium stop."), KNOWLEDGE)
    found = features(enriched, RULES.classify(enriched, KNOWLEDGE).judgement, KNOWLEDGE)
    assert found["title word en:ban"].quote("class", "x").text == "bans"
    assert found["text pair en:export en:of"].quote("class", "x").text == "Exports of"
    assert found["rules first export_ban"].quote("class", "x") is None
    assert all(0 < feature.value <= 1 for feature in found.values())


# Answers mended and broken -> how likely so many mended are by chance.
@pytest.mark.parametrize(
    ("mended", "broken", "likely"), [(5, 0, 1 / 32), (4, 0, 1 / 16), (0, 0, 1), (0, 3, 1), (1, 1, 0.75)]
)
def test_the_sign_test_counts_the_answers_that_differ(mended, broken, likely):
    assert chance(mended, broken) == likely


def test_corrections_are_the_last_words_on_the_last_wording():
    log = MemoryLog()
    log.tell(LEDGER, a_signal("a"), a_signal("b"), a_signal("c"), Tick(at=NOON))
    for native_id, labels in (
        ("a", Labels(event_classes=(TAX,))),
        ("b", Labels(relevant=False)),
        ("c", Labels(materials=("tin",))),  # nothing of what is learned
        ("a", Labels(event_classes=(QUOTA, TAX), relevant=True)),
        ("b", Labels()),  # taken back
        ("x", Labels(relevant=True)),  # of no signal
    ):
        log.tell(LEDGER, a_decision(native_id, labels))
    log.tell(LEDGER, a_signal("a", title="Reworded"))
    (one,) = corrections(log)
    assert (one.report.title, one.primary, one.accepted, one.relevant) == ("Reworded", QUOTA, (QUOTA,), True)


def a_decision(native_id, labels):
    facts = {"reason": "r", "party": "EU", "by": "eva", "at": an_hour_later()}
    return Override(signal_id=a_signal(native_id).id, labels=labels, **facts)


def test_labelled_files_hold_signals_or_name_reports_of_the_history_pack(tmp_path):
    file = tmp_path / "labels.jsonl"
    signal = {"id": "r1", "title": "Quorls were grived", "labels": {"event": "E", "primary": "export_quota"}}
    named = {"id": "E001", "primary": "export_quota", "accept": ["export_tax"]}
    file.write_bytes(b"\n".join(map(orjson.dumps, (signal, named))))
    first, second = labelled(file, now=NOW)
    assert (first.group, first.report.title, first.primary, first.relevant) == ("E", "Quorls were grived", QUOTA, None)
    assert (second.group, second.accepted) == ("E001", (QUOTA, TAX))
    assert "rare earth" in second.report.title


# A line that is no example -> what is said of it.
@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 1"),
        ('{"id": "none", "primary": "export_ban"}', "no report 'none'"),
        ('{"id": "E001", "primary": "ban"}', "primary"),
        ('{"id": "x", "labels": {}}', "text"),
    ],
)
def test_a_line_that_is_no_example_is_named(tmp_path, line, why):
    file = tmp_path / "labels.jsonl"
    file.write_text(line)
    with pytest.raises(InvalidInput, match=why):
        list(labelled(file, now=NOW))


def test_the_command_writes_a_model_that_beats_the_rules_and_a_server_judges_by_it(tmp_path):
    file = tmp_path / "labels.jsonl"
    rows = [
        {"id": example.group, "title": example.report.title, "text": example.report.text,
         "labels": {"event": example.group, "primary": example.primary}}
        for example in lessons()
    ]  # fmt: skip
    file.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    answer = learn_from(Settings(data_dir=tmp_path), [file], now=NOW)
    path = Folder(tmp_path).classifier
    assert (answer.written, answer.corrections, answer.labelled) == (str(path), 0, 60)
    assert "TOCSIN_CLASSIFIER=learned" in list(lines(answer))[-1]
    classifier = classifier_of(Settings(data_dir=tmp_path, classifier="learned"))
    (signal,) = understand(a_raw(text="Quorls were grived"), Reference(KNOWLEDGE, RuleSet(), classifier))
    assert f"+{classifier.version}" in signal.judged_by


def test_the_command_writes_nothing_that_does_not_beat_the_rules_and_says_by_how_much(tmp_path):
    file = tmp_path / "labels.jsonl"
    file.write_text('{"id": "E001", "primary": "export_quota"}')
    answer = learn_from(Settings(data_dir=tmp_path / "none"), [file], now=NOW)
    assert answer.written is None
    assert not (tmp_path / "none").exists()
    *compared, why = lines(answer)
    assert "rules 100.0%" in compared[1]
    assert "2% more" in why


def test_rules_judge_unless_told_otherwise(tmp_path):
    assert classifier_of(Settings(data_dir=tmp_path)) is RULES


# What lies where the model should -> nothing starts by it.
@pytest.mark.parametrize(
    "body",
    [
        None,
        b"{",
        b'{"more": 1}',
        b'{"primary": {"labels": ["export_baan"], "features": {}}}',
        b'{"primary": {"labels": ["export_ban"], "features": {"word en:ban": {"export_tax": 1.0}}}}',
        b'{"primary": {"labels": [], "features": {}}}',
    ],
)
def test_a_server_that_is_to_judge_by_what_was_not_learned_refuses_to_start(tmp_path, body):
    if body is not None:
        Folder(tmp_path).classifier.write_bytes(body)
    with pytest.raises(ConfigError, match=r"tocsin learn.*TOCSIN_CLASSIFIER=rules"):
        open_node(Settings(data_dir=tmp_path, classifier="learned"))


def test_a_folder_that_could_not_be_opened_so_is_opened_with_the_rules(tmp_path):
    with pytest.raises(ConfigError):
        open_node(Settings(data_dir=tmp_path, classifier="learned"))
    open_node(Settings(data_dir=tmp_path)).close()
