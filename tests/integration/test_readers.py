"""Processes that make pages: one that fails takes one question with it, and none of them outlives the server."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local.process import wait_until
from schemas.projection import Kind
from services import readers
from services.readers import forked
from services.search import Question
from streams.errors import Bug, InvalidInput, Unavailable
from tests.processes import Server

SEARCH = "/v1/signals?q=gallium"


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def asked(query="gallium"):
    return Question(
        kind=Kind.SIGNAL, query=query, party="US", limit=20, cursor=None, sort="-published", facets=(), days=None
    )


class Said:
    """Pages that say which process made them, as of which state of the index."""

    def __init__(self):
        self.state = 0

    def refresh(self):
        self.state += 1

    def json(self, question):
        match question.query:
            case "bad":
                raise InvalidInput("no", field="q", position=3, nearest="good")
            case "bug":
                raise ZeroDivisionError
            case "slow":
                time.sleep(60)
        return f"{os.getpid()} {self.state}".encode()


def opening():
    said = Said()
    return said, said.refresh


@pytest.fixture
def said():
    state = [1]
    with closing(forked(2, opening)) as several:
        pages = several.before(Said(), lambda: state[0])
        yield pages, state


def test_the_one_that_answered_last_is_asked_next_and_goes_on_only_when_the_index_has(said):
    pages, state = said
    first = pages.json(asked())
    assert pages.json(asked()) == first
    assert first.split()[0] != str(os.getpid()).encode()
    state[0] = 7
    assert pages.json(asked()) == first[:-1] + b"2"


def test_an_error_arrives_as_it_was_raised_and_the_reader_goes_on(said):
    pages, _ = said
    first = pages.json(asked())
    with pytest.raises(InvalidInput, match="no") as told:
        pages.json(asked("bad"))
    assert (told.value.field, told.value.position, told.value.nearest) == ("q", 3, "good")
    with pytest.raises(Bug, match="log has the details"):
        pages.json(asked("bug"))
    assert pages.json(asked()) == first


def process_of(told):
    return int(told.split()[0])


def test_a_reader_that_dies_takes_one_question_with_it_and_is_replaced(said):
    pages, _ = said
    first = process_of(pages.json(asked()))
    os.kill(first, signal.SIGKILL)
    with pytest.raises(Unavailable, match="ask again"):
        pages.json(asked())
    assert process_of(pages.json(asked())) not in {first, os.getpid()}


def test_a_reader_that_hangs_is_ended(said, monkeypatch):
    pages, _ = said
    last = process_of(pages.json(asked()))
    monkeypatch.setattr(readers, "ANSWER_SECONDS", 0.5)
    with pytest.raises(Unavailable, match="ask again"):
        pages.json(asked("slow"))
    monkeypatch.undo()
    assert not is_there(last)
    assert process_of(pages.json(asked())) not in {last, os.getpid()}


def test_what_cannot_be_understood_of_a_reader_ends_it(said, monkeypatch):
    pages, _ = said
    last = process_of(pages.json(asked()))
    monkeypatch.setattr(readers.pickle, "loads", lambda _told: 1 / 0)
    with pytest.raises(Unavailable, match="ask again"):
        pages.json(asked("bad"))
    monkeypatch.undo()
    assert not is_there(last)


def test_without_a_reader_left_the_process_answers_itself(monkeypatch):
    with closing(forked(1, opening)) as one:
        pages = one.before(Said(), lambda: 1)
        monkeypatch.setattr(readers, "_spawned", lambda _opening: 1 / 0)
        os.kill(process_of(pages.json(asked())), signal.SIGKILL)
        with pytest.raises(Unavailable, match="ask again"):
            pages.json(asked())
        assert process_of(pages.json(asked())) == os.getpid()


def test_a_question_waits_for_a_reader_no_longer_than_is_told(said, monkeypatch):
    pages, _ = said
    monkeypatch.setattr(readers, "ANSWER_SECONDS", 3.0)
    monkeypatch.setattr(readers, "WAIT_SECONDS", 0.5)
    with ThreadPoolExecutor(3) as threads:
        slow = [threads.submit(pages.json, asked("slow")) for _ in range(2)]
        assert wait_until(pages._readers._free.empty, 5)
        with pytest.raises(Unavailable, match="busy"):
            pages.json(asked())
        assert {type(one.exception()) for one in slow} == {Unavailable}


def test_more_than_so_many_questions_are_refused_at_once(said, monkeypatch):
    pages, _ = said
    monkeypatch.setattr(readers, "ANSWER_SECONDS", 2.0)
    with ThreadPoolExecutor(readers.MAX_ASKING) as threads:
        slow = [threads.submit(pages.json, asked("slow")) for _ in range(readers.MAX_ASKING)]
        assert wait_until(lambda: pages._readers._asking._value == 0, 5)
        with pytest.raises(Unavailable, match="too many"):
            pages.json(asked())
        for one in slow:
            assert one.exception()


def test_a_signal_to_all_processes_lets_readers_answer(said):
    pages, _ = said
    last = process_of(pages.json(asked()))
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(last, number)
    assert process_of(pages.json(asked())) == last


def test_a_server_whose_readers_are_killed_answers_on(tmp_path):
    with Server("--no-history", data=tmp_path) as server:
        server.post("/v1/intake", {"id": "1", "title": "China bans gallium exports", "marking": {"tlp": "CLEAR"}})
        assert wait_until(lambda: server.get(SEARCH)["total"] == 1, 20)
        both = children(server.process.pid)
        assert len(both) == 2
        for reader in both:
            os.kill(reader, signal.SIGKILL)
        not_remembered = f"{SEARCH}&limit=3"
        assert wait_until(lambda: server.ask("GET", not_remembered)[0] == 200, 20)
        assert server.get(f"{SEARCH}&limit=4")["total"] == 1
        assert "tocsin_readers 2.0" in server.ask("GET", "/metrics")[1].decode()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_no_reader_outlives_the_server(tmp_path, how):
    with Server("--no-history", data=tmp_path) as server:
        server.get(SEARCH)
        both = children(server.process.pid)
        assert len(both) == 2
        server.stop(how)
        assert wait_until(lambda: not any(map(is_there, both)), 20)


def test_without_readers_the_process_answers_itself(tmp_path, monkeypatch):
    monkeypatch.setenv("TOCSIN_READERS", "0")
    with Server("--no-history", data=tmp_path) as server:
        assert server.get(SEARCH)["total"] == 0
        assert children(server.process.pid) == []
