"""The texts that examine the classifier are what they claim to be: three a report, known labels, printed dates."""

import json
import re
from collections import Counter
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pytest

from schemas.raw import SignalIn
from services.evaluate.labels import Labels
from services.history import pack
from streams.knowledge.load import load

DATA = Path(__file__).parents[1] / "data"
SIGNAL_KEYS = ["id", "title", "text", "url", "published_at", "language", "source"]
MONTHS = (
    ("january", "januar", "janvier", "enero", "jan"),
    ("february", "februar", "février", "febrero", "feb"),
    ("march", "märz", "mars", "marzo"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juni", "juin", "junio"),
    ("july", "juli", "juillet", "julio"),
    ("august", "août", "agosto", "aug"),
    ("september", "septembre", "septiembre", "sept"),
    ("october", "oktober", "octobre", "octubre", "oct"),
    ("november", "novembre", "noviembre", "nov"),
    ("december", "dezember", "décembre", "diciembre", "dec"),
)
DATES = ("announced", "effective_from", "effective_to")
ACT = re.compile(r"[A-Z]{2}-[A-Z]+(?:-\d{4})?-\d+|WT-DS\d+")
KNOWLEDGE = load()


def read(name):
    return [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


REPORTS, TRAPS, FOREIGN = read("event_reports"), read("traps"), read("foreign_reports")
EVERY = [*REPORTS, *TRAPS, *FOREIGN]


def words(row):
    return f"{row['title']} {row['text']}"


def prints(row, day):
    """Tell whether the text prints the year, the month and the day that a label has of a date; the year may be left out."""
    text = words(row).lower()
    year, *rest = day.split("-")
    if not rest:
        return year in text
    month = int(rest[0])
    named = any(name in text for name in MONTHS[month - 1]) or f"{month}月" in text
    return named and (len(rest) == 1 or bool(re.search(rf"(?<!\d){int(rest[1])}(?!\d)", text)))


def test_each_of_the_55_events_is_told_three_times():
    told = {event: [row["id"] for row in rows] for event, rows in groupby(REPORTS, key=lambda row: row["id"][:4])}
    english = [post.id for post in pack() if post.language == "en"]
    assert told == {event: [f"{event}{letter}" for letter in "abc"] for event in english}


def test_a_report_names_its_event_and_its_kind_of_source():
    kinds = {"a": "official-notice", "b": "news-wire", "c": "trade-press"}
    for row in REPORTS:
        assert (row["labels"]["event"], row["source"]) == (row["id"][:4], kinds[row["id"][4]])


@pytest.mark.parametrize("row", EVERY, ids=lambda row: row["id"])
def test_a_line_is_a_signal_with_labels(row):
    assert list(row) == [*SIGNAL_KEYS, "labels"]
    assert SignalIn.model_validate({key: row[key] for key in SIGNAL_KEYS}).published_at
    assert Labels.model_validate(row["labels"])
    assert words(row).isprintable()
    assert "  " not in words(row)


def test_reports_are_short_and_english_ones_are_ascii():
    for row in REPORTS:
        assert 40 <= len(row["text"].split()) <= 130, row["id"]
        assert words(row).isascii(), row["id"]


def test_there_are_enough_of_them_in_each_language():
    assert len(TRAPS) >= 60
    assert min(Counter(row["language"] for row in TRAPS).values()) >= 4
    assert len(FOREIGN) >= 24
    assert min(Counter(row["language"] for row in FOREIGN).values()) >= 6
    for rows in (TRAPS, FOREIGN):
        assert {row["language"] for row in rows} >= {"de", "fr", "es", "zh"}


@pytest.mark.parametrize("rows", [REPORTS, TRAPS, FOREIGN], ids=["reports", "traps", "foreign"])
def test_no_two_texts_and_no_two_ids_are_alike(rows):
    for key in ("id", "title", "text"):
        assert max(Counter(row[key] for row in rows).values()) == 1


@pytest.mark.parametrize("row", [*REPORTS, *FOREIGN], ids=lambda row: row["id"])
def test_a_labelled_date_is_printed_and_a_labelled_act_by_its_number(row):
    labels = row["labels"]
    for name in DATES:
        assert not labels[name] or prints(row, labels[name]), name
    for ref in labels["refs"]:
        assert ACT.fullmatch(ref), ref
        number = int(re.search(r"\d+$", ref)[0])
        assert re.search(rf"(?<!\d)(?:DS|0*){number}(?!\d)", words(row)), ref


def test_labels_name_known_materials_and_countries():
    for row in EVERY:
        labels = row["labels"]
        for key in ("materials", "materials_accept", "materials_include"):
            assert set(labels.get(key, ())) <= set(KNOWLEDGE.materials), row["id"]
        for key in ("actor", "actor_accept", "target", "target_absent", "places_include", "places_absent"):
            assert set(labels.get(key, ())) <= set(KNOWLEDGE.places), row["id"]


def test_a_trap_says_what_it_is_about_and_asks_for_something():
    for row in TRAPS:
        asked = set(row["labels"]) - {"trap", "accept", "assertion_accept", "materials_accept"}
        assert row["labels"]["trap"], row["id"]
        assert asked, row["id"]


def test_a_text_is_not_the_history_packs():
    """No nine words in a row are those of the pack but where an act or an office is called by its name."""
    told = {post.id: set(runs(f"{post.title} {post.text}")) for post in pack() if post.language == "en"}
    for row in REPORTS:
        alike = set(runs(words(row))) & told[row["id"][:4]]
        assert len(alike) <= 2, (row["id"], alike)


def runs(text):
    told = re.findall(r"\w+", text.lower())
    return [tuple(told[start : start + 9]) for start in range(len(told) - 8)]


def test_every_date_can_be_read():
    for row in EVERY:
        assert datetime.fromisoformat(row["published_at"])
