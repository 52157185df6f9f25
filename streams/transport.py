"""How faust's consumer hands records over: by the batch, as one event.

Faust's own makes four tasks, a message, an event and several calls of sensors for each record, and that is most of what a record
costs on its way to an agent. Here an agent's event is all that one fetch brought of its topic; a table's changelog is handed
over as faust does it. A rebalance breaks into a batch as it breaks in between two records: what was not handed over comes
again, because whoever reads commits nothing that lies behind a gap.

Between two fetches it rests: what comes meanwhile comes together, and each fetch, each write and each request of a sink that
is saved is worth more than the tenth of a second.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import faust
from aiokafka import ConsumerRecord
from faust.transport.drivers import aiokafka
from faust.types.tuples import TP, ConsumerMessage

MAX_FETCHED: Final = 500

Records = Mapping[TP, Sequence[ConsumerRecord]]


class Batch(ConsumerMessage):
    """Records of one topic, those of a partition in order; its own place and value mean nothing."""

    records: Sequence[ConsumerRecord]


class BatchConsumer(aiokafka.Consumer):
    """A consumer of faust whose drain waits once a fetch, and whose agent reads the topic `source`."""

    source = ""
    rest_seconds = 0.1

    async def _drain_messages(self, fetcher: Any) -> None:  # noqa: ANN401 - faust's service
        """Hand over what each fetch brings until the consumer or its fetcher stops."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                records, _ = await self._wait_next_records(timeout=1.0)
                await self.sleep(0)
                if records and self.flow_active and not self.should_stop:
                    await self.wait_first(self._hand_over(records), self.suspend_flow.wait())
                if sum(map(len, (records or {}).values())) < MAX_FETCHED:
                    await self.sleep(self.rest_seconds)
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _hand_over(self, fetched: Records) -> None:
        """Give the agent all of its topic, and each table what its changelog has behind what it was given before."""
        ours: list[ConsumerRecord] = []
        for tp, records in fetched.items():
            if tp.topic == self.source:
                ours.extend(records)
                continue
            for record in records:
                given = self._read_offset[tp]
                if given is None or record.offset >= given:
                    await self.callback(self._to_message(tp, record))
                    self._read_offset[tp] = record.offset
        if ours:
            await self.callback(self._batch(ours))

    def _batch(self, records: Sequence[ConsumerRecord]) -> Batch:
        first = records[0]
        place = TP(first.topic, first.partition)
        batch = Batch(
            *place, first.offset, 0.0, 0, [], None, b"", None, tp=place, generation_id=self.app.consumer_generation_id
        )
        batch.records = records
        return batch


class BatchTransport(aiokafka.Transport):
    """The transport of faust with that consumer."""

    Consumer = BatchConsumer


def by_batch(app: faust.App, source: str) -> faust.App:
    """Let an app that has not begun read a topic by the batch."""
    app.transport = BatchTransport(app.conf.broker_consumer, app)
    consumer = app.consumer
    assert isinstance(consumer, BatchConsumer)
    consumer.source = source
    return app
