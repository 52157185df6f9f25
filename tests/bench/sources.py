"""What it costs to listen to sources that have nothing new: the share of a core, over loopback."""

import subprocess
import sys
import tempfile
import threading
import time
from contextlib import closing
from datetime import timedelta

from services.adapters.ssrf import Guard
from services.clock import utc_now
from services.records.access import OPERATOR
from services.records.database import Database
from services.records.sources import SourceRecords
from services.sources.fetch import Fetcher, Limits
from services.sources.hosts import Hosts
from services.sources.looking import Looking
from services.sources.poller import Poller
from services.sources.source import Source
from streams import metrics
from tests.publisher import Page, Publisher, a_feed

SOURCES = 60
CADENCE_SECONDS = 10
"""A thirtieth of the shortest cadence of the catalogue."""

MEASURED_SECONDS = 30


def listening() -> tuple[float, int]:
    """Return the share of a core that listening takes, and how many looks it was; half of the publishers know ETags."""
    with (
        subprocess.Popen([sys.executable, "-m", __name__], stdin=-1, stdout=-1, text=True) as publisher,
        tempfile.TemporaryDirectory() as folder,
        closing(Database(f"sqlite:///{folder}/records.db", schema="records")) as database,
    ):
        assert publisher.stdout is not None
        port = int(publisher.stdout.readline())
        database.migrate()
        try:
            return _measured(database, port)
        finally:
            publisher.kill()


def _measured(database: Database, port: int) -> tuple[float, int]:
    records, hosts, stopping = SourceRecords(database, now=utc_now), Hosts(0.0), threading.Event()
    sources = {f"s{number}": _source(f"s{number}", port) for number in range(SOURCES)}
    guard = Guard([f"{name}.example" for name in sources], resolve=lambda _host, _port: ["127.0.0.1"])
    looking = Looking(
        Fetcher(guard, hosts, Limits(10, 10, 1_000_000)), hosts, records, lambda _posts, _how: None, OPERATOR, utc_now
    )
    for name in sources:
        records.enable(name, by=OPERATOR)
    poller = threading.Thread(target=Poller(looking, sources, workers=4, now=utc_now).run, args=(stopping,))
    poller.start()
    while not all(state.last_success_at for state in records.states().values()):
        time.sleep(0.2)
    unchanged = metrics.SOURCE_LOOKS.labels("unchanged")
    looks, spent, began = unchanged._value.get(), time.process_time(), time.monotonic()
    time.sleep(MEASURED_SECONDS)
    share = (time.process_time() - spent) / (time.monotonic() - began)
    done = int(unchanged._value.get() - looks)
    stopping.set()
    poller.join()
    return share, done


def _source(name: str, port: int) -> Source:
    return Source(
        id=name,
        title=name,
        publisher="p",
        kind="feed",
        address=f"http://{name}.example:{port}/{name}",
        language="en",
        grade="A",
        cadence=timedelta(seconds=CADENCE_SECONDS),
        licence="none",
    )


def _publish() -> None:
    publisher = Publisher()
    for number in range(SOURCES):
        feed = a_feed(*((f"item-{number}-{item}", "word " * 100) for item in range(30)))
        publisher.pages[f"/s{number}"] = Page(feed, **({"ETag": '"1"'} if number % 2 else {}))
    print(publisher.port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _publish()
