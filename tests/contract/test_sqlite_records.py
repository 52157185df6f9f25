from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, text

from schemas.alert import ChannelIn, ChannelKind
from schemas.party import Scope
from services.records import tables
from services.records.access import OPERATOR, AccessRecords
from services.records.channels import ChannelRecords
from services.records.database import Database
from services.secrets import Seal
from streams.errors import ConfigError, Unavailable
from tests.contract import access_records, history_records, outbox_records, records, saved_queries
from tests.contract.records import SECRET, US, Clock


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def path(tmp_path):
    return tmp_path / "records.db"


@pytest.fixture
def database(path):
    with closing(Database(f"sqlite:///{path}", schema="records")) as database:
        database.migrate()
        yield database


@pytest.fixture
def another(path):
    with closing(Database(f"sqlite:///{path}", schema="records")) as database:
        yield database


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


class TestMarks(records.MarksContract):
    pass


class TestSources(records.SourcesContract):
    pass


class TestSavedQueries(saved_queries.SavedQueriesContract):
    pass


def everything_on_disk(path):
    """All bytes of the database and of its journals."""
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_no_token_stands_in_the_file(database, path, clock):
    _, secret = AccessRecords(database, now=clock).create_token("EU", "script", (Scope.READ,), by=OPERATOR)
    assert b"script" in everything_on_disk(path)
    assert secret.encode() not in everything_on_disk(path)


def test_a_folder_s_one_process_remembers_who_holds_a_token(database, clock):
    access = AccessRecords(database, now=clock)
    _, secret = access.create_token("EU", "script", (Scope.READ,), by=OPERATOR)
    told = access.principal(secret)
    assert access.remembered(secret) == told
    assert access.remembered(secret[:-1]) is None


def test_no_channel_s_secret_stands_in_the_file(database, path, clock):
    posted = ChannelIn(kind=ChannelKind.WEBHOOK, title="hook", url="https://h.example", secret=SECRET)
    ChannelRecords(database, Seal("k"), now=clock).create(posted, by=US)
    assert b"https://h.example" in everything_on_disk(path)
    assert SECRET.removeprefix("whsec_").encode() not in everything_on_disk(path)


def test_the_migrations_make_the_tables_that_the_code_uses(database):
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []


def test_migrating_again_changes_nothing(database):
    database.migrate()
    with database.reading() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [
            "0003_saved_queries"
        ]


def test_an_installation_of_the_first_version_is_brought_up_and_keeps_what_it_has(database, clock):
    ChannelRecords(database, Seal("k"), now=clock).create(
        ChannelIn(kind=ChannelKind.FILE, title="desk", url="desk.jsonl"), by=US
    )
    with database.writing() as connection:
        for table in (tables.saved_query, tables.saved_query_reader, tables.source, tables.source_item):
            table.drop(connection)
        connection.execute(text("UPDATE alembic_version SET version_num = '0001_first'"))
    database.migrate()
    test_the_migrations_make_the_tables_that_the_code_uses(database)
    assert [one.title for one in ChannelRecords(database, Seal("k"), now=clock).all(party="US")] == ["desk"]


def test_a_database_of_a_later_version_is_refused(database):
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999_later'"))
    with pytest.raises(ConfigError, match="records"):
        database.migrate()


def test_a_write_that_fails_leaves_nothing(database):
    def fail_half_way():
        with database.writing() as connection:
            connection.execute(insert(tables.mark).values(name="m", value=1))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM mark")).scalar() == 0


def test_a_database_that_cannot_answer_is_unavailable(database):
    with pytest.raises(Unavailable, match="mark_that_is_none"), database.reading() as connection:
        connection.execute(text("SELECT * FROM mark_that_is_none"))
