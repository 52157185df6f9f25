"""Every topic once: its name, what it carries, its partitions and how long it is kept."""

from dataclasses import dataclass
from zlib import crc32

from schemas.alert import Alert, Hit
from schemas.base import Keyed
from schemas.claim import Claim
from schemas.dead import DeadLetter
from schemas.decision import Override
from schemas.ledger import CONTROLS
from schemas.projection import Projection, Tombstone
from schemas.raw import Raw
from schemas.rule import RuleRevision
from schemas.signal import Signal


@dataclass(frozen=True)
class Topic:
    """A named, ordered log of records; `keep_days` null is for ever."""

    name: str
    carries: tuple[type[Keyed], ...]
    partitions: int
    keep_days: int | None

    def __str__(self) -> str:
        return self.name


RAW = Topic("raw", (Raw,), partitions=12, keep_days=30)
LEDGER = Topic("ledger", (Signal, Override, *CONTROLS), partitions=1, keep_days=None)
CLAIMS = Topic("claims", (Claim, *CONTROLS), partitions=12, keep_days=7)
PROJECTIONS = Topic("projections", (Projection, Tombstone, *CONTROLS), partitions=12, keep_days=30)
HITS = Topic("hits", (Hit, *CONTROLS), partitions=12, keep_days=7)
ALERTS = Topic("alerts", (Alert, *CONTROLS), partitions=6, keep_days=30)
REFERENCE = Topic("reference", (RuleRevision,), partitions=1, keep_days=None)
DEAD = Topic("dead", (DeadLetter,), partitions=1, keep_days=90)

TOPICS = (RAW, LEDGER, CLAIMS, PROJECTIONS, HITS, ALERTS, REFERENCE, DEAD)


def partition_of(topic: Topic, key: str) -> int:
    """Return the partition that keeps the records of a key in order, whichever client writes them."""
    return crc32(key.encode("utf-8", "surrogatepass")) % topic.partitions


def partitions_of_control(target: Topic, source: Topic, partition: int) -> range:
    """Return where a control read from this partition is passed on to.

    Each partition of the target gets it once for each time it stands in the ledger: from the partition of its own number, or
    from the one that has its number's remainder where the source has fewer.
    """
    return range(partition, target.partitions, source.partitions)


def topic_named(name: str) -> Topic:
    """Return the topic; KeyError for a name that is none."""
    return {topic.name: topic for topic in TOPICS}[name]
