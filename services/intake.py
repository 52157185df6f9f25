"""The door for signals: what is acknowledged here is on disk, and what is refused is told why."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from schemas.codec import encode
from schemas.marking import CLEAR
from schemas.party import Principal, Scope
from schemas.raw import Raw, SignalIn, SourceKind, signal_id_of
from schemas.topics import RAW
from services.connectors import federal_register
from streams import metrics
from streams.errors import InvalidInput, Unavailable
from streams.ports import EventLog, Outgoing
from streams.stages.normalise import parse_signal

MEMBER = "member."
"""What the sources begin with that stand for the members' own posts."""

HISTORY = "history"
OFFICIAL = frozenset({federal_register.SOURCE})
RESERVED = OFFICIAL | {HISTORY}
"""Sources that only the operator brings in: others could put words into their mouths."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """How signals came: by whom, from what kind of source, and whether they are old news that rings nobody.

    `reserved` are the sources that only the operator may name.
    """

    by: Principal
    source_kind: SourceKind = SourceKind.PARTNER
    backfill: bool = False
    reserved: frozenset[str] = RESERVED


class Intake:
    """Takes posted signals into the raw topic."""

    def __init__(
        self,
        log: EventLog,
        *,
        now: Callable[[], datetime],
        waiting: Callable[[], int],
        max_waiting: int,
        on_taken: Callable[[], None],
    ) -> None:
        self._log, self._now = log, now
        self._waiting, self._max_waiting, self._on_taken = waiting, max_waiting, on_taken

    def take(self, posts: Sequence[SignalIn], arrival: Arrival) -> list[str]:
        """Keep the signals and return their ids once they are synced to disk; Unavailable when too much waits already."""
        if self._waiting() > self._max_waiting:
            raise Unavailable("the pipeline is far behind; post again later", retry_after_seconds=10)
        raws = [self._raw(post, arrival) for post in posts]
        if raws:
            self._log.append([Outgoing(RAW, raw) for raw in raws])
            metrics.INTAKE.labels("accepted").inc(len(raws))
            self._on_taken()
        return [raw.signal_id for raw in raws]

    def _raw(self, post: SignalIn, arrival: Arrival) -> Raw:
        source = post.source or source_of(arrival.by.party)
        return Raw(
            signal_id=signal_id_of(source, post.id),
            source=source,
            source_kind=arrival.source_kind,
            party=arrival.by.party,
            received_at=self._now(),
            body=encode(post),
            marking=post.marking or CLEAR,
            backfill=arrival.backfill,
        )


def admitted(body: bytes, arrival: Arrival) -> SignalIn:
    """Return the signal that somebody posts; InvalidInput also when it names a source that is not theirs to speak for."""
    post = signal_in(body)
    is_member = post.source is not None and post.source.startswith(MEMBER)
    is_own = post.source == source_of(arrival.by.party)
    if (is_member and not is_own) or (post.source in arrival.reserved and Scope.OPERATE not in arrival.by.scopes):
        told = f"`{post.source}` is not yours to speak for; leave the source out, or name another"
        raise InvalidInput(told, field="source")
    return post


def signal_in(body: bytes) -> SignalIn:
    """Return the signal that a JSON text describes; InvalidInput says which field is wrong and how."""
    post = parse_signal(body)
    if post.marking is not None and post.marking != CLEAR:
        raise InvalidInput(
            "only TLP:CLEAR without a release set or an embargo is taken: sharing within a group is not open in this "
            "version, so anything narrower is refused instead of being shown to everybody",
            field="marking",
        )
    return post


def source_of(party: str) -> str:
    """Return the source that a party's own posts count as when they name none."""
    kept = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in party.lower())
    return f"{MEMBER}{kept.strip('-') or 'unnamed'}"[:64]
