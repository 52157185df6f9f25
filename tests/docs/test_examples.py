"""The examples of the documents work as they are written."""

import json
import re
import subprocess
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import standardwebhooks

from schemas.alert import Alert, Card, Channel, ChannelIn, ChannelKind, Delivery, DeliveryState, Phase, Reason
from schemas.decision import OverrideIn
from schemas.marking import Tlp
from schemas.projection import Kind
from schemas.raw import SignalIn
from schemas.rule import RuleIn
from schemas.saved import SavedQueryIn
from services.adapters.ssrf import Guard
from services.adapters.webhook import WebhookNotifier, new_secret
from services.card import card_of
from services.clock import utc_now
from services.connectors.feeds import parse_feed
from services.history import pack
from services.records.outbox import Claimed
from streams.errors import InvalidInput
from streams.query.parse import parse
from tests.builders import NOON, a_projection
from tests.docs.documents import PAGES, ROOT, blocks, commands, page, rows
from tests.docs.test_documents_name_what_is import API, fits

POSTED = {
    "/v1/signals/{signal_id}/labels": OverrideIn,
    "/v1/intake": SignalIn,
    "/v1/channels": ChannelIn,
    "/v1/rules": RuleIn,
    "/v1/queries": SavedQueryIn,
}
OUTSIDE_API = ("/", "/docs", "/docs/query", "/openapi.json")

# What query.md says is not offered: each is refused, and none is taken for something else.
REFUSED = ("galium~", "galium~1", "gallium^2", '"end use"^2', "ga*ium", "*ium")


def asked():
    """Yield every curl command of the documents: its page and its words."""
    for name in PAGES:
        for words in commands(name, "curl"):
            yield name, words


def test_the_documents_have_curl_examples():
    assert len(list(asked())) > 10


@pytest.mark.parametrize(("name", "words"), list(asked()))
def test_a_curl_example_asks_what_there_is(name, words):
    address = urlsplit(next(word for word in words if word.startswith("http://127.0.0.1:8080")))
    bodies = [words[at + 1] for at, word in enumerate(words) if word in ("-d", "--data-urlencode")]
    queries = [body[2:] for body in bodies if body.startswith("q=")] + parse_qs(address.query).get("q", [])

    assert address.path in OUTSIDE_API or any(fits(address.path, known) for known in API), name
    for query in queries:
        parse(query)
    if "Content-Type: application/json" in words:
        posted = POSTED[address.path].model_validate_json(bodies[0])
        parse(posted.query if isinstance(posted, RuleIn | SavedQueryIn) else "*")


@pytest.mark.parametrize("name", PAGES)
def test_blocks_with_commands_are_good_shell(name):
    for block in blocks(name):
        if re.match(r"(T=|curl|make|tocsin|\.venv|cat|cp|echo|docker|TOCSIN_)", block):
            done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr


def test_queries_that_are_searched_for_parse():
    queries = [words[2] for name in PAGES for words in commands(name, "tocsin") if words[1] == "search"]
    written = next(block for block in blocks("docs/query.md") if block.startswith("material:"))

    assert len(queries) >= 2
    for query in (*queries, written.strip()):
        parse(query)


def test_every_way_of_writing_in_the_table_parses():
    told = page("docs/query.md").partition("## Fields")[0]
    ways = [
        span
        for line in told.splitlines()
        if line.startswith("| `")
        for span in re.findall(r"`([^`]+)`", line.split(" | ")[0])
    ]

    assert len(ways) > 8
    for way in ways:
        parse(way)


@pytest.mark.parametrize("query", REFUSED)
def test_what_is_not_supported_is_refused_by_name(query):
    with pytest.raises(InvalidInput):
        parse(query)


def test_the_error_shown_is_the_error_given():
    shown = json.loads(next(block for block in blocks("docs/query.md") if block.startswith('{"type"')))

    with pytest.raises(InvalidInput) as refused:
        parse("materal:gallium")

    assert (shown["detail"], shown["position"], shown["nearest"]) == (str(refused.value), 0, "material")


def test_the_readme_names_the_two_commands_of_the_makefile():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    made = [words[1] for name in PAGES for words in commands(name, "make")]

    assert {"run", "test"} <= {words[1] for words in commands("README.md", "make")}
    assert set(made) <= targets


def test_the_history_pack_is_as_large_as_told():
    events = sum(post.language == "en" for post in pack())
    told_again = len(pack()) - events

    for name in ("README.md", "docs/operating.md", "CHANGELOG.md"):
        assert re.search(rf"\b{events} documented", page(name).replace("\n", " ")), name
    assert re.search(rf"\b{told_again} of them", page("docs/operating.md").replace("\n", " "))


def a_claimed(max_tlp=Tlp.CLEAR):
    """Return a delivery about to be tried."""
    alert = Alert(
        id="a1",
        rule_id="r1",
        rule_version=1,
        thing_kind=Kind.EVENT,
        thing_id="t1",
        current_id="t1",
        version=1,
        phase=Phase.FIRE,
        at=NOON,
        silent=False,
        reasons=(Reason(clause="material:gallium"),),
    )
    delivery = Delivery(
        id="d1",
        alert_id="a1",
        channel_id="c1",
        party="home",
        state=DeliveryState.LEASED,
        attempts=0,
        due_at=NOON,
        created_at=NOON,
    )
    channel = Channel(
        id="c1",
        party="home",
        kind=ChannelKind.WEBHOOK,
        title="t",
        url="http://127.0.0.1/",
        max_tlp=max_tlp,
        created_at=NOON,
    )
    return Claimed(delivery=delivery, alert=alert, channel=channel, rule_title="Gallium")


def names_within(value):
    """Return the names of an object's fields, and of those within."""
    if isinstance(value, dict):
        return {name: names_within(inner) for name, inner in value.items()}
    return [names_within(value[0])] if isinstance(value, list) and value and isinstance(value[0], dict) else None


def test_the_message_shown_has_the_fields_that_are_sent():
    shown = json.loads(next(block for block in blocks("docs/alerts.md") if block.startswith('{"type"')))

    sent = card_of(a_projection(kind=Kind.EVENT), a_claimed(), base_url="http://127.0.0.1:8080")

    assert names_within(shown) == names_within(json.loads(sent.body))


def receiver():
    """Return what the receiver of alerts.md defines, without its main program."""
    (code,) = blocks("docs/alerts.md", "python")
    defined = {"__name__": "receiver"}
    exec(compile(code, "docs/alerts.md", "exec"), defined)
    return defined


def signed(secret):
    """Return the request that our notifier makes: headers and body."""
    made = []
    transport = httpx.MockTransport(lambda request: made.append(request) or httpx.Response(204))
    channel = a_claimed().channel.model_copy(update={"secret": secret})
    card = Card(delivery_id="d1", alert_id="a1", title="t", link="l", body='{"data": "ガリウム"}'.encode())
    WebhookNotifier(Guard(["127.0.0.1"]), transport=transport).send(card, channel, at=utc_now())
    return made[0].headers, made[0].content


def test_the_receiver_shown_takes_what_we_send_and_nothing_else():
    secret, is_genuine = new_secret(), receiver()["is_genuine"]
    headers, body = signed(secret)

    assert is_genuine(headers, body, secret)
    assert not is_genuine(headers, body + b" ", secret)
    assert not is_genuine(headers, body, new_secret())
    assert not is_genuine({**headers, "webhook-timestamp": "1600000000"}, body, secret)


def test_the_library_of_standard_webhooks_takes_what_we_send():
    secret = new_secret()
    headers, body = signed(secret)

    assert standardwebhooks.Webhook(secret).verify(body.decode(), dict(headers)) == json.loads(body)


def test_what_is_told_of_signals_fits_their_shape():
    told = " ".join(cells[0] for cells in rows("docs/ingest.md"))

    assert [name for name in SignalIn.model_fields if f"`{name}`" not in told] == []


def test_a_feed_with_an_entity_is_refused_as_told():
    with pytest.raises(InvalidInput, match="entities"):
        parse_feed(b"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>")
