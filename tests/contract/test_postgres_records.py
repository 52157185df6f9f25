"""The records on a real PostgreSQL: the same suites, and what several processes do at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from deploy.local.ports import free_port
from deploy.local.process import wait_until
from schemas.alert import ChannelIn, ChannelKind
from schemas.rule import RuleIn
from schemas.topics import LEDGER
from services.records import tables
from services.records.channels import ChannelRecords
from services.records.database import Database
from services.records.history import HistoryRecords
from services.records.leader import Leader
from services.records.ledger_outbox import LedgerOutbox
from services.records.listening import Listener
from services.records.marks import MarkRecords
from services.records.outbox import OutboxRecords
from services.records.rules import RuleRecords
from services.records.statements import PUBLISHED
from services.secrets import Seal
from streams.errors import ConfigError, Unavailable
from tests.contract import access_records, history_records, outbox_records, records, saved_queries
from tests.contract.history_records import an_event
from tests.contract.records import US, Clock, items
from tests.fakes import MemoryLog

MANY = 4


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(postgres_url):
    with closing(Database(postgres_url, schema="records")) as database:
        database.migrate()
        yield database


@pytest.fixture
def another(postgres_url):
    with closing(Database(postgres_url, schema="records")) as database:
        yield database


@pytest.fixture
def databases(postgres_url, database):
    """As many as there are processes."""
    opened = [Database(postgres_url, schema="records") for _ in range(MANY)]
    yield opened
    for one in opened:
        one.close()


class TestHistory(history_records.HistoryContract):
    pass


class TestRules(records.RulesContract):
    pass


class TestDecisions(records.DecisionsContract):
    pass


class TestOutbox(outbox_records.OutboxContract):
    pass


class TestAccess(access_records.AccessContract):
    pass


class TestChannels(records.ChannelsContract):
    pass


class TestSavedQueries(saved_queries.SavedQueriesContract):
    pass


class TestMarks(records.MarksContract):
    pass


class TestSources(records.SourcesContract):
    pass


def at_once(do, over):
    """Do it for each at the same time; return the results in order."""
    over = list(over)
    start = threading.Barrier(len(over))

    def one(item):
        start.wait(10)
        return do(item)

    with ThreadPoolExecutor(len(over)) as threads:
        return list(threads.map(one, over))


def test_the_migrations_make_the_tables_that_the_code_uses(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_several_processes_may_migrate_at_once(postgres_url):
    opened = [Database(postgres_url, schema="records") for _ in range(MANY)]
    at_once(Database.migrate, opened)
    assert [one.missing() for one in opened] == [None] * MANY
    for one in opened:
        one.close()


def test_a_database_of_a_later_version_is_refused(database):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    with pytest.raises(ConfigError, match="records"):
        database.migrate()


def test_a_database_that_is_away_is_unavailable_and_tells_no_password():
    away = Database(f"postgresql+psycopg://ann:secret@127.0.0.1:{free_port()}/x", schema="records")
    with pytest.raises(Unavailable) as refused:
        away.migrate()
    assert "secret" not in str(refused.value)
    assert "secret" not in (away.missing() or "")


def test_the_feed_of_many_publishers_has_no_gap_and_no_repeat(databases, clock):
    histories = [HistoryRecords(database, now=clock) for database in databases]
    told = [an_event(f"e{number}", version=1 + 2 * round_) for round_ in range(3) for number in range(40)]

    def publish(number):
        for position in range(0, len(told), 5):
            histories[number].put(told[position : position + 5], {number: position + 1})

    at_once(publish, range(MANY))
    feed = histories[0].feed("base", after=0, limit=1_000)
    assert [entry.sequence for entry in feed] == list(range(1, len(feed) + 1))
    assert len({(entry.projected.id, entry.projected.version) for entry in feed}) == len(feed)
    last = {entry.projected.id: entry.projected.version for entry in feed}
    assert last == {f"e{number}": 5 for number in range(40)}
    times = [entry.added_at for entry in feed]
    assert times == sorted(set(times))


def test_versions_of_rules_are_unique_and_stand_in_the_ledger_in_order(databases, clock):
    log = MemoryLog()

    def create(number):
        rules = RuleRecords(databases[number], LedgerOutbox(databases[number], log), now=clock)
        return [rules.create(RuleIn(title=f"{number}-{one}", query="tin"), by=US).version for one in range(5)]

    made = [version for versions in at_once(create, range(MANY)) for version in versions]
    assert sorted(made) == list(range(1, 5 * MANY + 1))
    assert [item.version for item in items(log, LEDGER)] == sorted(made)


def test_a_delivery_is_claimed_by_one_dispatcher_alone(databases, clock):
    seal = Seal("k")
    hook = ChannelIn(kind=ChannelKind.FILE, title="f", url="f.jsonl")
    channel = ChannelRecords(databases[0], seal, now=clock).create(hook, by=US)
    rule = RuleRecords(databases[0], LedgerOutbox(databases[0], MemoryLog()), now=clock).create(
        RuleIn(title="t", query="tin", channels=(channel.id,)), by=US
    )
    outboxes = [OutboxRecords(database, seal, now=clock) for database in databases]
    outboxes[0].put([TestOutbox().an_alert(rule, f"a{number}") for number in range(200)], {0: 1})

    def work(number):
        done = []
        while claimed := outboxes[number].claim(limit=4):
            done += [one.delivery.id for one in claimed]
            for one in claimed:
                outboxes[number].done(one.delivery.id, "ok")
        return done

    claimed = [one for done in at_once(work, range(MANY)) for one in done]
    while rest := outboxes[0].claim(limit=4):  # what another's share of the channel kept back
        claimed += [one.delivery.id for one in rest]
        for one in rest:
            outboxes[0].done(one.delivery.id, "ok")
    assert len(claimed) == len(set(claimed)) == 200


def test_the_clock_never_goes_back_whoever_tells_the_time(databases):
    marks = [MarkRecords(database) for database in databases]
    at_once(lambda number: [marks[number].raise_to("t", 10 * step + number) for step in range(20)], range(MANY))
    assert marks[0].get("t") == 193
    assert marks[0].raise_to("t", 5) == 193


def test_one_process_leads_until_it_lets_go(databases):
    leaders = [Leader(database, "clock") for database in databases]
    assert [leader.held() for leader in leaders] == [True, False, False, False]
    assert [leader.held() for leader in leaders] == [True, False, False, False]
    leaders[0].release()
    assert wait_until(leaders[1].held, 10)  # the server notes a moment later that the connection is gone
    assert [leader.held() for leader in leaders[1:]] == [True, False, False]
    for leader in leaders:
        leader.release()


def test_a_leader_whose_connection_was_cut_leads_no_longer(databases):
    first, second = Leader(databases[0], "clock"), Leader(databases[1], "clock")
    assert first.held()
    with databases[2].writing() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
        )
    with pytest.raises(Unavailable):
        first.held()
    assert second.held()
    assert not first.held()
    for leader in (first, second):
        leader.release()


def test_what_is_published_is_heard_by_other_processes(database, postgres_url, clock):
    heard, stopping = threading.Semaphore(0), threading.Event()
    listener = Listener(postgres_url, {PUBLISHED: heard.release})
    thread = threading.Thread(target=listener.run, args=(stopping,))
    thread.start()
    try:
        assert heard.acquire(timeout=10)  # once at the start: something may have been missed
        HistoryRecords(database, now=clock).put([an_event()], {0: 1})
        assert heard.acquire(timeout=10)
    finally:
        stopping.set()
        thread.join(10)
    assert not thread.is_alive()
