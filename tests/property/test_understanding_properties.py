"""Reading is total, repeatable and linear; severity never falls when its inputs rise."""

from dataclasses import replace
from datetime import UTC, datetime
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.signal import Direction, EventClass, Stage
from streams.knowledge.model import Metric
from streams.stages.classify import classify
from streams.stages.enrich import MAX_READ_LETTERS, enrich
from streams.stages.severity import severity
from tests.builders import a_judgement
from tests.reading import KNOWLEDGE, a_normalised

NOW = datetime(2025, 6, 1, tzinfo=UTC)
WORDS = (
    "China", "bans", "suspends", "lifts", "export", "licence", "of", "the", "gallium", "MOFCOM", "Announcement", "No.",
    "61", "2025", "until", "10 November 2026", "Announcement No. 61 of 2025", "not", "公告2025年第61号", "稀土", ".",
    "\n",
)  # fmt: skip
texts = st.one_of(st.text(max_size=200), st.lists(st.sampled_from(WORDS), max_size=60).map(" ".join))


@given(title=texts, text=texts, language=st.sampled_from(("en", "zh", "de", "und", "")))
@settings(max_examples=150)
def test_any_text_is_understood_the_same_twice(title, text, language):
    report = a_normalised(title, text, language=language)
    first = classify(enrich(report, KNOWLEDGE), KNOWLEDGE)
    assert first == classify(enrich(report, KNOWLEDGE), KNOWLEDGE)
    parts = {"title": title, "text": text}
    assert all(parts[item.part][item.start : item.end] == item.text for item in first.judgement.evidence)
    found = severity(first.judgement, KNOWLEDGE, at=NOW)
    assert 0 <= found.us_band[0] <= found.us <= found.us_band[1] <= 100


def with_figure(metric, material, value, *, stage=None, country=None):
    key = (metric, material, stage, country)
    figures = tuple(replace(item, value=value) for item in KNOWLEDGE.index[key])
    return replace(KNOWLEDGE, index={**KNOWLEDGE.index, key: figures})


GALLIUM = a_judgement(direction=Direction.TIGHTENING, stage=(Stage.REFINING,))
PER_CENT = st.floats(min_value=0, max_value=100)


@given(pair=st.tuples(PER_CENT, PER_CENT).map(sorted))
@settings(max_examples=30)
def test_severity_never_falls_when_the_share_rises(pair):
    low, high = (
        severity(GALLIUM, with_figure(Metric.WORLD_SHARE, "gallium", value, stage=Stage.REFINING, country="CN"), at=NOW)
        for value in pair
    )
    assert low.us <= high.us
    assert low.eu <= high.eu


@given(pair=st.tuples(PER_CENT, PER_CENT).map(sorted))
@settings(max_examples=30)
def test_severity_never_falls_when_dependence_rises(pair):
    low, high = (severity(GALLIUM, with_figure(Metric.US_IMPORT_RELIANCE, "gallium", value), at=NOW) for value in pair)
    assert low.us <= high.us


SCOPED_ALIKE = [item for item in EventClass if item is not EventClass.TECHNOLOGY_CONTROL]
"""Technology alone has a narrower scope, which is another term."""


@given(pair=st.tuples(st.sampled_from(SCOPED_ALIKE), st.sampled_from(SCOPED_ALIKE)))
@settings(max_examples=60)
def test_severity_never_falls_when_restrictiveness_rises(pair):
    low, high = (
        severity(GALLIUM.model_copy(update={"event_classes": (item,)}), KNOWLEDGE, at=NOW)
        for item in sorted(pair, key=lambda item: KNOWLEDGE.lexicon.classes[item].restrictiveness)
    )
    assert low.us <= high.us
    assert low.eu <= high.eu


@pytest.mark.parametrize(
    "unit",
    [
        "ban export China lift suspend gallium ",  # verbs that are each other's objects
        "announcement no. 1, 2, 3, 4, 5 ",  # enumerations that never end
        "notice no. 1 of 2025 ",  # nobody's notice: no issuer to be found
        "Decree no. 1 of 2020 ",  # nobody's decree
        "MOFCOM Announcement No. 61 of 2025 suspends Announcement No. 60 of 2025. ",
        "1 2 12 2025 8112.92 ",
        "May 5 ",
        "a",
        ". A",
        "中国商务部公告2025年第61号对镓实施出口管制。",
    ],
)
def test_a_hostile_megabyte_costs_at_most_two_hundred_times_five_kilobytes(unit):
    small, large = ((unit * (size // len(unit) + 1))[:size] for size in (5_000, 1_000_000))
    seconds(small)
    assert seconds(large) <= 200 * max(min(seconds(small + str(at)) for at in range(3)), 0.001)
    assert len(large) > MAX_READ_LETTERS


def seconds(text):
    """Return the CPU time that it takes: what others do on the machine meanwhile is not its cost."""
    report = a_normalised("China bans exports", text)
    began = thread_time()
    classify(enrich(report, KNOWLEDGE), KNOWLEDGE)
    return thread_time() - began
