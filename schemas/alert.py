"""From a rule's match to a delivery: hit, alert, channel, outbox row."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from schemas.base import Keyed, Model, Utc
from schemas.marking import Tlp
from schemas.projection import Kind
from schemas.rule import Title


class Reason(Model):
    """One clause of a rule that held, and the words that made it hold (empty for a field)."""

    clause: str
    text: str = ""


class Hit(Keyed):
    """A rule matched a projection. `thing_id` is the first id its audience knew, so a renamed event does not ring again."""

    rule_id: str
    rule_version: int
    thing_kind: Kind
    thing_id: str
    current_id: str
    version: int
    at: Utc
    silent: bool
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> str:
        """Rule and group."""
        return f"{self.rule_id}/{self.thing_id}"


class Phase(StrEnum):
    """What an alert says about its thing."""

    FIRE = "fire"


class Alert(Keyed):
    """A rule rang for a thing. It holds references; what a reader is shown is rendered when it is read or sent.

    `silent` alerts come from history and imports: they are listed and delivered nowhere.
    """

    id: str
    rule_id: str
    rule_version: int
    thing_kind: Kind
    thing_id: str
    current_id: str
    version: int
    phase: Phase
    at: Utc
    silent: bool
    reasons: tuple[Reason, ...]

    @property
    def key(self) -> str:
        """The alert."""
        return self.id


class ChannelKind(StrEnum):
    """Where alerts can go."""

    WEBHOOK = "webhook"
    FILE = "file"


class ChannelIn(Model):
    """A channel as posted. A webhook's secret is `whsec_` and 24-64 bytes of base64; one is made if none is given.

    A file channel's `url` is a file name within the data folder's `outbox`.
    """

    kind: ChannelKind
    title: Title
    url: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
    secret: Annotated[str, StringConstraints(max_length=200)] | None = None
    max_tlp: Tlp = Tlp.CLEAR


class Channel(Model):
    """A channel as it stands; the secret is in clear only between the records adapter and the notifier."""

    id: str
    party: str
    kind: ChannelKind
    title: str
    url: str
    max_tlp: Tlp
    secret: str = ""
    state: str = "active"
    created_at: Utc


class DeliveryState(StrEnum):
    """Where one message to one channel stands."""

    DUE = "due"
    LEASED = "leased"
    DONE = "done"
    DEAD = "dead"


class Delivery(Model):
    """One alert to one channel; its id is the webhook-id of every try."""

    id: str
    alert_id: str
    channel_id: str
    party: str
    state: DeliveryState
    attempts: int
    due_at: Utc
    created_at: Utc
    done_at: Utc | None = None
    last_status: str | None = None


class Card(Model):
    """What a channel is sent: one neutral message that each notifier renders in its service's form."""

    delivery_id: str
    alert_id: str
    title: str
    link: str
    body: bytes
