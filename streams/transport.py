"""How faust's consumer hands records over: by the batch.

Faust's own makes four tasks for each record, so that a rebalance can break in between two; that is most of what a record costs
on its way to an agent. Here a rebalance breaks into a batch as it breaks in between two records: what was not handed over
comes again, because who reads commits nothing that lies behind a gap.
"""

from collections.abc import Sequence
from typing import Any

import faust
from faust.transport.drivers import aiokafka
from faust.types import Message


class BatchConsumer(aiokafka.Consumer):
    """A consumer of faust whose drain waits once a batch."""

    async def _drain_messages(self, fetcher: Any) -> None:  # noqa: ANN401 - faust's service
        """Hand over batch after batch until the consumer or its fetcher stops."""
        try:
            while not (self.should_stop or fetcher.should_stop):
                batch = [message async for _, message in self.getmany(timeout=1.0)]
                await self.sleep(0)
                if batch and not self.should_stop:
                    await self.wait_first(self._hand_over(batch), self.suspend_flow.wait())
        except self.consumer_stopped_errors:
            if not self.app.should_stop:
                raise

    async def _hand_over(self, batch: Sequence[Message]) -> None:
        """Give each record to whoever reads its topic, unless a later one of its partition was given before."""
        for message in batch:
            given = self._read_offset[message.tp]
            if given is None or message.offset >= given:
                await self.callback(message)
                self._read_offset[message.tp] = message.offset


class BatchTransport(aiokafka.Transport):
    """The transport of faust with that consumer."""

    Consumer = BatchConsumer


def by_batch(app: faust.App) -> faust.App:
    """Let an app that has not begun read by the batch."""
    app.transport = BatchTransport(app.conf.broker, app)
    return app
