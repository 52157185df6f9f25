"""A data folder with many signals in it: what the house itself made of them, without the way over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from schemas.raw import SignalIn, SourceKind
from services.intake import Arrival
from services.records.access import OPERATOR
from services.settings import Settings
from services.wiring import open_node
from tests.bench.signals import signals

POSTED_AT_ONCE = 1_024
FIRST_DAY = datetime(2024, 3, 1, tzinfo=UTC)
SPREAD = timedelta(days=730)


def fill(folder: Path, size: int) -> None:
    """Take in `size` reports of two years as old news and let the pipeline do all that it does."""
    node = open_node(Settings(data_dir=folder))
    arrival = Arrival(by=OPERATOR, source_kind=SourceKind.PRESS, backfill=True)
    posts = spread(size)
    while batch := list(islice(posts, POSTED_AT_ONCE)):
        node.intake.take(batch, arrival)
        node.pipeline.drain()
    node.close()


def spread(size: int) -> Iterator[SignalIn]:
    """Yield the reports with times evenly over two years."""
    for number, post in enumerate(signals(size)):
        yield post.model_copy(update={"published_at": FIRST_DAY + SPREAD * number / size})
