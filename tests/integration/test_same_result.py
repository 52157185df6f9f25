"""Both modes, one result: the same input gives the same documents, versions, alerts, feed and dead letters, ids included."""

import random
from collections import defaultdict
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from kafka import KafkaProducer
from sqlalchemy import select, text

from schemas.alert import ChannelIn, ChannelKind
from schemas.codec import decode, encode
from schemas.decision import Override, OverrideIn
from schemas.ledger import Tick
from schemas.marking import CLEAR
from schemas.party import Principal, Scope
from schemas.projection import Projection
from schemas.query import Search
from schemas.raw import Raw, SignalIn, SourceKind, signal_id_of
from schemas.rule import RuleIn
from schemas.signal import Signal
from schemas.topics import DEAD, LEDGER, RAW
from services.adapters.sqlite_log import SqliteLog
from services.records import tables
from services.settings import Settings
from services.wiring import broker_of, open_node, open_shared
from streams.ports import Outgoing
from streams.query.parse import parse
from tests.bench.signals import signals
from tests.distributed import Process, awaited, running, settings_for

pytestmark = pytest.mark.busy

NOW = datetime(2026, 7, 3, 12, tzinfo=UTC)
US = Principal(party="US", name="ann", scopes=frozenset(Scope))
INPUTS = (1_000, pytest.param(3_000, marks=pytest.mark.long))
CHUNK = 250
QUERIES = (
    "class:export_ban",
    "material:gallium OR material:tungsten",
    "severity.eu:>=50",
    '"desk note" actor:CN',
    "dysprosium -actor:CL",
    "expires:>2026-01-01",
    "sources:>1",
    "material:cobalt",
)
POISON = (b"k", b"{", "Raw/1"), (b"k2", b"\xff\xfe", "Raw/1"), (b"k3", b"{}", "Strange/7")
ACTS = ("The Ministry of Commerce announced in Announcement No. {n} of 2025 export controls on {m} from 1 December 2026.",
        "China suspended Announcement No. {n} of 2025 on {m} until 10 November 2026.",
        "Announcement No. {n} of 2025 takes effect: licences for {m} are refused to US buyers.")  # fmt: skip


LABELS = (
    OverrideIn(relevant=False, reason="not ours"),
    OverrideIn(event_classes=("export_quota",), materials=("gallium", "cobalt"), reason="read it again"),
    OverrideIn(direction="easing", maturity="draft", assertion="considered", reason="only a plan"),
    OverrideIn(reason="the machine was right"),
)


@dataclass(frozen=True)
class Labelled:
    """A person's labels for a post that came before, or for one that never comes: they are refused."""

    post: SignalIn
    labels: OverrideIn

    def decide(self, node):
        node.decisions.override(signal_id_of(self.post.source or "press", self.post.id), self.labels, by=US)


def a_post(post, *, received_at=NOW, body=None, backfill=False):
    source = post.source or "press"
    return Raw(
        signal_id=signal_id_of(source, post.id),
        source=source,
        source_kind=SourceKind.PRESS,
        party="US",
        received_at=received_at,
        body=encode(post) if body is None else body,
        marking=CLEAR,
        backfill=backfill,
    )


def mixed(count, *, seed):
    """Yield that many inputs: posts, ticks, titles of rules to make or (with a minus) to take back, and labels of people."""
    dice = random.Random(seed)
    news = signals(count, seed=seed)
    posted: list[SignalIn] = []
    for number in range(count):
        at = NOW + timedelta(minutes=number)
        kind = dice.random()
        post = next(news)
        if kind < 0.006:
            yield Tick(at=at + timedelta(days=number // 50))
        elif kind < 0.01:
            yield f"{'-' if dice.random() < 0.3 else ''}{dice.choice(QUERIES)}"
        elif kind < 0.04:
            yield a_post(
                post, received_at=at, body=dice.choice((b"not json", b'{"id": "x"}', b'{"id": "", "title": "t"}'))
            )
        elif kind < 0.06 and posted:
            yield Labelled(dice.choice(posted) if dice.random() < 0.9 else post, dice.choice(LABELS))
        elif kind < 0.15 and posted:  # the same words by another source, or the same address
            old = dice.choice(posted)
            yield a_post(
                old.model_copy(update={"id": f"copy-{number}", "source": dice.choice(("wire", "blog"))}), received_at=at
            )
        elif kind < 0.21 and posted:  # a new version of a report, or the very same again
            old = dice.choice(posted)
            again = old if dice.random() < 0.3 else old.model_copy(update={"title": f"{old.title} (corrected)"})
            yield a_post(again, received_at=at)
        elif kind < 0.31:
            told = dice.choice(ACTS).format(
                n=dice.randrange(50, 70), m=dice.choice(("gallium", "dysprosium", "tungsten"))
            )
            posted.append(post.model_copy(update={"title": told, "text": told}))
            yield a_post(posted[-1], received_at=at, backfill=dice.random() < 0.2)
        else:
            posted.append(post)
            yield a_post(post, received_at=at)


def change_rule(node, title, channel):
    """Make or take back a rule; one that is there, or is not, stays as it is."""
    held = {rule.title: rule for rule in node.rules.all(party="US")}
    name = title.removeprefix("-")
    if title.startswith("-") and name in held:
        node.rules.delete(held[name].id, by=US)
    elif not title.startswith("-") and name not in held:
        node.rules.create(RuleIn(title=name, query=name, channels=(channel,)), by=US)


def a_channel(node):
    return node.channels.create(ChannelIn(kind=ChannelKind.FILE, title="file", url="alerts.jsonl"), by=US).id


def told_to(node, inputs, valid_raws):
    """Give the shared installation its inputs; controls wait until what came before stands in the ledger."""
    channel, batch, expected = a_channel(node), [], node.log.end(LEDGER)

    def flush():
        nonlocal expected
        node.log.append([Outgoing(RAW, raw) for raw in batch])
        expected += sum(id(raw) in valid_raws for raw in batch)
        batch.clear()
        awaited(lambda: node.log.end(LEDGER) >= expected, what="classification", every=0.05)

    for item in inputs:
        if isinstance(item, Raw):
            batch.append(item)
        if len(batch) >= CHUNK or not isinstance(item, Raw):
            flush()
        if isinstance(item, Tick):
            node.log.append([Outgoing(LEDGER, item)])
            expected = node.log.end(LEDGER)
        elif isinstance(item, str):
            change_rule(node, item, channel)
            expected = node.log.end(LEDGER)
        elif isinstance(item, Labelled):
            item.decide(node)
            expected = node.log.end(LEDGER)
    flush()
    awaited(lambda: not any(node.progress.lag().values()), seconds=120, what="the end of the lag")


def replayed(node, ledger, raws, titles):
    """Give the embedded installation the same, in the order of the other's ledger."""
    channel, waiting = a_channel(node), defaultdict(list)
    for raw in raws:
        waiting[raw.signal_id].append(raw)
    titles, batch = iter(titles), []

    def flush():
        node.log.append([Outgoing(RAW, raw) for raw in batch])
        batch.clear()
        node.pipeline.drain()

    for item in ledger:
        if isinstance(item, Signal):
            batch.append(waiting[item.id].pop(0))
            continue
        flush()
        if isinstance(item, Tick):
            node.log.append([Outgoing(LEDGER, item)])
        elif isinstance(item, Override):
            labels = OverrideIn(**item.labels.given, reason=item.reason)
            node.decisions.override(item.signal_id, labels, by=US)
        else:
            version = item.version
            while max((rule for rule in versions(node)), default=0) < version:
                change_rule(node, next(titles), channel)
    flush()


def versions(node):
    with node.records.reading() as connection:
        return connection.execute(select(tables.rule.c.version)).scalars().all()


def rows(node, table, *columns):
    with node.records.reading() as connection:
        return sorted(connection.execute(select(*(table.c[name] for name in columns))).all())


def letters(node):
    found, after = [], 0
    while page := node.log.after(DEAD, after, limit=500):
        found += [decode(record.type, record.value) for record in page]
        after = page[-1].position
    return sorted(
        (one.stage, one.topic, one.record_key, one.record_type, one.value, one.error, one.detail) for one in found
    )


def documents(node):
    """Everything that every party may find, as bytes."""
    found = []
    for kind in ("signal", "event"):
        after = None
        while True:
            page = node.index.search(parse("*"), Search(kind=kind, limit=1_000, after=after), party="US")
            found += [encode(item) for item in page.items]
            if page.after is None:
                break
            after = page.after
    return sorted(found)


@pytest.fixture
def settings(tmp_path, kafka, elastic, postgres_url, space):
    return settings_for(
        tmp_path / "shared", kafka=kafka, elastic=elastic, database=postgres_url, space=space, tick_seconds=3_600
    )


@pytest.mark.timeout(600)
@pytest.mark.parametrize("count", INPUTS)
def test_both_modes_give_one_result(settings, tmp_path, count):
    inputs = list(mixed(count, seed=1))
    raws = [item for item in inputs if isinstance(item, Raw)]
    good = {id(raw) for raw in raws if raw.body.startswith(b'{"id"') and b'"source"' in raw.body}
    with closing(open_shared(settings, now=lambda: NOW)) as shared:
        workers = [Process("worker", settings), Process("worker", settings)]
        with running(*workers):
            poison_kafka(settings)
            told_to(shared, inputs, good)
            assert [worker.stop() for worker in workers] == [0, 0]
        ledger = [decode(record.type, record.value) for record in everything(shared.log, LEDGER)]
        shared.index.refresh()
        poison_sqlite(tmp_path / "one")
        with closing(open_node(Settings(data_dir=tmp_path / "one", secret_key="k" * 40), now=lambda: NOW)) as one:
            one.log.append([Outgoing(RAW, raw) for raw in raws if id(raw) not in good])
            one.pipeline.drain()
            titles = [item for item in inputs if isinstance(item, str)]
            replayed(one, ledger, [raw for raw in raws if id(raw) in good], titles)
            compare(shared, one)


def equal(ours, theirs):
    """Compare long lists; tell of the first few that differ."""
    left, right = set(ours) - set(theirs), set(theirs) - set(ours)
    assert (sorted(left)[:3], sorted(right)[:3], len(left), len(right), len(ours)) == ([], [], 0, 0, len(theirs))


def compare(shared, one):
    assert letters(shared) == letters(one)
    assert len(letters(one)) > 20
    history = ("kind", "id", "audience", "version", "type", "body")
    equal(rows(shared, tables.history, *history), rows(one, tables.history, *history))
    equal(documents(shared), documents(one))
    alert = ("id", "rule_id", "party", "body")
    equal(rows(shared, tables.alert, *alert), rows(one, tables.alert, *alert))
    assert len(rows(one, tables.alert, "id")) > 20
    delivery = ("id", "alert_id", "channel_id", "party")
    assert rows(shared, tables.delivery, *delivery) == rows(one, tables.delivery, *delivery)
    alias = ("alias", "audience", "id")
    assert rows(shared, tables.alias, *alias) == rows(one, tables.alias, *alias)
    compare_feeds(shared, one)


def compare_feeds(shared, one):
    """Between things the order is open; of one thing it is the same. What bears an id that another thing bore may overtake it."""
    feeds = [node.history.feed("base", after=0, limit=100_000) for node in (shared, one)]
    for feed in feeds:
        assert [entry.sequence for entry in feed] == list(range(1, len(feed) + 1))
    told = [
        {(entry.projected.kind, entry.projected.id, entry.projected.version) for entry in feed
         if isinstance(entry.projected, Projection)}
        for feed in feeds
    ]  # fmt: skip
    origins = defaultdict(set)
    for entry in feeds[1]:
        origins[entry.projected.id].add(entry.projected.origin_id)
    overtaken = told[1] - told[0]
    assert told[0] <= told[1]
    assert all(len(origins[name]) > 1 for _, name, _ in overtaken), overtaken
    assert len(overtaken) < len(told[1]) / 100
    last = [{entry.projected.id: encode(entry.projected) for entry in feed} for feed in feeds]
    assert last[0] == last[1]


def everything(log, topic):
    found = []
    while page := log.after(topic, found[-1].position if found else 0, limit=2_000):
        found += page
    return found


def poison_kafka(settings):
    producer = KafkaProducer(bootstrap_servers=settings.kafka.bootstrap)
    for number, (key, value, name) in enumerate(POISON):
        topic = broker_of(settings).topic(RAW)
        producer.send(topic, value, key=key, partition=number, headers=[("type", name.encode())]).get(timeout=10)
    producer.close()


def poison_sqlite(folder):
    folder.mkdir()
    log = SqliteLog(folder / "log.db")
    with log._database.writing() as connection:
        for key, value, name in POISON:
            row = {"key": key.decode(), "type": name, "value": value}
            connection.execute(
                text("INSERT INTO log_raw (key, type, appended_at, value) VALUES (:key, :type, 0, :value)"), row
            )
    log.close()
