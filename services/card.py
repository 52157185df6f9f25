"""What an alert says to its readers: rendered when it is sent, from what its party may see at that moment."""

from typing import Any
from urllib.parse import quote

import orjson

from schemas.alert import Alert, Card
from schemas.marking import Tlp
from schemas.projection import Projection
from services.records.outbox import Claimed
from services.wire import item_of

MAX_BODY_BYTES = 20_000
"""Standard Webhooks asks for small bodies."""

MAX_TEXT_LETTERS = 2_000
_TLPS = tuple(Tlp)
_SHORTENED = ("text", "why", "sources", "materials", "places", "refs")
"""What has no bound of its own."""


def card_of(thing: Projection, claimed: Claimed, *, base_url: str) -> Card:
    """Return the message; a thing marked above the channel's highest TLP is only said to exist."""
    alert, delivery = claimed.alert, claimed.delivery
    link = f"{base_url}/?q={quote(f'id:{thing.id}')}&kind={thing.kind.value}"
    is_thin = _TLPS.index(thing.tlp) > _TLPS.index(claimed.channel.max_tlp)
    told: dict[str, Any] = {
        "type": f"alert.{alert.phase}",
        "timestamp": alert.at,
        "alert": {"id": alert.id, "delivery_id": delivery.id},
        "rule": {"id": alert.rule_id, "title": claimed.rule_title},
        "link": link,
        "data": {"tlp": thing.tlp, "kind": thing.kind} if is_thin else _facts(thing, alert),
    }
    title = f"1 TLP:{thing.tlp} alert: open it in Tocsin" if is_thin else thing.title
    return Card(delivery_id=delivery.id, alert_id=alert.id, title=title, link=link, body=_fit(told))


def _facts(thing: Projection, alert: Alert) -> dict[str, Any]:
    item = item_of(thing)
    severity = thing.severity
    return {
        "id": item.id,
        "kind": item.kind,
        "tlp": item.tlp,
        "title": item.title,
        "text": item.text[:MAX_TEXT_LETTERS],
        "url": item.url,
        "published_at": item.published_at,
        "materials": item.materials,
        "places": [place.model_dump() for place in item.places],
        "event_classes": item.event_classes,
        "direction": item.direction,
        "maturity": item.maturity,
        "refs": item.refs,
        "severity": {"us": severity.us, "eu": severity.eu, "joint": severity.joint, "level": severity.level},
        "sources": item.sources,
        "why": [reason.model_dump() for reason in alert.reasons],
    }


def _fit(told: dict[str, Any]) -> bytes:
    """Return the JSON, with less of the text if it would be too large; the reader follows the link for the rest."""
    data = told["data"]
    body = orjson.dumps(told, option=orjson.OPT_UTC_Z)
    while len(body) > MAX_BODY_BYTES and any(data.get(name) for name in _SHORTENED):
        longest = max(_SHORTENED, key=lambda name: len(orjson.dumps(data.get(name) or "", option=orjson.OPT_UTC_Z)))
        data[longest] = data[longest][: len(data[longest]) // 2]
        body = orjson.dumps(told, option=orjson.OPT_UTC_Z)
    return body
