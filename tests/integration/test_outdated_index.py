"""A folder of an earlier version opens: its index is made again from the ledger while it runs, and nothing else changes."""

import json
import os
import shutil
import signal
from contextlib import closing

import pytest

from schemas.alert import ChannelIn, ChannelKind
from schemas.projection import Kind
from schemas.raw import SignalIn, SourceKind
from schemas.rule import RuleIn
from schemas.topics import LEDGER
from services import history
from services.adapters.tantivy_folder import FORMAT, folder_of
from services.intake import Arrival
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from streams.errors import ConfigError
from tests.e2e.asking import tocsin
from tests.processes import Server

INDEX, ANALYSER = FORMAT
EARLIER = [(INDEX - 1, ANALYSER), (INDEX, ANALYSER - 1), (INDEX - 1, ANALYSER - 1)]
LATER = [(INDEX + 1, ANALYSER), (INDEX, ANALYSER + 1), (INDEX - 1, ANALYSER + 1)]
REPORTS = len(history.pack())


def opened(folder):
    return closing(open_node(Settings(data_dir=folder)))


def seen(folder):
    """What readers and channels have, once all that waits is processed."""
    with opened(folder) as node:
        node.pipeline.drain()
        assert node.missing() == []
        return {
            "found": [
                node.search.search(kind, "*", by=OPERATOR, limit=1000).model_dump(exclude={"next"}) for kind in Kind
            ],
            "feed": [entry.model_dump() for entry in node.history.feed("base", after=0, limit=10_000)],
            "alerts": [alert.model_dump() for alert in node.outbox.alerts(party=OPERATOR.party, limit=1000)],
            "deliveries": [one.model_dump() for one in node.outbox.deliveries(party=OPERATOR.party, limit=1000)],
        }


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A folder with the history and live reports that have rung."""
    folder = tmp_path_factory.mktemp("filled")
    with opened(folder) as node:
        channel = node.channels.create(ChannelIn(kind=ChannelKind.FILE, title="f", url="f.jsonl"), by=OPERATOR)
        node.rules.create(RuleIn(title="all", query="relevant:true", channels=(channel.id,)), by=OPERATOR)
        node.intake.take(history.pack(), Arrival(by=OPERATOR, source_kind=SourceKind.HISTORY, backfill=True))
        live = [SignalIn(id=str(number), title=f"China bans exports of gallium, lot {number}") for number in range(5)]
        node.intake.take(live, Arrival(by=OPERATOR))
        node.pipeline.drain()
    return folder


@pytest.fixture(scope="module")
def world(filled):
    world = seen(filled)
    assert world["found"][0]["total"] == REPORTS + 5
    assert world["deliveries"]
    return world


@pytest.fixture
def of_format(filled, tmp_path):
    """Give a copy of the folder, as if its index had been made in another format."""

    def make(version):
        folder = tmp_path / "data"
        shutil.copytree(filled, folder)
        folder_of(folder / "index", FORMAT).rename(folder_of(folder / "index", version))
        return folder

    return make


@pytest.mark.parametrize("version", EARLIER)
def test_an_index_of_an_earlier_format_is_made_again_and_nothing_rings_twice(of_format, world, version):
    folder = of_format(version)
    assert seen(folder) == world
    assert [path.name for path in (folder / "index").iterdir()] == [folder_of(folder, FORMAT).name]


@pytest.mark.parametrize("version", LATER)
def test_an_index_of_a_later_format_is_refused_and_left_alone(of_format, version):
    folder = of_format(version)
    with pytest.raises(ConfigError, match="later version"):
        open_node(Settings(data_dir=folder))
    assert folder_of(folder / "index", version).exists()
    folder_of(folder / "index", version).rename(folder_of(folder / "index", FORMAT))
    with opened(folder) as node:
        assert node.search.search(Kind.SIGNAL, "*", by=OPERATOR).total == REPORTS + 5


def test_it_is_not_ready_until_the_index_has_all_however_small_it_is(of_format):
    with opened(of_format(EARLIER[0])) as node:
        end, told = node.log.end(LEDGER), []
        assert node.missing() == [f"index: being brought up to date, 0 of {end} ledger records"]
        node.pipeline._batch = 20
        node.pipeline.drain(on_turn=lambda: told.append((*node.missing(), counted(node))))
    made = [int(lack[0].split()[6]) for *lack, _ in told if lack]
    assert made
    assert made == sorted(made)
    assert {found for *lack, found in told if not lack} == {REPORTS + 5}


def test_what_comes_in_later_does_not_keep_it_from_being_ready(of_format):
    with opened(of_format(EARLIER[0])) as node:
        node.pipeline.drain()
        node.intake.take([SignalIn(id="more", title="Port strike")], Arrival(by=OPERATOR))
        assert node.missing() == []


def counted(node):
    return node.search.search(Kind.SIGNAL, "*", by=OPERATOR, limit=1).total


def killed(folder, arm):
    """Bring up to date in a forked process, in small batches, until it kills itself where it was armed to."""
    child = os.fork()
    if child == 0:
        try:
            arm(lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
            with opened(folder) as node:
                node.pipeline._batch = 5
                arm.within(node)
                node.pipeline.drain()
        finally:
            os._exit(7)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1]), "it was not killed"


class Before:
    """Dies when what is to be forgotten is forgotten in the log, and the index is still there, wholly or in part."""

    def __init__(self, files_removed):
        self._left = files_removed

    def __call__(self, die):
        unlink = os.unlink

        def watched(*arguments, **options):
            if not self._left:
                die()
            self._left -= 1
            unlink(*arguments, **options)

        os.unlink = watched

    def within(self, node):
        raise AssertionError("it should be dead")


class At:
    """Dies when a step is about to settle its n-th batch, with its effect outside the log done."""

    def __init__(self, step, batches):
        self._step, self._left = step, batches

    def __call__(self, die):
        self._die = die

    def within(self, node):
        settle = node.log.settle

        def watched(topic, group, position, **rest):
            self._left -= group == self._step
            if not self._left:
                self._die()
            settle(topic, group, position, **rest)

        node.log.settle = watched


def test_killed_at_any_moment_it_goes_on_at_the_next_start(of_format, world):
    folder = of_format(EARLIER[0])
    for arm in (Before(0), Before(3), At("correlate", 2), At("release", 2), At("index", 1), At("index", 2)):
        killed(folder, arm)
    for arm in (At("publish", 1), At("match", 2), At("alert", 1)):
        killed(folder, arm)
    assert seen(folder) == world


def test_a_server_says_how_far_it_is_and_is_ready_when_all_is_found(of_format):
    folder = of_format(EARLIER[0])
    with Server(data=folder) as server:
        assert server.get("/v1/signals?q=*")["total"] == REPORTS + 5
    told = (folder / "output.txt").read_text()
    assert "index: being brought up to date, 0 of" in told
    assert "index: up to date" in told


def test_a_command_on_a_folder_at_rest_brings_it_up_to_date_first(of_format):
    code, output, errors = tocsin("search", "*", "--kind", "signals", data=of_format(EARLIER[1]))
    assert code == 0, errors
    assert json.loads(output)["total"] == REPORTS + 5
    assert "index: being brought up to date" in errors
