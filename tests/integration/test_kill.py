"""kill -9 at every step of the pipeline: whatever was acknowledged is there in the end, once."""

import os
import random
import signal
import sqlite3
from contextlib import closing

import pytest

from schemas.alert import ChannelIn, ChannelKind
from schemas.projection import Kind
from schemas.raw import SignalIn, SourceKind
from schemas.rule import RuleIn
from schemas.topics import DEAD, LEDGER
from services.adapters import sqlite_log
from services.intake import Arrival
from services.records import history, outbox
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.pipeline import PIPELINE

PHASES = ("before", "handled", "within", "settled")
SIGNALS = 14
BATCH = 3


def posts():
    """A small stream with a second version, a copy of another's words, and a post that says nothing."""
    for number in range(SIGNALS):
        yield SignalIn(
            id=f"s{number}",
            title=f"China places gallium shipment {number} under licence",
            text=f"Exporters of gallium need a licence for lot {number}, the commerce ministry in Beijing said on Friday.",
            source="probe",
            published_at="2026-07-03T09:00:00Z",
        )
    yield SignalIn(
        id="s1", title="China tightens gallium licensing", text="A second wording of the same report.", source="probe"
    )
    yield SignalIn(
        id="copy",
        title="China places gallium shipment 2 under licence",
        text="Exporters of gallium need a licence for lot 2, the commerce ministry in Beijing said on Friday.",
        source="other",
        published_at="2026-07-03T10:00:00Z",
    )
    yield SignalIn(id="empty", title="<p>&nbsp;</p>", source="probe")


def fill(folder):
    """Post everything and a rule, and process nothing."""
    with closing(open_node(Settings(data_dir=folder))) as node:
        channel = node.channels.create(ChannelIn(kind=ChannelKind.FILE, title="f", url="f.jsonl"), by=OPERATOR)
        node.rules.create(RuleIn(title="gallium", query="material:gallium", channels=(channel.id,)), by=OPERATOR)
        node.intake.take(list(posts()), Arrival(by=OPERATOR, source_kind=SourceKind.PRESS))


def drain(folder, arm=lambda _node: None):
    with closing(open_node(Settings(data_dir=folder))) as node:
        node.pipeline._batch = BATCH
        arm(node)
        node.pipeline.drain()


def outcome(folder):
    """What the world can see in the end, and what must not be doubled inside."""
    with closing(open_node(Settings(data_dir=folder))) as node:
        feed = node.history.feed("base", after=0, limit=1000)
        signals = node.search.search(Kind.SIGNAL, "*", by=OPERATOR, limit=100)
        events = node.search.search(Kind.EVENT, "*", by=OPERATOR, limit=100)
        assert [entry.sequence for entry in feed] == list(range(1, len(feed) + 1))
        return {
            "signals": {(item.id, item.title, item.event_id) for item in signals.items},
            "events": {(item.id, item.title, item.source_count) for item in events.items},
            "totals": (signals.total, events.total),
            "feed": sorted((entry.projected.kind, entry.projected.id, entry.projected.version) for entry in feed),
            "alerts": sorted(alert.id for alert in node.outbox.alerts(party=OPERATOR.party, limit=100)),
            "deliveries": sorted(one.id for one in node.outbox.deliveries(party=OPERATOR.party, limit=100)),
            "ledger": node.log.end(LEDGER),
            "dead": node.log.end(DEAD),
        }


def kill_at(step_name, phase, countdown):  # noqa: C901 - one closure a place where a process can die
    """Return what makes a node kill its own process at the n-th time that a step reaches a phase."""
    left = [countdown]

    def reached(now):
        if now == phase:
            left[0] -= 1
            if left[0] <= 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def arm(node):
        (runner,) = (one for one in node.pipeline._runners if one.step.name == step_name)
        handle, settle = runner.handle, node.log.settle

        def watched_handle(records):
            reached("before")
            outcome = handle(records)
            reached("handled")
            return outcome

        def watched_settle(topic, group, position, **rest):
            settle(topic, group, position, **rest)
            if group == step_name:
                reached("settled")

        runner.handle, node.log.settle = watched_handle, watched_settle
        commit = sqlite_log._commit

        def watched_commit(connection, topic, group, position):
            commit(connection, topic, group, position)
            if group == step_name:
                reached("within")

        sqlite_log._commit = watched_commit
        for module, sink in ((history, "publish"), (outbox, "deliver")):
            if sink == step_name:
                _watch_cursor(module, reached)

    return arm


def _watch_cursor(module, reached):
    """Reach `within` in the transaction of a sink, after its effect and its cursor and before its commit."""
    keep_cursors = module.keep_cursors

    def watched(connection, sink, positions):
        keep_cursors(connection, sink, positions)
        reached("within")

    module.keep_cursors = watched


def killed_run(folder, step_name, phase, countdown):
    """Drain in a forked process that kills itself; tell whether it did."""
    child = os.fork()
    if child == 0:
        try:
            drain(folder, kill_at(step_name, phase, countdown))
        except BaseException:  # noqa: BLE001 - the parent must hear of any failure, and pytest must not run on here
            os._exit(7)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert not (os.WIFEXITED(status) and os.WEXITSTATUS(status) == 7), f"{step_name} failed on restart"
    return os.WIFSIGNALED(status)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    fill(folder)
    drain(folder)
    told = outcome(folder)
    assert told["totals"] == (SIGNALS + 1, SIGNALS)
    assert len(told["deliveries"]) == SIGNALS
    return told


def survives(folder, undisturbed, kills, *, seed):
    dice = random.Random(seed)
    done = 0
    while done < kills:
        run = folder / str(done)
        fill(run)
        for _ in range(4):
            step = dice.choice(PIPELINE).name
            done += killed_run(run, step, dice.choice(PHASES), dice.randint(1, 4))
        drain(run)
        assert outcome(run) == undisturbed, f"seed {seed}, after {done} kills"
    return done


def test_a_few_kills_lose_nothing_and_double_nothing(tmp_path, undisturbed):
    assert survives(tmp_path, undisturbed, 8, seed=os.environ.get("KILL_SEED", "short")) >= 8


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_a_hundred_kills_lose_nothing_and_double_nothing(tmp_path, undisturbed):
    assert survives(tmp_path, undisturbed, 120, seed=os.environ.get("KILL_SEED", "long")) >= 120


@pytest.mark.parametrize("step", [step.name for step in PIPELINE])
@pytest.mark.parametrize("phase", PHASES)
def test_each_step_can_be_killed_at_each_phase(tmp_path, undisturbed, step, phase):
    fill(tmp_path)
    assert killed_run(tmp_path, step, phase, 1)
    drain(tmp_path)
    assert outcome(tmp_path) == undisturbed


def test_a_killed_commit_leaves_no_broken_file(tmp_path):
    fill(tmp_path)
    killed_run(tmp_path, "release", "within", 1)
    with closing(sqlite3.connect(tmp_path / "log.db")) as log:
        assert log.execute("PRAGMA integrity_check").fetchone() == ("ok",)
