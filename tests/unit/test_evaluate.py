"""How answers are counted, what the keyword tagger sees, and what `tocsin eval` prints."""

import json

import pytest
from typer.testing import CliRunner

from schemas.raw import SignalIn
from schemas.signal import Direction, EventClass, MeasureClaim, Place, Role
from services.cli import app
from services.evaluate.asking import Figure, How, Outcome, all_of, in_role, none_of, one_of, same, starting, together
from services.evaluate.measures import Tally, rows
from services.evaluate.naive import Tagger
from services.evaluate.run import scores
from services.evaluate.sets import find
from services.evaluate.table import lines
from streams.knowledge.load import load
from tests.builders import NOON, a_judgement

TAGGER = Tagger(load())
BAN = {
    "id": "ban",
    "title": "China bans gallium exports to Japan",
    "text": "The Ministry of Commerce in Beijing banned exports of gallium to Japan on 6 January 2026.",
    "published_at": "2026-01-06T00:00:00Z",
    "language": "en",
    "labels": {
        "primary": "export_ban",
        "materials": ["gallium"],
        "actor": ["CN"],
        "target": ["JP"],
        "direction": "easing",
    },
}


def materials(judgement):
    return judgement.materials


def a_file(folder, *rows, name="event_reports"):
    path = folder / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def score_of(path, show=0):
    (score,) = scores(find(path, shape=None), now=NOON, show=show)
    return score


def naive(title):
    return TAGGER.judge(SignalIn(id="1", title=title))


# What is asked of gallium -> whether it is right.
@pytest.mark.parametrize(
    ("ask", "right"),
    [
        (same(["gallium"], materials), True),
        (same([], materials), False),
        (same(["gallium", "zinc"], materials), False),
        (same(["gallium", "zinc"], materials, ignored=["zinc"]), True),
        (same([], materials, ignored=["gallium"]), True),
        (one_of(["zinc", "gallium"], materials), True),
        (one_of(["zinc"], materials), False),
        (one_of(["zinc"], in_role(Role.TARGET)), False),
        (all_of(["gallium"], materials), True),
        (all_of(["gallium", "zinc"], materials), False),
        (none_of(["zinc"], materials), True),
        (none_of(["gallium"], materials), False),
        (starting("gal", materials), True),
        (starting("gallium-", materials), False),
        (
            together([("metal", all_of(["gallium"], materials)), ("actor", same(["US"], in_role(Role.ACTOR)))], of="x"),
            False,
        ),
        (together([("metal", all_of(["gallium"], materials))], of="x"), True),
    ],
)
def test_an_answer_is_right_or_not(ask, right):
    assert ask(a_judgement()).right is right


def test_names_are_counted_one_by_one():
    told = same(["gallium", "zinc", "tin"], materials)(a_judgement(materials=("gallium", "lead")))
    assert (told.hits, told.extra, told.missed) == (1, 1, 2)
    assert (told.expected, told.found) == ("gallium, tin, zinc", "gallium, lead")


def test_what_is_told_of_several_asks_is_what_went_wrong():
    ask = together(
        [("metal", all_of(["gallium"], materials)), ("actor", same(["US"], in_role(Role.ACTOR)))], of="homonym"
    )
    told = ask(a_judgement())
    assert (told.expected, told.found) == ("homonym; actor US", "actor CN")


def test_micro_figures_count_all_names_together():
    tally = Tally()
    for outcome in (Outcome(right=True, hits=3), Outcome(right=False, hits=1, extra=2, missed=1), Outcome(right=True)):
        tally.add(outcome)
    assert (tally.precision(), tally.recall(), tally.share()) == (4 / 6, 4 / 5, 2 / 3)
    assert tally.f1() == pytest.approx(2 * (4 / 6) * (4 / 5) / (4 / 6 + 4 / 5))


def test_nothing_asked_and_nothing_found_is_right():
    tally = Tally()
    assert (tally.precision(), tally.recall(), tally.f1(), tally.share()) == (1, 1, 1, 1)


def test_a_rate_is_told_per_thousand_texts_and_a_gap_where_the_tagger_has_no_notion():
    tally = Tally()
    for number in range(200):
        tally.add(Outcome(right=number > 0))
    (rate,) = rows(Figure("marked relevant", How.PER_1000), tally, tally)
    (share,) = rows(Figure("maturity", naive=False), tally, tally)
    assert (rate.figure, rate.ours, rate.naive, rate.n) == ("marked relevant, per 1,000", 5, 5, 200)
    assert (share.ours, share.naive) == (0.995, None)


def test_the_tagger_takes_words_for_names():
    told = naive("GOLD medal: talks lead Burkina Faso and Japan to ban tin boxes")
    assert {"gold", "lead", "tin"} <= set(told.materials)
    assert told.places == (Place(code="BF", role=Role.ACTOR), Place(code="JP", role=Role.TARGET))
    assert told.event_classes == (EventClass.EXPORT_BAN,)
    assert told.relevant


def test_the_tagger_finds_chinese_names_without_spaces():
    assert set(naive("对镓、锗实施出口管制").materials) >= {"gallium", "germanium"}


def test_the_tagger_knows_a_country_by_name():
    assert (TAGGER.code_of("South Africa"), TAGGER.code_of("Nowhere")) == ("ZA", None)


def test_a_set_is_scored_and_its_failures_are_kept(tmp_path):
    score = score_of(a_file(tmp_path, BAN, {**BAN, "id": "again"}), show=1)
    figures = {row.figure: row for row in score.figures}
    assert (score.shape, score.texts) == ("labelled", 2)
    assert (figures["primary class"].ours, figures["primary class"].n) == (1, 2)
    assert figures["materials, F1"].naive == 1
    assert figures["direction"].ours == 0
    (failure,) = [item for item in score.failures if item.figure == "direction"]
    assert (failure.id, failure.expected, failure.found) == ("ban", "easing", Direction.TIGHTENING)


def test_dates_answer_in_the_precision_that_is_printed():
    claim = MeasureClaim(effective_from="2026-01-06")
    judgement = a_judgement(measures=(claim,))
    read = lambda found: [f"{item.effective_from}" for item in found.measures]  # noqa: E731
    answers = [starting(day, read)(judgement).right for day in ("2026", "2026-01", "2026-01-06", "2026-02")]
    assert answers == [True, True, True, False]


def test_a_text_that_the_stages_refuse_counts_as_not_understood(tmp_path):
    score = score_of(a_file(tmp_path, {**BAN, "title": "...", "text": ""}))
    assert {row.figure: row.ours for row in score.figures}["primary class"] == 0


def test_the_table_has_a_column_for_each(tmp_path):
    told = list(lines(score_of(a_file(tmp_path, BAN), show=1)))
    assert told[0] == "event_reports.jsonl (labelled, 1 texts)"
    assert told[1].split() == ["ours", "naive", "n"]
    assert any(line.split() == ["primary", "class", "1.000", "1.000", "1"] for line in told)
    assert "    expected easing" in told


def test_the_command_gives_json_when_piped(tmp_path):
    a_file(tmp_path, BAN)
    a_file(tmp_path, BAN, name="traps")
    done = CliRunner().invoke(app, ["eval", str(tmp_path), "--show", "1"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert [item["set"] for item in told["sets"]] == ["event_reports.jsonl", "traps.jsonl"]
    assert set(told["sets"][0]["figures"][0]) == {"figure", "ours", "naive", "n"}
    assert told["sets"][0]["failures"][0]["found"] == "tightening"


def test_a_judgement_of_ours_and_the_taggers_is_the_same_twice(tmp_path):
    path = a_file(tmp_path, BAN)
    assert score_of(path, show=5) == score_of(path, show=5)
