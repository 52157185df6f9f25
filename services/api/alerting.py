"""/v1/rules, /v1/channels, /v1/alerts, /v1/deliveries: what rings, where, and what became of it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from schemas.alert import Alert, Channel, ChannelIn, ChannelKind, Delivery
from schemas.base import Model, Utc
from schemas.marking import Tlp
from schemas.rule import Rule, RuleIn
from services.adapters.file_channel import check_name
from services.adapters.webhook import check_secret, new_secret
from services.api.access import Reader, Served, Writer
from services.api.problems import problems
from streams.query.parse import parse

router = APIRouter(tags=["alerting"])
Limit = Annotated[int, Query(ge=1, le=1_000)]


class Rules(Model):
    """The party's rules, oldest first."""

    items: tuple[Rule, ...]


class ChannelOut(Model):
    """A channel as shown: its secret never is, but once when it is made without one."""

    id: str
    kind: ChannelKind
    title: str
    url: str
    max_tlp: Tlp
    state: str
    created_at: Utc


class ChannelMade(ChannelOut):
    """A new channel; `secret` only if the server made it."""

    secret: str | None = None


class Channels(Model):
    """The party's channels, oldest first."""

    items: tuple[ChannelOut, ...]


class Alerts(Model):
    """The party's newest alerts."""

    items: tuple[Alert, ...]


class Deliveries(Model):
    """The party's newest deliveries."""

    items: tuple[Delivery, ...]


@router.post("/v1/rules", status_code=201, responses=problems(409))
def create_rule(posted: RuleIn, node: Served, principal: Writer) -> Rule:
    """Add a rule. Answered when it stands in the ledger: what is posted after it is judged by it."""
    parse(posted.query)  # a rule that cannot be compiled would refuse everything that comes before it
    rule = node.rules.create(posted, by=principal)
    node.progress.wake()
    return rule


@router.get("/v1/rules")
def rules(node: Served, principal: Reader) -> Rules:
    """Return your rules."""
    return Rules(items=tuple(node.rules.all(party=principal.party)))


@router.get("/v1/rules/{rule_id}")
def rule(rule_id: str, node: Served, principal: Reader) -> Rule:
    """Return one of your rules."""
    return node.rules.get(rule_id, party=principal.party)


@router.delete("/v1/rules/{rule_id}", status_code=204)
def delete_rule(rule_id: str, node: Served, principal: Writer) -> Response:
    """Switch a rule off for good; its alerts stay listed."""
    node.rules.delete(rule_id, by=principal)
    node.progress.wake()
    return Response(status_code=204)


@router.post("/v1/channels", status_code=201, response_model_exclude_none=True, responses=problems(409))
def create_channel(posted: ChannelIn, node: Served, principal: Writer) -> ChannelMade:
    """Add a channel. A webhook without a secret gets one, which is shown in this answer and never again."""
    made_here = None
    match posted.kind:
        case ChannelKind.FILE:
            check_name(posted.url)
        case ChannelKind.WEBHOOK:
            node.guard.check_url(posted.url)
            made_here = new_secret() if posted.secret is None else None
            check_secret(posted.secret or made_here or "")
    channel = node.channels.create(posted.model_copy(update={"secret": posted.secret or made_here}), by=principal)
    return ChannelMade(**_shown(channel), secret=made_here)


@router.get("/v1/channels")
def channels(node: Served, principal: Reader) -> Channels:
    """Return your channels, without their secrets."""
    return Channels(items=tuple(ChannelOut(**_shown(one)) for one in node.channels.all(party=principal.party)))


@router.get("/v1/alerts")
def alerts(node: Served, principal: Reader, limit: Limit = 100) -> Alerts:
    """Return your newest alerts, silent ones of history and imports included."""
    return Alerts(items=tuple(node.outbox.alerts(party=principal.party, limit=limit)))


@router.get("/v1/deliveries")
def deliveries(node: Served, principal: Reader, limit: Limit = 100) -> Deliveries:
    """Return your newest deliveries: where each stands, after how many tries, with what answer."""
    return Deliveries(items=tuple(node.outbox.deliveries(party=principal.party, limit=limit)))


def _shown(channel: Channel) -> dict[str, Any]:
    return {name: getattr(channel, name) for name in ChannelOut.model_fields}
