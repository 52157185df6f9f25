"""A server whose inner loop fails ends, instead of looking alive."""

import threading
from types import SimpleNamespace

import pytest

from services.loops import running
from streams.errors import Bug


def a_node():
    stopping = threading.Event()
    return SimpleNamespace(stopping=stopping, begin_stop=stopping.set)


def test_a_loop_that_fails_stops_all_others_and_is_told():
    def fail():
        raise KeyError("gone")

    node = a_node()
    with pytest.raises(Bug, match="gone"), running(node, [fail, lambda: node.stopping.wait(10)]):
        assert node.stopping.wait(5)


def test_loops_that_end_well_say_nothing():
    node = a_node()
    with running(node, [lambda: node.stopping.wait(10)]):
        pass
    assert node.stopping.is_set()
