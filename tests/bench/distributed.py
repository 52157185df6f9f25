"""`make bench-distributed`: the pipeline over real servers, as ratios against a plain loop and a pure function in the same run."""

import asyncio
import json
import statistics
import tempfile
import threading
import time
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.codec import encode
from schemas.ledger import CONTROLS
from schemas.marking import CLEAR
from schemas.party import Scope
from schemas.projection import Kind
from schemas.query import Search, SortKey
from schemas.raw import Raw, SourceKind, signal_id_of
from schemas.topics import LEDGER, RAW, Topic
from services.adapters.elastic_entry import TIE
from services.adapters.elastic_query import order_by, query_of
from services.adapters.kafka_admin import prepare
from services.adapters.kafka_log import KafkaLog
from services.clock import utc_now
from services.loops import take_short_turns
from services.records.access import OPERATOR
from services.wiring import changelogs, open_shared
from streams import metrics
from streams.agents import Agents, Load
from streams.broker import Broker
from streams.clients import Place
from streams.knowledge.load import load
from streams.pipeline import PIPELINE
from streams.ports import Outgoing, Ports
from streams.query.parse import parse
from streams.rules.compile import RuleSet
from streams.stage import Reference, Transform
from streams.stages.understand import understand
from tests.bench.signals import signals
from tests.distributed import Process, awaited, running, settings_for
from tests.fakes import MemoryStore
from tests.servers import a_kafka, a_postgres, an_elastic

ROUNDS = 5
PASSED, CLASSIFIED, CORRELATED = 10_000, 2_000, 4_000
BATCH = 500
COPY = Topic("dead", (Raw, *CONTROLS), partitions=1, keep_days=1)
RATE, WARM = 100, 6_000
MOST_WAITING = 3_000
WATCH_SECONDS = 0.1
AT_100 = 2_000
REFERENCE = Reference(knowledge=load(), rules=RuleSet())
STEPS = {step.name: step for step in PIPELINE}


def raws(count):
    now = utc_now()
    return [
        Raw(signal_id=signal_id_of(post.source, post.id), source=post.source, source_kind=SourceKind.PRESS, party="US",
            received_at=now, body=encode(post), marking=CLEAR)
        for post in signals(count)
    ]  # fmt: skip


def filled(broker, topic, items):
    with closing(KafkaLog(broker, delivery_seconds=60)) as log:
        for start in range(0, len(items), BATCH):
            log.append([Outgoing(topic, item) for item in items[start : start + BATCH]])


async def plain(broker, count):
    """Consume, do nothing, produce, commit: what no worker can do without. Return records a second."""
    consumer = AIOKafkaConsumer(
        broker.topic(RAW), bootstrap_servers=broker.bootstrap, group_id=broker.group("plain"), enable_auto_commit=False,
        auto_offset_reset="earliest",
    )  # fmt: skip
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, acks="all", enable_idempotence=True, linger_ms=2)
    await consumer.start()
    await producer.start()
    done, began = 0, None
    while done < count:
        taken = await consumer.getmany(timeout_ms=1_000, max_records=BATCH)
        began = began or time.perf_counter()
        sent = [
            await producer.send(broker.topic(COPY), one.value, key=one.key, headers=list(one.headers))
            for some in taken.values()
            for one in some
        ]
        await asyncio.gather(*sent)
        await consumer.commit()
        done += len(sent)
    rate = done / (time.perf_counter() - began)
    await consumer.stop()
    await producer.stop()
    return rate


async def through(broker, step, count, folder):
    """Run one step over what lies in its topic; return records a second, without the start."""
    ports = Ports(index=MemoryStore(), history=MemoryStore(), outbox=MemoryStore())
    agents = Agents(
        [step], Place(broker, folder), ports=ports, references=lambda _version: REFERENCE, load=Load(batch=BATCH),
        on_failure=print,
    )  # fmt: skip
    counter = metrics.RECORDS.labels(step.name)
    start, stopping = counter._value.get(), asyncio.Event()
    working = asyncio.create_task(agents.run(stopping))
    first = None
    while (done := counter._value.get() - start) < count:
        if done and first is None:
            first = done, time.perf_counter()
        await asyncio.sleep(0.01)
        if working.done():
            working.result()
    while await lag(agents):  # noqa: ASYNC110 - what faust has acknowledged, it tells nobody
        await asyncio.sleep(0.01)
    rate = (count - first[0]) / (time.perf_counter() - first[1])
    stopping.set()
    await working
    return rate


async def lag(agents):
    return sum([await agent._lag() for agent in agents._agents])


def pure(items):
    """Understand on one core, with nothing around it."""
    began = time.perf_counter()
    for item in items:
        for _ in understand(item, REFERENCE):
            pass
    return len(items) / (time.perf_counter() - began)


def rounds(kafka, folder):
    posts = raws(PASSED)
    rates = {"plain loop": [], "pass-through": [], "pure classify": [], "classify": [], "correlate": []}
    copy = Transform("copy", RAW, COPY, lambda item, _reference: [item])
    pure(posts[:100])
    for number in range(ROUNDS):
        whole, part, ledger = (Broker(kafka.address, space=f"b{number}{name}") for name in ("w", "p", "l"))
        for broker in (whole, part, ledger):
            prepare(broker, changelogs=changelogs())
        filled(whole, RAW, posts)
        filled(part, RAW, posts[:CLASSIFIED])
        filled(ledger, LEDGER, [signal for post in posts[:CORRELATED] for signal in understand(post, REFERENCE)])
        rates["plain loop"].append(asyncio.run(plain(whole, PASSED)))
        rates["pass-through"].append(asyncio.run(through(whole, copy, PASSED, folder / f"{number}w")))
        rates["pure classify"].append(pure(posts[:CLASSIFIED]))
        rates["classify"].append(asyncio.run(through(part, STEPS["classify"], CLASSIFIED, folder / f"{number}p")))
        rates["correlate"].append(asyncio.run(through(ledger, STEPS["correlate"], CORRELATED, folder / f"{number}l")))
        print(
            f"round {number + 1}: " + ", ".join(f"{name} {some[-1]:,.0f}/s" for name, some in rates.items()), flush=True
        )
    return rates


def ratio(rates, name, base):
    """Return the median of the rounds' ratios: a machine that slows down slows both of a round."""
    return statistics.median(one / other for one, other in zip(rates[name], rates[base], strict=True))


def searchable(kafka, elastic, postgres, folder, count):
    """Return the seconds from 202 to found, at 100 signals a second, once the servers' own compilers have come to rest."""
    settings = settings_for(folder, kafka=kafka, elastic=elastic, database=postgres.address, space=f"found{count}")
    api, workers = Process("api", settings), [Process("worker", settings) for _ in range(count)]
    posted: dict[str, float] = {}
    seen: dict[str, float] = {}
    with running(api, *workers), closing(open_shared(settings)) as node:
        token = node.access.create_token("US", "bench", (Scope.INTAKE,), by=OPERATOR)[1]
        stop = threading.Event()
        watching = threading.Thread(target=_watch, args=(node, posted, seen, stop))
        watching.start()
        reports = signals(WARM + AT_100, seed=9)

        def post(number_of):
            """Post at `RATE`, wait until all is found, and return how many were posted a second."""
            began = time.monotonic()
            for number in range(number_of // 10):
                batch = "\n".join(next(reports).model_dump_json() for _ in range(10)) + "\n"
                status, told = api.ask("/v1/intake", data=batch.encode(), token=token)
                assert status == 202, told
                posted.update({item["id"]: time.monotonic() for item in json.loads(told)["items"]})
                time.sleep(max(0.0, began + 10 * (number + 1) / RATE - time.monotonic()))
            rate = number_of / (time.monotonic() - began)
            awaited(lambda: seen.keys() >= posted.keys(), seconds=120, what="finding all")
            return rate

        try:
            post(WARM)
            posted.clear()
            print(f"posted {post(AT_100):.0f} a second", flush=True)
        finally:
            stop.set()
            watching.join()
    return sorted(max(0.0, seen[one] - posted[one]) for one in posted)


def _watch(node, posted, seen, stop):
    """See what can be found, by ids from a column alone: a reader of thousands of reports would be a load of its own."""
    newest = Search(kind=Kind.SIGNAL, limit=1_000, sort=SortKey(field="received"))
    while not stop.wait(WATCH_SECONDS):
        waiting = [at for one, at in list(posted.items()) if one not in seen]
        if not waiting:
            continue
        since = utc_now() - timedelta(seconds=1 + time.monotonic() - min(waiting))
        told = node.index.client.search(
            index=node.index.cluster.readers,
            query=query_of(parse(f"received:>={since:%Y-%m-%dT%H:%M:%SZ}"), kind=newest.kind, party="US"),
            sort=order_by(newest),
            size=MOST_WAITING,
            source=False,
            stored_fields="_none_",
            docvalue_fields=[TIE],
            track_total_hits=False,
        )
        now = time.monotonic()
        for hit in told["hits"]["hits"]:
            seen.setdefault(hit["fields"][TIE][0], now)


def shared_load(kafka, elastic, postgres, folder):
    """Return signals a second with one worker and with two, and the seconds until one has taken over from the other."""
    rates = {}
    for count in (1, 2):
        settings = settings_for(
            folder / f"load{count}", kafka=kafka, elastic=elastic, database=postgres.address, space=f"load{count}"
        )
        workers = [Process("worker", settings) for _ in range(count)]
        with running(*workers), closing(open_shared(settings)) as node:
            items = raws(3_000)
            began = time.monotonic()
            filled(Broker(kafka.address, space=settings.space), RAW, items)
            awaited(lambda: not any(node.progress.lag().values()), seconds=180, every=0.2, what="the end of the lag")
            rates[count] = len(items) / (time.monotonic() - began)
            if count == 2:
                workers[0].kill()
                died, wanted = time.monotonic(), node.log.end(LEDGER) + 50
                node.log.append([Outgoing(RAW, raw) for raw in _later(items[:50])])
                awaited(partial(_reaches, node, wanted), seconds=120, every=0.2, what="taking over")
                return rates, time.monotonic() - died
    raise AssertionError("not reached")


def _reaches(node, position):
    return node.log.end(LEDGER) >= position


def _later(items):
    return [item.model_copy(update={"signal_id": f"{item.signal_id}-later"}) for item in items]


def main():
    take_short_turns()
    with tempfile.TemporaryDirectory() as place, a_kafka() as kafka, an_elastic() as elastic, a_postgres() as postgres:
        folder = Path(place)
        rates = rounds(kafka, folder)
        print(f"pass-through / plain loop   {ratio(rates, 'pass-through', 'plain loop'):.2f}  (aim: at least 0.25)")
        print(f"classify / pure function    {ratio(rates, 'classify', 'pure classify'):.2f}  (aim: at least 0.6)")
        print(f"correlate                   {statistics.median(rates['correlate']):,.0f}/s  (aim: at least 1,000)")
        tell_rest(kafka, elastic, postgres, folder)


def tell_rest(kafka, elastic, postgres, folder):
    for count in (1, 2):
        waits = searchable(kafka, elastic, postgres, folder / f"found{count}", count)
        p50, p99 = waits[len(waits) // 2], waits[int(len(waits) * 0.99)]
        print(f"searchable, workers: {count}       p50 {p50:.2f} s, p99 {p99:.2f} s  (aim: p99 at most 2)", flush=True)
    loads, took = shared_load(kafka, elastic, postgres, folder)
    print(f"signals a second            1 worker {loads[1]:.0f}, 2 workers {loads[2]:.0f}")
    print(f"taken over                  {took:.1f} s after a kill -9")


if __name__ == "__main__":
    main()
