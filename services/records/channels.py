"""Where a party's alerts go. Secrets are sealed at rest and never shown again."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select

from schemas.alert import Channel, ChannelIn, ChannelKind
from schemas.base import stable_id
from schemas.marking import Tlp
from schemas.party import Principal
from services.records import tables
from services.records.database import Database
from services.records.statements import audit, moment, ms
from services.secrets import Seal
from streams.errors import Conflict


class ChannelRecords:
    """A party's channels; what they may carry is checked before they come here."""

    def __init__(self, database: Database, seal: Seal, *, now: Callable[[], datetime]) -> None:
        self._database, self._seal, self._now = database, seal, now

    def create(self, posted: ChannelIn, *, by: Principal) -> Channel:
        """Add a channel; Conflict if the party has one of this kind and title."""
        channel = Channel(
            id=stable_id("channel", by.party, posted.kind, posted.title),
            party=by.party,
            kind=posted.kind,
            title=posted.title,
            url=posted.url,
            max_tlp=posted.max_tlp,
            secret=posted.secret or "",
            created_at=self._now(),
        )
        with self._database.writing() as connection:
            if connection.execute(select(tables.channel).where(tables.channel.c.id == channel.id)).first():
                raise Conflict(f"there is a {channel.kind} channel with the title {channel.title!r}")
            row = channel.model_dump(exclude={"secret", "created_at"}, mode="json")
            sealed = self._seal.close(channel.secret)
            connection.execute(
                insert(tables.channel).values(**row, sealed_secret=sealed, created_at=ms(channel.created_at))
            )
            audit(connection, self._now(), by, "channel.create", channel.id)
        return channel

    def all(self, *, party: str) -> list[Channel]:
        """Return the party's channels without their secrets, oldest first."""
        query = select(tables.channel).where(tables.channel.c.party == party).order_by(tables.channel.c.created_at)
        with self._database.reading() as connection:
            return [channel_of(row) for row in connection.execute(query)]


def channel_of(row: Row[Any], *, secret: str = "") -> Channel:
    """Return the channel of a row."""
    return Channel(
        id=row.id,
        party=row.party,
        kind=ChannelKind(row.kind),
        title=row.title,
        url=row.url,
        max_tlp=Tlp(row.max_tlp),
        secret=secret,
        state=row.state,
        created_at=moment(row.created_at),
    )
