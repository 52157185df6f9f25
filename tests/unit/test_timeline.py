"""When things happen, in texts of every kind."""

from datetime import UTC, datetime

import pytest

from schemas.raw import SignalIn
from schemas.signal import EventClass
from services.judge import signal_of
from streams.knowledge.load import load
from streams.rules.compile import RuleSet
from streams.stage import Reference

NOW = datetime(2026, 3, 12, tzinfo=UTC)
REFERENCE = Reference(knowledge=load(), rules=RuleSet())


def judged(text, title=""):
    return signal_of(
        SignalIn(id="1", title=title, text=text, published_at=NOW, language="en"), REFERENCE, NOW
    ).judgement


def told(text, title=""):
    return [(item.role, item.told) for item in judged(text, title).dates]


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        # A dateline and a last line are the day of issue.
        ("LIMA, March 11 - Workers at a copper mine downed tools.", [("announced", "2026-03-11")]),
        ("The ore pier is out of use. Durban, 10 March 2026.", [("announced", "2026-03-10")]),
        # What simply happened.
        ("Rebels took the tin mine on 9 March 2026.", [("occurred", "2026-03-09")]),
        # A year or a month counts as exactly as it is told.
        ("Chile will raise the royalty on lithium in 2028.", [("effective", "2028")]),
        ("The cobalt quota expires in June 2027.", [("until", "2027-06")]),
        # One day may be both.
        (
            "The order is effective from the day of publication (11 March 2026).",
            [("announced", "2026-03-11"), ("effective", "2026-03-11")],
        ),
        # A start of long ago is history.
        ("The ban has been in force since 2020.", []),
    ],
)
def test_a_text_tells_its_dates_whatever_it_is_about(text, dates):
    assert told(text) == dates


def test_a_halt_at_once_begins_on_the_day_it_is_told():
    found = told("HARARE, March 11 - Zimbabwe halted exports of raw lithium with immediate effect.")
    assert ("effective", "2026-03-11") in found


def test_dates_of_no_measure_make_no_claim():
    judgement = judged("Workers went on strike at the Escondida copper mine in Chile on 9 March 2026.")
    assert judgement.event_classes[0] is EventClass.STRIKE
    assert judgement.dates
    assert not judgement.measures


def test_a_report_of_yesterday_decodes_without_dates():
    judgement = judged("Rebels took the tin mine on 9 March 2026.")
    assert not type(judgement).model_validate(judgement.model_dump(exclude={"dates"})).dates
