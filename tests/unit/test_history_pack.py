"""The history pack and its labels agree with each other and with the shape of a signal."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from schemas.signal import Direction, EventClass, Maturity

ROOT = Path(__file__).parents[2]
SIGNAL_KEYS = ["id", "title", "text", "url", "published_at", "language", "source", "marking"]
LABEL_KEYS = [
    "id", "primary", "classes", "direction", "maturity", "materials", "actor", "target", "refs",
    "announced", "effective_from", "effective_to",
]  # fmt: skip
SOURCE = {"en": " Source: ", "de": " Quelle: ", "fr": " Source : ", "es": " Fuente: ", "zh": "来源\uff1a"}
"""How the last sentence begins that names the source."""

MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
}
DAY = {
    "de": "{day}. {month} {year}",
    "en": "{day} {month} {year}",
    "es": "{day} de {month} de {year}",
    "fr": "{day} {month} {year}",
    "zh": "{year}年{number}月{day}日",
}
FIRST_DAY = {4: "-01-01", 7: "-01", 10: ""}
"""What completes a date of this length: a year, a month, a day."""


def read(path):
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


PACK = read(ROOT / "services/history/pack.jsonl")
LABELS = read(ROOT / "tests/data/history_labels.jsonl")


def written(when, language):
    """Return the day as the language writes it out."""
    day = "1er" if (language, when.day) == ("fr", 1) else when.day
    month = MONTHS[language].split()[when.month - 1] if language in MONTHS else ""
    return DAY[language].format(day=day, month=month, number=when.month, year=when.year)


def event_of(report):
    return report["id"].partition("-")[0]


def test_the_pack_has_one_english_report_for_each_of_the_55_events():
    english = [report["id"] for report in PACK if report["language"] == "en"]
    assert len(english) == len(set(english)) == 55
    assert not [name for name in english if "-" in name]


def test_at_least_twenty_reports_are_told_again_in_each_of_four_languages():
    again = [report for report in PACK if report["language"] != "en"]
    assert len(again) >= 20
    assert {report["language"] for report in again} == {"de", "fr", "es", "zh"}
    for report in again:
        assert report["id"] == f"{event_of(report)}-{report['language']}"


def test_a_report_told_again_stands_behind_its_event_and_has_its_labels():
    labels = {label["id"]: {**label, "id": None} for label in LABELS}
    for before, report in pairwise(PACK):
        if report["language"] != "en":
            assert event_of(before) == event_of(report)
            assert before["published_at"] == report["published_at"]
            assert labels[report["id"]] == labels[event_of(report)]


def test_every_report_has_exactly_the_keys_of_a_signal():
    for report in PACK:
        assert list(report) == SIGNAL_KEYS, report["id"]
        assert (report["url"], report["source"]) == (None, "history"), report["id"]
        assert report["marking"] == {"tlp": "CLEAR"}, report["id"]


def test_reports_stand_in_the_order_of_their_announcement():
    published = [report["published_at"] for report in PACK]
    assert published == sorted(published)


def test_every_text_is_as_long_as_a_short_report():
    for report in PACK:
        words = len(report["text"]) / 2 if report["language"] == "zh" else len(report["text"].split())
        assert 40 <= words <= 160, report["id"]


def test_every_text_ends_with_one_sentence_that_names_its_source():
    for report in PACK:
        _, found, source = report["text"].rpartition(SOURCE[report["language"]])
        assert found, report["id"]
        assert source.endswith("。" if report["language"] == "zh" else "."), report["id"]
        assert len(source) > 3, report["id"]
        assert ". " not in re.sub(r"G\. Hatch|\d\. ", "", source), report["id"]


def test_titles_and_texts_are_clean_on_one_line_and_ascii_in_english():
    for report in PACK:
        words = f"{report['title']} {report['text']}"
        assert words.isascii() or report["language"] != "en", report["id"]
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
        day = written(when, report["language"])
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
            assert written(when, report["language"]) in report["text"], (report["id"], day)
