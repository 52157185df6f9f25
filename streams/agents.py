"""The driver of many machines: a faust agent a step, over Kafka.

A batch's outputs are written and acknowledged by the brokers, then its states, and only then does its place count as taken. What
dies in between is done again, and doing it twice changes nothing. Places are kept and committed here and not by faust, whose
acknowledgements step over what a rebalance lost on its way; what comes from behind such a gap is fetched again. An agent never
raises, because faust would step over the record: what cannot be done ends the process, and its supervisor starts it again.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from aiokafka import ConsumerRecord
from aiokafka.errors import IllegalStateError
from faust.contrib.asgi import faust_app_running
from faust.types.tuples import TP

from streams import metrics
from streams.clients import Clients, Place, clients_at
from streams.errors import Bug, Unavailable
from streams.group import RAW_BYTES, app_of, table_of
from streams.journal import journaled, undone
from streams.message import Message, messages_of, record_of
from streams.ports import Ports, Put, Record
from streams.pulse import BEAT_SECONDS, SESSION_SECONDS, Pulse
from streams.row import in_row
from streams.runner import Outcome, References, Runner
from streams.stage import ONE, Fold, Sink, Step
from streams.states import Change, PartitionStates, TableStates, in_safe_order, state_key
from streams.tail import Tail

COMMIT_SECONDS: Final = 1.0
STORING_THREADS: Final = 3
"""Sinks wait for servers and can do so side by side; what judges needs the processor, and one thread of it is fastest."""

STOP_SECONDS: Final = 10.0
RETRY_PAUSE_SECONDS: Final = 1.0

WAITING_BATCHES: Final = 16
"""Fetches that wait before an agent while it takes others; more are not asked for."""

ALL: Final = -1
"""Stands for all partitions where one runner has them."""


@dataclass(frozen=True)
class Load:
    """How many records a step takes at once, how long it waits for more fetches, and how long it may have some and finish none."""

    batch: int = 256
    within_seconds: float = 0.05
    stall_seconds: float = 120.0


class Agents:
    """Runs steps of the pipeline until told to stop; each in a group of its own, so that none waits for another."""

    def __init__(  # noqa: PLR0913 - all that a driver is made of
        self,
        pipeline: Sequence[Step],
        place: Place,
        *,
        ports: Ports,
        references: References,
        load: Load = Load(),
        on_failure: Callable[[Step, Exception], None],
    ) -> None:
        self._pipeline, self._place = pipeline, place
        self._shared = _Shared(ports, references, load, on_failure, Pulse())
        self._agents: list[_Agent] = []

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until told to stop; raises what made it impossible: the process is to end, and to be started again."""
        async with clients_at(self._place) as clients:
            self._agents = [_Agent(step, self._place, clients, self._shared) for step in self._pipeline]
            tasks = [asyncio.create_task(agent.work(stopping)) for agent in self._agents]
            beating = asyncio.create_task(self._shared.pulse.beat())
            done, _ = await asyncio.wait([beating, *tasks], return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
            beating.cancel()
            await asyncio.gather(*tasks)

    @property
    def steps(self) -> list[str]:
        """The names of the steps that are run."""
        return [step.name for step in self._pipeline]

    def lacking(self) -> list[str]:
        """Return the steps that have not been told their part, or whose states are not here yet."""
        ready = {agent.step.name for agent in self._agents if agent.is_ready}
        return [f"{name}: waits for its partitions" for name in self.steps if name not in ready]


@dataclass(frozen=True)
class _Shared:
    """What all agents share."""

    ports: Ports
    references: References
    load: Load
    on_failure: Callable[[Step, Exception], None]
    pulse: Pulse
    tail: Tail = field(default_factory=Tail)
    judging: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1))
    storing: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(STORING_THREADS))


_Share = tuple[int, Sequence[ConsumerRecord]]
"""What one runner handles of a batch, and the partition that it is of."""


@dataclass(frozen=True, slots=True)
class _Done:
    """What a share of a batch comes to: of a partition, or of all of them, and the messages of its outputs."""

    partition: int
    outcome: Outcome
    messages: Sequence[Message]


class _Agent:
    """One step: its faust app, which is a group of consumers of its own, and a runner for each partition it has."""

    def __init__(self, step: Step, place: Place, clients: Clients, shared: _Shared) -> None:
        self.step, self._clients, self._shared = step, clients, shared
        self._broker = place.broker
        self._app = app_of(step, place)
        self._runners: dict[int, Runner] = {}
        self._next: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._committed_at = 0.0
        self._looked: dict[int, int] = {}
        self._torn: set[int] = set()
        self._places: dict[int, int] = {}
        self._thread = shared.storing if isinstance(step, Sink) else shared.judging
        self._failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._settling = asyncio.Lock()
        self._finished_at = time.monotonic()
        source = self._app.topic(self._broker.topic(step.source), maxsize=WAITING_BATCHES, **RAW_BYTES)
        self._table = TableStates(table_of(self._app, step.source)) if isinstance(step, Fold) else None
        self._app.agent(source, name=step.name, concurrency=1)(self._consume)
        self._app.on_partitions_revoked.connect(self._lose, weak=False)

    async def work(self, stopping: asyncio.Event) -> None:
        """Take part until told to stop; raises what this step cannot go on from, at once and without a farewell."""
        ends: list[asyncio.Future[Any]] = [
            asyncio.create_task(stopping.wait()),
            asyncio.create_task(self._watch()),
            self._failed,
        ]
        async with faust_app_running(self._app, stop_timeout=STOP_SECONDS):
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()
            async with self._settling:
                await self._commit()

    @property
    def is_ready(self) -> bool:
        """Tell whether the group has told us our part, and its states are here."""
        return bool(self._app.rebalancing_count) and not self._app.rebalancing and self._app.flow_control.is_active()

    async def _consume(self, stream: Any) -> None:  # noqa: ANN401 - faust's stream
        """Take batch after batch; a reason that is not the data ends the process."""
        load = self._shared.load
        async for events in stream.noack_take(WAITING_BATCHES, within=load.within_seconds):
            try:
                async with self._settling:
                    ours = [record for event in events if self._is_ours(event) for record in event.message.records]
                    for start in range(0, len(ours), load.batch):
                        await self._take(ours[start : start + load.batch])
                await self._go_back()
            except asyncio.CancelledError:
                raise
            except BaseException as exc:  # noqa: BLE001 - faust would step over the record
                self._fail(exc)
                await asyncio.Event().wait()
            self._finished_at = time.monotonic()

    def _fail(self, exc: BaseException) -> None:
        if not self._failed.done():
            self._failed.set_exception(exc)

    async def _lose(self, *_: Any, **__: Any) -> None:  # noqa: ANN401 - faust's signal
        """Finish the batch under way before the partitions go, and forget what was derived of their states."""
        async with self._settling:
            await self._commit()
            self._runners.clear()
            self._next.clear()
            self._committed.clear()
            self._places.clear()

    def _is_ours(self, event: Any) -> bool:  # noqa: ANN401 - faust's event
        """Tell whether an event was taken under the assignment that holds: others have what came before."""
        return bool(event.message.generation_id == self._app.consumer_generation_id)

    async def _take(self, records: Sequence[ConsumerRecord]) -> None:
        """Handle a batch, each partition by its own runner, and count it as taken once all of it is kept."""
        began = time.perf_counter()
        rows: dict[int, list[ConsumerRecord]] = {}
        by_partition = sorted(records, key=attrgetter("partition"))
        for partition, mine in groupby(by_partition, key=attrgetter("partition")):
            if partition not in self._next:
                await self._begin(partition)
            rows[partition], is_torn = in_row(mine, self._next[partition])
            if is_torn:
                self._torn.add(partition)
        await self._settle(await self._handled(rows))
        self._shared.pulse.check()
        self._next |= {partition: self._next[partition] + len(row) for partition, row in rows.items()}
        metrics.BATCH_SECONDS.labels(self.step.name).observe(time.perf_counter() - began)
        if time.monotonic() - self._committed_at > COMMIT_SECONDS:
            await self._commit()

    async def _handled(self, rows: Mapping[int, Sequence[ConsumerRecord]]) -> list[_Done]:
        """Handle what came in the step's thread; while a port is away, say so and try again, for as long as it takes."""
        loop, done = asyncio.get_running_loop(), list[_Done]()
        waiting = list(self._shares(rows))
        while True:
            try:
                await loop.run_in_executor(self._thread, self._handle, waiting, done)
            except Unavailable as exc:
                self._shared.on_failure(self.step, exc)
                self._finished_at = time.monotonic()
                await asyncio.sleep(RETRY_PAUSE_SECONDS)
            else:
                return done

    def _shares(self, rows: Mapping[int, Sequence[ConsumerRecord]]) -> Iterator[_Share]:
        """Yield what is handled at once: of a sink all, for its store takes many partitions in one go, else a partition's."""
        if isinstance(self.step, Sink):
            yield ALL, [message for row in rows.values() for message in row]
        else:
            yield from rows.items()

    def _handle(self, waiting: list[_Share], done: list[_Done]) -> None:
        """Move each share from waiting to done, with what it comes to."""
        while waiting:
            partition, messages = waiting[0]
            if messages:
                outcome = self._runners[partition].handle([self._record(message) for message in messages])
                to_send = messages_of(outcome.outputs, self._broker, source=self.step.source, partition=partition)
                done.append(_Done(partition, outcome, list(to_send)))
            waiting.pop(0)

    async def _begin(self, partition: int) -> None:
        """Make a runner over the partition's states, which are first put back to where they were last kept whole."""
        states = self._states(partition)
        if isinstance(self.step, Fold):
            await self._keep({partition: list(undone(self.step.name, states))})
        self._next[partition] = await self._place_of(partition)
        owner = ALL if isinstance(self.step, Sink) else partition
        if owner not in self._runners:
            self._runners[owner] = Runner(
                self.step, states=states, ports=self._shared.ports, references=self._shared.references, pause=time.sleep
            )

    async def _go_back(self) -> None:
        """Let what lies behind a gap come again, from where it began; in a rebalance it comes again by itself."""
        for partition in sorted(self._torn):
            with suppress(IllegalStateError, TimeoutError, KeyError):
                seeking = self._app.consumer.seek(self._tp(partition), self._next[partition])
                await asyncio.wait_for(seeking, SESSION_SECONDS)
        self._torn.clear()

    async def _place_of(self, partition: int) -> int:
        """Return where the group is in a partition; all are asked for at once, and anew after each rebalance."""
        if not self._places:
            source, group = self.step.source, self._broker.group(self.step.name)
            self._places = await self._clients.places(self._broker.topic(source), source.partitions, group)
        return self._places[partition]

    async def _commit(self) -> None:
        """Tell the brokers how far we are; while another is given our partitions they refuse, and he begins where we told last."""
        self._committed_at = time.monotonic()
        told = {partition: place for partition, place in self._next.items() if self._committed.get(partition) != place}
        # faust's own commit is of what it counts as acknowledged, gaps included; this is the same call without that count.
        consumer: Any = self._app.consumer
        if told and await consumer._commit({self._tp(one): place for one, place in told.items()}):  # noqa: SLF001
            self._committed |= told

    def _tp(self, partition: int) -> TP:
        return TP(self._broker.topic(self.step.source), partition)

    def _record(self, message: ConsumerRecord) -> Record:
        """Return the record of a message, decoded where its bytes can be."""
        record = record_of(
            partition=message.partition,
            offset=message.offset,
            key=message.key,
            value=message.value,
            headers=message.headers,
        )
        return replace(record, item=self._shared.tail.item(message.topic, record))

    def _states(self, partition: int) -> PartitionStates:
        return self._table.of(partition) if self._table else PartitionStates(None)

    async def _settle(self, done: Sequence[_Done]) -> None:
        """Write outputs, then states, each acknowledged by the brokers before what comes next."""
        await self._write([message for one in done for message in one.messages])
        if isinstance(self.step, Fold):
            await self._keep({one.partition: self._ordered(one.partition, one.outcome) for one in done})

    def _ordered(self, partition: int, outcome: Outcome) -> list[Put]:
        """Return the states in the order in which the brokers may lose the end of them."""
        puts = outcome.states()
        assert isinstance(self.step, Fold)
        return journaled(self.step.name, puts, self._states(partition)) if self.step.by is ONE else in_safe_order(puts)

    async def _keep(self, puts: Mapping[int, Sequence[Put]]) -> None:
        """Write states to the table's changelog in order; once the brokers have them, to its local store."""
        states = [(partition, put) for partition, some in puts.items() for put in some]
        if not states or self._table is None:
            return
        self._shared.pulse.check()
        keys = [state_key(put.fold, put.key) for _, put in states]
        offsets = await self._write(
            Message(self._table.changelog, partition, key, put.value)
            for (partition, put), key in zip(states, keys, strict=True)
        )
        told = zip(states, keys, offsets, strict=True)
        self._table.apply([Change(partition, key, put.value, offset) for (partition, put), key, offset in told])

    async def _write(self, messages: Iterable[Message]) -> list[int]:
        """Send in order and wait for all acknowledgements; return offsets."""
        sent = [
            (
                one,
                await self._clients.producer.send(
                    one.topic, one.value, key=one.key, partition=one.partition, headers=one.headers
                ),
            )
            for one in messages
        ]
        offsets = [told.offset for told in await asyncio.gather(*(future for _, future in sent))]
        for (one, _), offset in zip(sent, offsets, strict=True):
            if one.item is not None and one.value is not None:
                self._shared.tail.keep((one.topic, one.partition, offset + 1), one.item, size_bytes=len(one.value))
        return offsets

    async def _watch(self) -> None:
        """Raise when records wait and none is finished, or when faust has crashed, which it survives in silence."""
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            if self._app.crashed:
                raise Bug(f"the agent of {self.step.name} crashed") from self._app.crash_reason
            if self.is_ready and not self._settling.locked():
                await self._commit()
            still = time.monotonic() - self._finished_at
            if still > self._shared.load.stall_seconds and self.is_ready and await self._lag() > 0:
                raise Bug(f"{self.step.name} has records before it and has finished none for {still:.0f} s")

    async def _lag(self) -> int:
        """Return how many records of our partitions are not taken, of those not begun counted from where we began to look."""
        consumer: Any = self._app.consumer
        mine = [tp for tp in consumer.assignment() if tp.topic == self._broker.topic(self.step.source)]
        for tp in mine:
            if tp.partition not in self._next:
                self._looked.setdefault(tp.partition, await consumer.position(tp) or 0)
        taken = self._looked | self._next
        return sum(max(0, consumer.highwater(tp) - taken[tp.partition]) for tp in mine)
