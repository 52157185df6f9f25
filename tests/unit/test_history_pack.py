"""The history pack and its labels agree with each other and with the shape of a signal."""

import json
from datetime import UTC, datetime
from pathlib import Path

from schemas.signal import Direction, EventClass, Maturity

ROOT = Path(__file__).parents[2]
SIGNAL_KEYS = ["id", "title", "text", "url", "published_at", "language", "source", "marking"]
LABEL_KEYS = [
    "id", "primary", "classes", "direction", "maturity", "materials", "actor", "target", "refs",
    "announced", "effective_from", "effective_to",
]  # fmt: skip
FIRST_DAY = {4: "-01-01", 7: "-01", 10: ""}
"""What completes a date of this length: a year, a month, a day."""


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PACK = read(ROOT / "services/history/pack.jsonl")
LABELS = read(ROOT / "tests/data/history_labels.jsonl")


def test_the_pack_has_one_report_for_each_of_the_55_events():
    assert len(PACK) == 55
    assert len({report["id"] for report in PACK}) == 55


def test_every_report_has_exactly_the_keys_of_a_signal():
    for report in PACK:
        assert list(report) == SIGNAL_KEYS, report["id"]
        assert (report["url"], report["language"], report["source"]) == (None, "en", "history"), report["id"]
        assert report["marking"] == {"tlp": "CLEAR"}, report["id"]


def test_reports_stand_in_the_order_of_their_announcement():
    published = [report["published_at"] for report in PACK]
    assert published == sorted(published)


def test_every_text_is_as_long_as_a_short_report():
    for report in PACK:
        assert 40 <= len(report["text"].split()) <= 160, report["id"]


def test_every_text_ends_with_one_sentence_that_names_its_source():
    for report in PACK:
        _, found, source = report["text"].rpartition(" Source: ")
        assert found, report["id"]
        assert source.endswith("."), report["id"]
        assert len(source) > 3, report["id"]
        assert ". " not in source, report["id"]


def test_titles_and_texts_are_clean_ascii_on_one_line():
    for report in PACK:
        words = f"{report['title']} {report['text']}"
        assert words.isascii(), report["id"]
        assert words.isprintable(), report["id"]
        assert "  " not in words, report["id"]


def test_every_report_has_its_label_in_the_same_order():
    assert [label["id"] for label in LABELS] == [report["id"] for report in PACK]


def test_every_report_is_published_on_the_first_day_its_label_allows():
    for report, label in zip(PACK, LABELS, strict=True):
        first_day = label["announced"] + FIRST_DAY[len(label["announced"])]
        assert report["published_at"] == f"{first_day}T00:00:00Z", report["id"]
        assert datetime.fromisoformat(report["published_at"]).tzinfo == UTC, report["id"]


def test_a_date_known_to_the_month_or_year_is_not_made_a_day_in_the_text():
    for report, label in zip(PACK, LABELS, strict=True):
        when = datetime.fromisoformat(report["published_at"])
        day = f"{when.day} {when:%B} {when.year}"
        assert (day in report["text"]) == (len(label["announced"]) == 10), report["id"]
        assert str(when.year) in report["text"], report["id"]


def test_every_label_has_exactly_its_keys_and_known_values():
    for label in LABELS:
        assert list(label) == LABEL_KEYS, label["id"]
        assert label["primary"] == label["classes"][0], label["id"]
        assert {EventClass(name) for name in label["classes"]}, label["id"]
        assert Direction(label["direction"]), label["id"]
        assert Maturity(label["maturity"]), label["id"]


def test_every_effective_day_of_a_label_is_written_out_in_the_text():
    for report, label in zip(PACK, LABELS, strict=True):
        for day in filter(None, (label["effective_from"], label["effective_to"])):
            when = datetime.fromisoformat(day)
            assert f"{when.day} {when:%B} {when.year}" in report["text"], (report["id"], day)
