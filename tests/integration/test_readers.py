"""Processes that make pages: one that fails takes one question with it, and none of them outlives the server."""

import os
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local.process import wait_until
from schemas.party import Principal, Scope
from schemas.projection import Kind
from services import readers
from services.pages import Question
from services.readers import forked
from streams.errors import Bug, InvalidInput, Unavailable
from tests.processes import Server

BY = Principal(party="US", name="ann", scopes=frozenset(Scope), token_id="t")
SEARCH = "/v1/signals?q=gallium"


def children(pid):
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def is_there(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def asked(query="gallium"):
    return Question(Kind.SIGNAL, query, BY, 20, None, "-published", (), None)


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


def test_readers_that_fail_are_given_up_and_in_the_end_the_process_answers_itself(said, monkeypatch):
    pages, _ = said
    os.kill(int(pages.json(asked()).split()[0]), signal.SIGKILL)
    with pytest.raises(Unavailable, match="ask again"):
        pages.json(asked())
    monkeypatch.setattr(readers, "ANSWER_SECONDS", 0.2)
    last = int(pages.json(asked()).split()[0])
    with pytest.raises(Unavailable, match="ask again"):
        pages.json(asked("slow"))
    assert not is_there(last)
    assert pages.json(asked()).split()[0] == str(os.getpid()).encode()


def test_a_server_whose_readers_are_killed_answers_on(tmp_path):
    with Server("--no-history", data=tmp_path) as server:
        server.post("/v1/intake", {"id": "1", "title": "China bans gallium exports", "marking": {"tlp": "CLEAR"}})
        assert wait_until(lambda: server.get(SEARCH)["total"] == 1, 20)
        both = children(server.process.pid)
        assert len(both) == 2
        for reader in both:
            os.kill(reader, signal.SIGKILL)
        statuses = [server.ask("GET", SEARCH)[0] for _ in range(4)]
        assert statuses == [503, 503, 200, 200]


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
