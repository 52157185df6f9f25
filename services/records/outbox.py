"""Alerts and their deliveries: stored before anything is sent, one row a channel, leased while a try is under way."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from schemas.alert import Alert, Channel, Delivery, DeliveryState
from schemas.base import stable_id
from schemas.codec import encode
from schemas.rule import Rule
from services.records import tables
from services.records.channels import channel_of
from services.records.database import Database
from services.records.statements import DUE, cursor_of, insert_new, keep_cursors, moment, ms, notify, upsert
from services.secrets import Seal
from streams.errors import InvalidInput

SINK = "deliver"
LEASE_SECONDS = 60
"""Longer than any try may take; a dispatcher that died gives its messages back after it."""

MAX_PER_CHANNEL = 4
"""Deliveries of one channel under way at once."""

MAX_LISTED = 1_000


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is this dispatcher's to try, with all it needs."""

    delivery: Delivery
    alert: Alert
    channel: Channel
    rule_title: str


class OutboxRecords:
    """Outbox port over SQL, and what a dispatcher needs of it."""

    def __init__(
        self, database: Database, seal: Seal, *, now: Callable[[], datetime], on_due: Callable[[], None] = lambda: None
    ) -> None:
        self._database, self._seal, self._now, self._on_due = database, seal, now, on_due

    def cursor(self, partition: int = 0) -> int:
        """Return the position that has been enqueued."""
        with self._database.reading() as connection:
            return cursor_of(connection, SINK, partition)

    def put(self, items: Sequence[Alert], positions: Mapping[int, int]) -> None:
        """Keep the alerts and enqueue each to its rule's channels; a silent one is only listed."""
        with self._database.writing() as connection:
            rules = {rule_id: _rule(connection, rule_id) for rule_id in {alert.rule_id for alert in items}}
            rung = [(alert, rule) for alert in items if (rule := rules[alert.rule_id])]
            upsert(connection, tables.alert, [_listed(alert, rule) for alert, rule in rung])
            due = [self._due(alert, rule, one) for alert, rule in rung if not alert.silent for one in rule.channels]
            insert_new(connection, tables.delivery, due)
            keep_cursors(connection, SINK, positions)
            if due:
                notify(connection, DUE)
        if due:
            self._on_due()

    def claim(self, *, limit: int) -> list[Claimed]:
        """Lease what is due on channels that are open; nobody else gets it until the lease ends."""
        now, delivery, channel = self._now(), tables.delivery.c, tables.channel.c
        free = (delivery.state == DeliveryState.DUE) | (
            (delivery.state == DeliveryState.LEASED) & (delivery.leased_until < ms(now))
        )
        is_open = (channel.state == "active") & (channel.paused_until.is_(None) | (channel.paused_until <= ms(now)))
        query = (
            select(tables.delivery)
            .join(tables.channel, channel.id == delivery.channel_id)
            .where(free, delivery.due_at <= ms(now), is_open)
            .order_by(delivery.due_at, delivery.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=tables.delivery)
        )
        with self._database.reading() as connection:
            if connection.execute(query.with_only_columns(delivery.id).limit(1)).first() is None:
                return []
        with self._database.writing() as connection:
            rows = _shared_out(connection, connection.execute(query.limit(limit * MAX_PER_CHANNEL)).all(), now, limit)
            lease = {"state": DeliveryState.LEASED, "leased_until": ms(now + timedelta(seconds=LEASE_SECONDS))}
            ids = [row.id for row in rows]
            connection.execute(update(tables.delivery).where(delivery.id.in_(ids)).values(**lease))
            return [self._claimed(connection, row) for row in rows]

    def done(self, delivery_id: str, status: str) -> None:
        """Note that the receiver took it."""
        self._settle(delivery_id, status, state=DeliveryState.DONE, done_at=ms(self._now()))

    def retry(self, delivery_id: str, status: str, *, due_at: datetime) -> None:
        """Try again then."""
        self._settle(delivery_id, status, state=DeliveryState.DUE, due_at=ms(due_at), leased_until=None)

    def postpone(self, delivery_id: str, *, due_at: datetime) -> None:
        """Look again then; nothing was sent, so no try is counted."""
        again = {"state": DeliveryState.DUE, "due_at": ms(due_at), "leased_until": None}
        with self._database.writing() as connection:
            connection.execute(update(tables.delivery).where(tables.delivery.c.id == delivery_id).values(**again))

    def dead(self, delivery_id: str, status: str) -> None:
        """Give up."""
        self._settle(delivery_id, status, state=DeliveryState.DEAD)

    def pause(self, channel_id: str, *, until: datetime | None) -> None:
        """Send nothing to a channel until then; null is until its owner opens it again."""
        change = {"paused_until": ms(until)} if until else {"state": "paused"}
        with self._database.writing() as connection:
            connection.execute(update(tables.channel).where(tables.channel.c.id == channel_id).values(**change))

    def alerts(self, *, party: str, limit: int) -> list[Alert]:
        """Return the party's newest alerts."""
        query = select(tables.alert.c.body).where(tables.alert.c.party == party)
        ordered = query.order_by(tables.alert.c.at.desc(), tables.alert.c.id).limit(min(limit, MAX_LISTED))
        with self._database.reading() as connection:
            return [Alert.model_validate_json(row.body) for row in connection.execute(ordered)]

    def deliveries(self, *, party: str, limit: int) -> list[Delivery]:
        """Return the party's newest deliveries."""
        query = select(tables.delivery).where(tables.delivery.c.party == party)
        ordered = query.order_by(tables.delivery.c.created_at.desc(), tables.delivery.c.id)
        with self._database.reading() as connection:
            return [_delivery(row) for row in connection.execute(ordered.limit(min(limit, MAX_LISTED)))]

    def _due(self, alert: Alert, rule: Rule, channel_id: str) -> dict[str, Any]:
        now_ms = ms(self._now())
        return {
            "id": stable_id("delivery", alert.id, channel_id, alert.phase),
            "alert_id": alert.id,
            "channel_id": channel_id,
            "party": rule.party,
            "state": DeliveryState.DUE.value,
            "attempts": 0,
            "due_at": now_ms,
            "created_at": now_ms,
        }

    def _claimed(self, connection: Connection, row: Row[Any]) -> Claimed:
        alert = connection.execute(select(tables.alert.c.body).where(tables.alert.c.id == row.alert_id)).scalar_one()
        channel = connection.execute(select(tables.channel).where(tables.channel.c.id == row.channel_id)).one()
        told = Alert.model_validate_json(alert)
        rule = _rule(connection, told.rule_id)
        return Claimed(
            delivery=_delivery(row),
            alert=told,
            channel=channel_of(channel, secret=self._secret(channel.sealed_secret)),
            rule_title=rule.title if rule else "",
        )

    def _secret(self, sealed: str) -> str:
        """Return a channel's secret; none if its key is gone: that notifier refuses it, and the others go on."""
        try:
            return self._seal.open(sealed)
        except InvalidInput:
            return ""

    def _settle(self, delivery_id: str, status: str, **change: Any) -> None:  # noqa: ANN401 - columns of one table
        delivery = tables.delivery.c
        with self._database.writing() as connection:
            connection.execute(
                update(tables.delivery)
                .where(delivery.id == delivery_id)
                .values(attempts=delivery.attempts + 1, last_status=status[:500], **change)
            )


def _listed(alert: Alert, rule: Rule) -> dict[str, Any]:
    row = {"id": alert.id, "rule_id": alert.rule_id, "party": rule.party, "at": ms(alert.at)}
    return {**row, "body": encode(alert)}


def _shared_out(connection: Connection, due: Sequence[Row[Any]], now: datetime, limit: int) -> list[Row[Any]]:
    """Return at most `limit` of what is due, few enough a channel that one that hangs leaves room for the others."""
    delivery = tables.delivery.c
    leased = select(delivery.channel_id, func.count()).where(
        delivery.state == DeliveryState.LEASED, delivery.leased_until >= ms(now)
    )
    under_way = {row[0]: row[1] for row in connection.execute(leased.group_by(delivery.channel_id))}
    chosen: list[Row[Any]] = []
    for row in due:
        if under_way.get(row.channel_id, 0) < MAX_PER_CHANNEL and len(chosen) < limit:
            under_way[row.channel_id] = under_way.get(row.channel_id, 0) + 1
            chosen.append(row)
    return chosen


def _rule(connection: Connection, rule_id: str) -> Rule | None:
    body = connection.execute(select(tables.rule.c.body).where(tables.rule.c.id == rule_id)).scalar()
    return Rule.model_validate_json(body) if body else None


def _delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        id=row.id,
        alert_id=row.alert_id,
        channel_id=row.channel_id,
        party=row.party,
        state=DeliveryState(row.state),
        attempts=row.attempts,
        due_at=moment(row.due_at),
        created_at=moment(row.created_at),
        done_at=moment(row.done_at) if row.done_at else None,
        last_status=row.last_status,
    )
