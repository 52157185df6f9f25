"""A server whose inner loop fails ends, instead of looking alive."""

import threading
from types import SimpleNamespace

import pytest

from services.server import _threads
from streams.errors import Bug


def a_node(*, pipeline):
    stopping = threading.Event()
    return SimpleNamespace(
        pipeline=SimpleNamespace(run=pipeline),
        dispatcher=SimpleNamespace(run=lambda stopping: stopping.wait(10)),
        log=SimpleNamespace(append=lambda _records: None),
        now=lambda: None,
        settings=SimpleNamespace(tick_seconds=10),
        stopping=stopping,
        begin_stop=stopping.set,
    )


def test_a_loop_that_fails_stops_all_others_and_is_told(monkeypatch):
    monkeypatch.setattr("services.server._tick", lambda node: node.stopping.wait(10))

    def fail(*, on_failure):
        raise KeyError("gone")

    node = a_node(pipeline=fail)
    with pytest.raises(Bug, match="gone"), _threads(node, with_history=False, say=print):
        assert node.stopping.wait(5)


def test_loops_that_end_well_say_nothing(monkeypatch):
    monkeypatch.setattr("services.server._tick", lambda node: node.stopping.wait(10))
    node = a_node(pipeline=lambda *, on_failure: node.stopping.wait(10))
    with _threads(node, with_history=False, say=print):
        pass
    assert node.stopping.is_set()
