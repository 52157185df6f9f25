"""An embedded installation moves up into distributed mode and keeps all that it told."""

import tarfile
from contextlib import closing

import pytest
from sqlalchemy import select

from schemas.alert import ChannelIn, ChannelKind
from schemas.codec import encode
from schemas.ledger import Tick
from schemas.projection import Kind
from schemas.query import Search
from schemas.rule import RuleIn
from schemas.topics import LEDGER, RAW
from services.backup import backup
from services.records import tables
from services.records.access import OPERATOR
from services.reindex import reindex
from services.restore import restore
from services.settings import Settings
from services.wiring import open_node, open_shared
from streams.errors import Conflict, InvalidInput
from streams.ports import Outgoing
from streams.query.parse import parse
from tests.bench.distributed import raws
from tests.builders import NOON
from tests.distributed import Process, awaited, running, settings_for

pytestmark = pytest.mark.busy

SECRET = "whsec_" + "c2VjcmV0LXRoYXQtaXMtbG9uZy1lbm91Z2g"
UNPROCESSED = 10
KEPT = (
    tables.history,
    tables.feed,
    tables.alert,
    tables.delivery,
    tables.rule,
    tables.token,
    tables.mark,
    tables.party,
)


def silent(_text):
    """Say nothing."""


def rows(node, table):
    with node.records.reading() as connection:
        return sorted(connection.execute(select(table)).all(), key=repr)


def documents(node):
    pages = [
        node.index.search(parse("*"), Search(kind=kind, limit=1_000), party="US") for kind in (Kind.SIGNAL, Kind.EVENT)
    ]
    return sorted(encode(item) for page in pages for item in page.items)


@pytest.fixture
def filled(tmp_path):
    """A folder with signals, a rule, a channel with a secret, alerts and one delivery that is done."""
    settings = Settings(data_dir=tmp_path / "one")
    with closing(open_node(settings)) as node:
        posted = ChannelIn(kind=ChannelKind.WEBHOOK, title="hook", url="https://h.example/", secret=SECRET)
        channel = node.channels.create(posted, by=OPERATOR)
        node.rules.create(RuleIn(title="all", query="gallium OR tungsten", channels=(channel.id,)), by=OPERATOR)
        node.access.create_token("US", "desk", ("read",), by=OPERATOR)
        for start in range(0, 300, 100):
            node.log.append([Outgoing(RAW, raw) for raw in raws(300)[start : start + 100]])
            node.pipeline.drain()
            node.log.append([Outgoing(LEDGER, Tick(at=NOON))])
        node.pipeline.drain()
        (first, *_) = node.outbox.claim(limit=1)
        node.outbox.done(first.delivery.id, "204")
        node.log.append(
            [Outgoing(RAW, raw) for raw in raws(300 + UNPROCESSED)[300:]]
        )  # acknowledged, and not processed yet
        yield settings, node


@pytest.fixture
def settings(tmp_path, kafka, elastic, postgres_url, space):
    return settings_for(
        tmp_path / "up", kafka=kafka, elastic=elastic, database=postgres_url, space=space, tick_seconds=3_600
    )


@pytest.mark.timeout(180)
def test_all_that_was_told_stays_told_under_its_number(filled, settings, tmp_path):
    one_settings, one = filled
    backup(one_settings, tmp_path / "b.tar.gz", say=silent)
    restore(settings, tmp_path / "b.tar.gz", say=silent)
    with pytest.raises(Conflict, match="ledger"):
        restore(settings, tmp_path / "b.tar.gz", say=silent)
    with closing(open_shared(settings)) as up, running(Process("worker", settings)):
        awaited(lambda: up.log.end(LEDGER) >= one.log.end(LEDGER) + UNPROCESSED, what="the ledger")
        awaited(lambda: not any(up.progress.lag().values()), seconds=90, what="the end of the lag")
        up.index.refresh()
        for table in KEPT:
            assert set(rows(up, table)) >= set(rows(one, table)), table.name
        assert set(documents(up)) >= set(documents(one))
        assert len(documents(up)) == len(documents(one)) + 2 * UNPROCESSED
        told = rows(up, tables.feed)
        assert sorted(row.sequence for row in told) == list(range(1, len(told) + 1))
        assert len({row.id for row in rows(up, tables.delivery)}) == len(rows(up, tables.alert))
        assert [row.state for row in rows(up, tables.delivery)].count("done") == 1
        (claimed, *_) = up.outbox.claim(limit=1)
        assert claimed.channel.secret == SECRET
        replayed_index_is_the_same(settings, up)


def replayed_index_is_the_same(settings, up):
    """Move on: from any position of the ledger into a new index version."""
    before = documents(up)
    for position in (0, 120, None):
        reindex(settings, after=position, say=silent)
        up.index.refresh()
        assert documents(up) == before


def test_a_backup_goes_back_into_a_new_folder_alone(filled, tmp_path):
    settings, one = filled
    backup(settings, tmp_path / "b.tar.gz", say=silent)
    with pytest.raises(InvalidInput, match="there already"):
        backup(settings, tmp_path / "b.tar.gz", say=silent)
    told = rows(one, tables.feed)
    fresh = Settings(data_dir=tmp_path / "two")
    restore(fresh, tmp_path / "b.tar.gz", say=silent)
    with closing(open_node(fresh)) as two:
        assert set(documents(two)) >= set(documents(one))
        assert set(rows(two, tables.feed)) >= set(told)
        assert len(documents(two)) == len(documents(one)) + 2 * UNPROCESSED
    with pytest.raises(Conflict, match="holds an installation"):
        restore(fresh, tmp_path / "b.tar.gz", say=silent)


def test_what_is_no_backup_is_refused(tmp_path):
    (tmp_path / "b").write_bytes(b"PK\x03\x04 no archive of ours")
    with pytest.raises(InvalidInput, match="cannot read"):
        restore(Settings(data_dir=tmp_path / "two"), tmp_path / "b", say=silent)


@pytest.mark.parametrize(
    ("name", "kind"), [("log.db", tarfile.SYMTYPE), ("log.db", tarfile.LNKTYPE), ("../log.db", tarfile.REGTYPE)]
)
def test_an_archive_that_reaches_elsewhere_is_refused(tmp_path, name, kind):
    (tmp_path / "log.db").write_bytes(b"another's")
    with tarfile.open(tmp_path / "b", mode="w:gz") as archive:
        for member in (tarfile.TarInfo("records.db"), tarfile.TarInfo("secret-key"), tarfile.TarInfo(name)):
            if member.name == name:
                member.type, member.linkname = kind, str(tmp_path / "log.db")
            archive.addfile(member)
    with pytest.raises(InvalidInput, match="is no"):
        restore(Settings(data_dir=tmp_path / "two"), tmp_path / "b", say=silent)
    assert (tmp_path / "log.db").read_bytes() == b"another's"
