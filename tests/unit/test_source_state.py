"""Health and schedule of sources: a line for each reason."""

from contextlib import closing
from datetime import timedelta

import pytest

from services.clock import utc_now
from services.doctor import _sources
from services.records.access import OPERATOR
from services.records.database import Database
from services.records.sources import SourceRecords
from services.settings import Settings
from services.sources.schedule import due_after_failure, due_after_success
from services.sources.source import Kind, Source
from services.sources.state import Health, SourceState, health_of, lateness_of
from streams import metrics
from streams.errors import InvalidInput, Rejected, Unavailable
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOURCE = Source(
    id="s",
    title="t",
    publisher="p",
    kind="feed",
    address="https://m.example/feed",
    language="zh",
    grade="A",
    cadence=HOUR,
    licence="none",
)


def a_state(**changes):
    facts = {
        "enabled": True,
        "enabled_at": NOON - 40 * DAY,
        "last_success_at": NOON,
        "last_item_at": NOON,
        "entries": 3,
    }
    return SourceState("s", **facts | changes)


@pytest.mark.parametrize(
    ("state", "health"),
    [
        (SourceState("s"), Health.OFF),
        (a_state(enabled=False, failures=3), Health.OFF),
        (a_state(last_success_at=None, entries=None), Health.WAITING),
        (a_state(last_success_at=None, failures=1), Health.FAILING),
        (a_state(failures=1), Health.FAILING),
        (a_state(last_success_at=NOON - 3 * HOUR), Health.LATE),
        (a_state(entries=0), Health.EMPTY),
        (a_state(entries=0, last_item_at=NOON - 40 * DAY), Health.EMPTY),
        (a_state(last_item_at=NOON - 3 * DAY), Health.SILENT),
        (a_state(last_item_at=None), Health.SILENT),
        (a_state(last_item_at=None, enabled_at=NOON - HOUR), Health.OK),
        (a_state(last_item_at=NOON - HOUR), Health.OK),
        (a_state(), Health.OK),
    ],
)
def test_health_follows_from_what_is_remembered(state, health):
    assert health_of(SOURCE, state, at=NOON) is health


def test_a_source_of_hazards_without_one_is_well():
    quakes = SOURCE.model_copy(update={"kind": Kind.USGS})
    assert health_of(quakes, a_state(entries=0, last_item_at=None), at=NOON) is Health.OK


def test_every_health_has_its_metric():
    told = {sample.labels["health"] for metric in metrics.SOURCES.collect() for sample in metric.samples}
    assert told == set(Health)


@pytest.mark.parametrize(
    ("state", "lateness"),
    [
        (a_state(), timedelta(0)),
        (a_state(last_success_at=NOON - 3 * HOUR), 2 * HOUR),
        (a_state(last_success_at=NOON - 3 * HOUR, enabled_at=NOON), timedelta(0)),  # it was off in between
        (a_state(enabled=False, last_success_at=NOON - 3 * HOUR), timedelta(0)),
        (SourceState("s"), timedelta(0)),
    ],
)
def test_lateness_is_what_exceeds_the_cadence(state, lateness):
    assert lateness_of(SOURCE, state, at=NOON) == lateness


AWAY = Unavailable("away")


@pytest.mark.parametrize(
    ("error", "failures", "wait"),
    [
        (AWAY, 1, timedelta(minutes=1)),
        (AWAY, 2, timedelta(minutes=2)),
        (AWAY, 5, timedelta(minutes=16)),
        (AWAY, 30, DAY),
        (AWAY, 10_000, DAY),
        (Unavailable("busy", retry_after_seconds=600), 1, timedelta(minutes=10)),
        (Unavailable("busy", retry_after_seconds=1), 1, timedelta(minutes=1)),
        (Rejected("gone"), 1, HOUR),
        (InvalidInput("no feed"), 2, 2 * HOUR),
        (InvalidInput("no feed"), 30, DAY),
    ],
)
def test_waits_grow_with_failures(error, failures, wait):
    due_at = due_after_failure(HOUR, error, failures=failures, at=NOON, jitter=0.0)
    assert due_at == NOON + wait
    assert wait < due_after_failure(HOUR, error, failures=failures, at=NOON, jitter=1.0) - NOON <= wait * 1.1001


def test_a_look_that_ends_well_is_followed_by_one_after_the_cadence():
    assert due_after_success(HOUR, at=NOON, jitter=0.0) == NOON + HOUR
    assert due_after_success(HOUR, at=NOON, jitter=1.0) == NOON + 1.1 * HOUR


@pytest.mark.parametrize(
    ("failures", "state", "told"),
    [(0, "ok", "1 are on, and none fails"), (1, "wrong", "us-federal-register-bis (failing)")],
)
def test_the_doctor_names_sources_that_fail(tmp_path, failures, state, told):
    with closing(Database(f"sqlite:///{tmp_path}/records.db", schema="records")) as database:
        database.migrate()
        records = SourceRecords(database, now=utc_now)
        records.enable("us-federal-register-bis", by=OPERATOR)
        records.enable("a-source-that-went", by=OPERATOR)
        for _ in range(failures):
            records.note_failure("us-federal-register-bis", "away", due_at=NOON)
        finding = _sources(database, Settings())
    assert finding.state == state
    assert told in finding.told
