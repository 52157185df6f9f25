import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Alert, Channel, ChannelKind, Delivery, DeliveryState, Phase, Reason
from schemas.marking import Tlp
from schemas.projection import Kind
from services.card import MAX_BODY_BYTES, card_of
from services.records.outbox import Claimed
from tests.builders import NOON, a_judgement, a_projection

BASE = "https://tocsin.example"


def claimed(*, max_tlp=Tlp.CLEAR, reasons=()):
    alert = Alert(
        id="a", rule_id="r", rule_version=1, thing_kind=Kind.EVENT, thing_id="e", current_id="e", version=1,
        phase=Phase.FIRE, at=NOON, silent=False, reasons=reasons,
    )  # fmt: skip
    channel = Channel(
        id="c", party="US", kind=ChannelKind.WEBHOOK, title="hook", url="https://hook.example/secret-path",
        max_tlp=max_tlp, secret="whsec_x", created_at=NOON,
    )  # fmt: skip
    delivery = Delivery(
        id="d", alert_id="a", channel_id="c", party="US", state=DeliveryState.LEASED, attempts=0, due_at=NOON,
        created_at=NOON,
    )  # fmt: skip
    return Claimed(delivery=delivery, alert=alert, channel=channel, rule_title="Gallium watch")


def a_card(thing=None, **facts):
    return card_of(thing or a_projection(kind=Kind.EVENT), claimed(**facts), base_url=BASE)


def test_a_card_tells_what_rang_why_and_where_to_look():
    thing = a_projection(kind=Kind.EVENT, id="event-id")
    card = a_card(thing, reasons=(Reason(clause="gallium", text="Gallium"),))
    told = json.loads(card.body)
    assert (card.delivery_id, card.alert_id, card.title) == ("d", "a", thing.title)
    assert card.link == told["link"] == f"{BASE}/?q=id%3Aevent-id&kind=event"
    assert told["type"] == "alert.fire"
    assert told["rule"] == {"id": "r", "title": "Gallium watch"}
    assert told["timestamp"] == "2026-07-03T12:00:00Z"
    assert told["data"]["why"] == [{"clause": "gallium", "text": "Gallium"}]
    assert told["data"]["severity"]["us"] == 60


def test_a_card_holds_no_secret_and_no_address_of_the_channel():
    assert b"whsec" not in a_card().body
    assert b"secret-path" not in a_card().body


# A thing's marking and the channel's highest -> whether only its existence is told.
@pytest.mark.parametrize(
    ("tlp", "max_tlp", "is_thin"),
    [
        (Tlp.CLEAR, Tlp.CLEAR, False),
        (Tlp.GREEN, Tlp.CLEAR, True),
        (Tlp.GREEN, Tlp.GREEN, False),
        (Tlp.AMBER_STRICT, Tlp.AMBER, True),
        (Tlp.AMBER, Tlp.AMBER_STRICT, False),
        (Tlp.RED, Tlp.AMBER_STRICT, True),
    ],
)
def test_what_is_marked_above_the_channel_is_only_said_to_exist(tlp, max_tlp, is_thin):
    thing = a_projection(kind=Kind.EVENT, tlp=tlp, title="The hidden title", text="The hidden text")
    card = a_card(thing, max_tlp=max_tlp, reasons=(Reason(clause="x", text="hidden too"),))
    assert (b"hidden" in card.body or "hidden" in card.title) is not is_thin
    if is_thin:
        assert json.loads(card.body)["data"] == {"tlp": tlp.value, "kind": "event"}
        assert tlp.value in card.title


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
sizes = st.sampled_from((0, 1, 40, 4_000))


@given(texts, st.lists(sizes, min_size=6, max_size=6))
def test_a_card_is_never_larger_than_its_bound(piece, numbers):
    text, sources, refs, materials, reasons, clause = numbers
    thing = a_projection(
        kind=Kind.EVENT,
        title=(piece or "t")[:80] * 12,
        text=(piece + " ") * text,
        sources=tuple(f"source-{number}" for number in range(sources)),
        judgement=a_judgement(
            refs=tuple(f"CN-MOFCOM-2025-{number}" for number in range(refs)),
            materials=tuple(f"material-{number}" for number in range(materials)),
        ),
    )
    why = tuple(Reason(clause="c" * clause, text=str(number)) for number in range(min(reasons, 20)))
    card = a_card(thing, reasons=why)
    assert len(card.body) <= MAX_BODY_BYTES
    assert json.loads(card.body)["data"]["title"] == thing.title
