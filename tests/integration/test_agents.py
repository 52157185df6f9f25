"""The faust driver on a real broker: what is killed or loses its partitions in mid-batch loses nothing and doubles nothing."""

import asyncio
import os
import random
import signal
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaConsumer, TopicPartition

from schemas.claim import Claim
from schemas.codec import decode
from schemas.ledger import Tick
from schemas.topics import CLAIMS, LEDGER, RAW
from services.adapters.kafka_admin import prepare
from services.adapters.kafka_log import KafkaLog
from services.wiring import changelogs
from streams.broker import Broker
from streams.journal import APPLIED, JOURNAL, journaled, undone
from streams.knowledge.load import load
from streams.ports import Outgoing, Put
from streams.rules.compile import RuleSet
from streams.stage import Reference, Taken
from streams.stages.correlate import correlate
from streams.stages.reports import Entry, Reports
from streams.stages.understand import understand
from streams.states import state_key
from tests.bench.distributed import raws
from tests.builders import NOON
from tests.distributed import awaited

pytestmark = pytest.mark.busy

COUNT = 1_200
REFERENCE = Reference(knowledge=load(), rules=RuleSet())

WORKER = """
import asyncio, pathlib, sys, signal
from streams.agents import Agents, Load
from streams.clients import Place
from streams.broker import Broker
from streams.pipeline import PIPELINE
from streams.ports import Ports
from streams.rules.compile import RuleSet
from streams.knowledge.load import load
from streams.stage import Reference
from tests.fakes import MemoryStore

async def main():
    bootstrap, space, folder, *steps = sys.argv[1:]
    reference = Reference(knowledge=load(), rules=RuleSet())
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    ports = Ports(index=MemoryStore(), history=MemoryStore(), outbox=MemoryStore())
    agents = Agents([step for step in PIPELINE if step.name in steps], Place(Broker(bootstrap, space=space), pathlib.Path(folder)),
                    ports=ports, references=lambda _version: reference, load=Load(batch=64), on_failure=print)
    await agents.run(stopping)

asyncio.run(main())
"""


class Worker:
    """A process that runs steps of the pipeline and nothing else; killed and started again on its folder."""

    def __init__(self, broker, folder, *steps):
        self._command = [sys.executable, "-c", WORKER, broker.bootstrap, broker.space, str(folder), *steps]
        self._log = folder.parent / f"{folder.name}.log"
        self.process = None

    async def start(self):
        with self._log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *self._command, stdout=output, stderr=output, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
            )

    async def end(self, how=signal.SIGKILL):
        if self.process.returncode is None:
            self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), 30)


@pytest.fixture
def broker(kafka, space):
    broker = Broker(kafka.address, space=space)
    prepare(broker, changelogs=changelogs())
    return broker


@pytest.fixture
def log(broker):
    with closing(KafkaLog(broker)) as log:
        yield log


def everything(log, topic):
    """All records of a topic, by partition."""
    found = {}
    for partition in range(topic.partitions):
        held = found[partition] = []
        while page := log.after(topic, held[-1].position if held else 0, limit=1_000, partition=partition):
            held += page
    return found


def kept(broker, fold):
    """What a fold's changelog holds, by state key: what another worker would find."""
    name = broker.changelog(fold)
    consumer = KafkaConsumer(bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest", enable_auto_commit=False)
    places = [TopicPartition(name, one) for one in consumer.partitions_for_topic(name)]
    consumer.assign(places)
    ends, states = consumer.end_offsets(places), {}
    while any(consumer.position(place) < ends[place] for place in places):
        for some in consumer.poll(timeout_ms=500).values():
            for one in some:
                states[one.key] = one.value
    consumer.close()
    return states


def folded(records):
    """What correlate makes of the ledger in one go: claims, and the thing of each report."""
    held = {}

    class Kept:
        def get(self, key, model):
            return held.get(key)

        def scan(self, prefix, model):
            return iter(())

    reports, claims = Reports(Kept()), []
    for record in records:
        item = decode(record.type, record.value)
        if isinstance(item, Tick):
            continue
        result = correlate(reports, Taken(record.position, item), REFERENCE)
        claims += result.outputs
        for key, state in result.states.items():
            reports.put(key, state)
            held[key] = state
    return claims, {entry.signal_id: entry.thing for entry in held.values() if isinstance(entry, Entry)}


def poured(log):
    """Give the ledger reports, some of which move others, and ticks, over twenty seconds."""
    dice, signals = random.Random(5), [one for raw in raws(COUNT) for one in understand(raw, REFERENCE)]
    for number in range(0, len(signals), 7):
        signals[number] = signals[number].model_copy(update={"url": f"https://example.org/{dice.randrange(12)}/x"})
    for start in range(0, len(signals), 20):
        log.append([*(Outgoing(LEDGER, one) for one in signals[start : start + 20]), Outgoing(LEDGER, Tick(at=NOON))])
        time.sleep(0.35)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", [1])
def test_a_fold_of_many_states_agrees_with_its_offset_after_kills_at_random(broker, log, tmp_path, seed):
    print(f"seed {seed}")

    async def storm():
        dice = random.Random(seed)
        pouring = asyncio.create_task(asyncio.to_thread(poured, log))
        for kill in range(5):
            # Every other time on an empty folder, so that the states are read from the changelog.
            worker = Worker(broker, tmp_path / f"w{kill if dice.random() < 0.5 else 0}", "correlate")
            await worker.start()
            await asyncio.sleep(dice.uniform(3.0, 6.0))
            await worker.end()
        await pouring
        worker = Worker(broker, tmp_path / "last", "correlate")
        await worker.start()
        await asyncio.to_thread(
            awaited, lambda: log.members("correlate") and log.lag(LEDGER, "correlate") == 0, seconds=60
        )
        return await worker.end(signal.SIGTERM)

    assert asyncio.run(storm()) == 0
    claims, things = folded(everything(log, LEDGER)[0])
    told = [decode(one.type, one.value) for held in everything(log, CLAIMS).values() for one in held]
    said = {claim.model_copy(update={"rules": None}) for claim in told if isinstance(claim, Claim)}
    assert said == set(claims)
    states = kept(broker, "correlate")
    placed = {
        entry.signal_id: entry.thing
        for key, value in states.items()
        if value and key.startswith(state_key("correlate", "entry/"))
        for entry in [Entry.model_validate_json(value)]
    }
    assert placed == things
    assert int(states[state_key("correlate", APPLIED)]) == log.end(LEDGER) - 1  # the last record is a tick


@pytest.mark.timeout(180)
def test_a_batch_that_loses_its_partitions_in_a_rebalance_loses_nothing(broker, log, tmp_path):
    posts = raws(COUNT)

    async def joining():
        workers = [Worker(broker, tmp_path / f"w{number}", "classify") for number in range(3)]
        await workers[0].start()
        for start in range(0, COUNT, 100):
            await asyncio.to_thread(log.append, [Outgoing(RAW, raw) for raw in posts[start : start + 100]])
            match start:
                case 300 | 500:
                    await workers[start // 200].start()
                case 800:
                    await workers[0].end(signal.SIGTERM)
                case 1_000:
                    await workers[1].end()
            await asyncio.sleep(0.8)
        await asyncio.to_thread(awaited, lambda: log.lag(RAW, "classify") == 0, seconds=90)
        return await workers[2].end(signal.SIGTERM)

    assert asyncio.run(joining()) == 0
    told = [decode(one.type, one.value).id for one in everything(log, LEDGER)[0]]
    assert set(told) == {raw.signal_id for raw in posts}


class States:
    """A store of states in memory."""

    def __init__(self):
        self.held = {}

    def get(self, fold, key):
        return self.held.get((fold, key))

    def scan(self, fold, prefix=""):
        return iter(())

    def keep(self, puts):
        for put in puts:
            self.held[put.fold, put.key] = put.value


@pytest.mark.parametrize("cut", range(6))
def test_whatever_part_of_a_batch_was_kept_it_can_be_undone_or_stands(cut):
    states = States()
    states.keep([Put("f", "a", b"1"), Put("f", APPLIED, b"7")])
    batch = [Put("f", APPLIED, b"9"), Put("f", "a", b"2"), Put("f", "b", b"2"), Put("f.control", "rules", b"3")]
    ordered = journaled("f", batch, states)
    states.keep(ordered[:cut])
    states.keep(undone("f", states))
    seen = {key: value for key, value in states.held.items() if key != ("f", JOURNAL) and value is not None}
    if cut == len(ordered):
        assert seen == {("f", "a"): b"2", ("f", "b"): b"2", ("f.control", "rules"): b"3", ("f", APPLIED): b"9"}
    else:
        assert seen == {("f", "a"): b"1", ("f", APPLIED): b"7"}
