"""One look at a source: what goes to the intake and how, and what is noted when something is in the way."""

from contextlib import closing
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from schemas.marking import CLEAR, Marking, Tlp
from schemas.raw import SignalIn, SourceKind
from services.adapters.ssrf import Guard
from services.records.access import OPERATOR
from services.records.database import Database
from services.records.sources import SourceRecords
from services.sources.fetch import Fetcher, Limits
from services.sources.hosts import Hosts
from services.sources.looking import BATCH_SIGNALS, Looking, admitted, host_of
from services.sources.source import Kind, Source
from streams.errors import InvalidInput, Unavailable
from tests.builders import NOON
from tests.publisher import Page, Publisher, a_feed

RECENT, OLD = "Fri, 03 Jul 2026 10:00:00 GMT", "Mon, 01 Jun 2026 10:00:00 GMT"


@pytest.fixture
def publisher():
    publisher = Publisher()
    publisher.pages["/feed"] = Page(a_feed(("b", "second"), ("a", "first"), pubDate=RECENT))
    yield publisher
    publisher.close()


class Desk:
    """Looks at one feed; `posts` is what the intake took, `away` lets it refuse."""

    def __init__(self, publisher, records):
        self.records, self.posts, self.away = records, [], False
        self.hosts = Hosts(0.0)
        fetcher = Fetcher(Guard(["127.0.0.1"]), self.hosts, Limits(5.0, 5.0, 5_000_000))
        self.looking = Looking(fetcher, self.hosts, records, self.take, OPERATOR, lambda: NOON)
        self.source = a_source(address=publisher.url("/feed"))
        records.enable("m", by=OPERATOR)

    def take(self, posts, arrival):
        if self.away:
            raise Unavailable("the pipeline is far behind")
        self.posts.append((list(posts), arrival))

    def look(self):
        self.looking.look(self.source, self.state)

    @property
    def state(self):
        return self.records.states()["m"]

    @property
    def titles(self):
        return [post.title for posts, _ in self.posts for post in posts]


@pytest.fixture
def desk(publisher, tmp_path):
    with closing(Database(f"sqlite:///{tmp_path}/records.db", schema="records")) as database:
        database.migrate()
        yield Desk(publisher, SourceRecords(database, now=lambda: NOON))


def a_source(**changes):
    facts = {
        "id": "m",
        "title": "t",
        "publisher": "p",
        "kind": "feed",
        "address": "https://m.example/feed",
        "language": "zh",
        "grade": "A",
        "cadence": 600,
        "licence": "none",
    }
    return Source(**facts | changes)


def test_new_items_are_taken_the_oldest_first_in_the_source_s_name(desk):
    desk.look()
    ((posts, arrival),) = desk.posts
    assert [post.id for post in posts] == ["a", "b"]
    assert {(post.source, post.language, post.marking) for post in posts} == {("m", "zh", CLEAR)}
    assert (arrival.by, arrival.source_kind, arrival.backfill) == (OPERATOR, SourceKind.OFFICIAL, False)
    assert (desk.state.items_seen, desk.state.entries, desk.state.failures) == (2, 2, 0)
    assert timedelta(seconds=600) <= desk.state.due_at - NOON <= timedelta(seconds=660)


def test_old_news_and_what_was_there_before_ring_nobody(desk, publisher):
    publisher.pages["/feed"] = Page(a_feed(("old", "x"), pubDate=OLD))
    desk.look()
    publisher.pages["/feed"] = Page(a_feed(("undated", "y")))
    desk.look()
    assert [(posts[0].title, arrival.backfill) for posts, arrival in desk.posts] == [("old", True), ("undated", False)]


def test_many_are_taken_in_batches(desk, publisher):
    publisher.pages["/feed"] = Page(a_feed(*((f"n{number}", "x") for number in range(BATCH_SIGNALS + 1))))
    desk.look()
    assert [len(posts) for posts, _ in desk.posts] == [BATCH_SIGNALS, 1]


def test_what_the_intake_cannot_take_is_had_later_and_no_fault_of_the_source(desk):
    desk.away = True
    desk.look()
    assert (desk.state.failures, desk.state.last_success_at) == (0, None)
    assert desk.hosts.wait_seconds("127.0.0.1") > 20
    desk.away = False
    desk.hosts = Hosts(0.0)
    desk.looking = Looking(
        Fetcher(Guard(["127.0.0.1"]), desk.hosts, Limits(5.0, 5.0, 5_000_000)), desk.hosts, desk.records, desk.take, OPERATOR,
        lambda: NOON,
    )  # fmt: skip
    desk.look()
    assert desk.titles == ["a", "b"]


def test_a_failure_is_told_once_for_each_reason(desk, publisher):
    with capture_logs() as told:
        for answer in (Page(status=500), Page(status=500), Page(b"<html/>"), Page(b"<html/>")):
            publisher.pages["/feed"] = answer
            desk.look()
    assert [entry["event"] for entry in told] == ["source_failed", "source_failed"]
    assert desk.state.failures == 4
    assert "<html>" in desk.state.last_error


def test_a_fault_of_ours_is_noted_as_a_failure(desk, monkeypatch):
    monkeypatch.setattr("services.sources.looking.collector_of", lambda _kind: 1 / 0)
    with capture_logs() as told:
        desk.look()
    assert told[0]["event"] == "source_look_broke"
    assert "fault of ours" in desk.state.last_error


def test_a_fault_of_ours_after_the_fetch_does_not_have_it_fetched_again_at_once(desk, monkeypatch):
    monkeypatch.setattr("services.sources.looking.traits_of", lambda _posts, _kind: 1 / 0)
    with capture_logs():
        desk.look()
    assert desk.state.failures == 1
    assert desk.state.due_at > NOON
    assert desk.hosts.wait_seconds("127.0.0.1") > 20


def test_letters_that_no_database_keeps_are_left_out_of_ids():
    (post,), _ = admitted(a_source(), [SignalIn(id="a\0b", title="t")], now=NOON)
    assert post.id == "ab"


def test_what_comes_of_a_look_after_the_end_is_not_kept(desk):
    desk.hosts.stop()
    desk.look()
    assert desk.posts == []
    assert desk.state.last_attempt_at is None


AMBER = Marking(tlp=Tlp.AMBER)


@pytest.mark.parametrize(
    ("own", "of_source", "is_taken"), [(None, CLEAR, True), (AMBER, CLEAR, False), (None, AMBER, False)]
)
def test_what_is_marked_narrower_than_all_may_read_is_refused(own, of_source, is_taken):
    items = [SignalIn(id="1", title="t", marking=own), InvalidInput("none")]
    posts, refused = admitted(a_source(marking=of_source), items, now=NOON)
    assert (len(posts), len(refused)) == ((1, 1) if is_taken else (0, 2))


@pytest.mark.parametrize(
    ("kind", "expected"), [(Kind.FEED, "m"), (Kind.LIST_PAGE, "m"), (Kind.FEDERAL_REGISTER, "federal-register")]
)
def test_a_signal_speaks_for_its_source_alone(kind, expected):
    (post,), _ = admitted(a_source(kind=kind), [SignalIn(id="1", title="t", source="federal-register")], now=NOON)
    assert post.source == expected


def test_a_folder_is_a_host_of_its_own():
    assert host_of(a_source()) == "m.example"
    assert host_of(a_source(kind="folder", address="/srv/inbox")) == "folder m"
