"""The operator's part of the page of sources: who is let in, what is refused, how states are written."""

import json
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from schemas.party import Scope
from services.api.app import create_app
from services.console.forms import field_of, is_foreign
from services.console.listening import operators_page
from services.console.sign_in import COOKIE, Door, door_of
from services.console.standing import counts_of, lasting
from services.records.access import OPERATOR, AccessRecords
from services.settings import Settings
from services.sources.desk import Standing
from services.sources.state import Health, SourceState
from services.wiring import open_node
from streams.errors import Unavailable
from tests.outline import Outline

PUBLIC = "https://tocsin.example"
AT_HOME = {"Origin": PUBLIC}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    node = open_node(Settings(data_dir=tmp_path_factory.mktemp("switching"), public_url=f"{PUBLIC}/"))
    yield node
    node.close()


@pytest.fixture
def client(node):
    """A browser that reaches the server through a proxy, which asks for it under another host."""
    return TestClient(create_app(node), base_url="https://internal:8443", follow_redirects=False)


def a_token(node, *scopes):
    return node.access.create_token("EU", "desk", scopes, by=OPERATOR)[1]


def a_standing(node, **facts):
    source = node.sources.all()[0].source
    state = SourceState(source.id, enabled=True, **facts)
    return Standing(source, state, Health.FAILING, timedelta(hours=3))


# What a browser says of where a form comes from -> whether that is another site. Asked is tocsin.example:8080.
@pytest.mark.parametrize(
    ("headers", "foreign"),
    [
        ({"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ({"sec-fetch-site": "none"}, False),  # a person's own doing, such as loading a page again
        ({"sec-fetch-site": "same-site", "origin": "https://evil.example"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "http://tocsin.example:8080"}, True),
        ({"origin": "http://tocsin.example:8080"}, False),
        ({"origin": PUBLIC}, False),  # a proxy asks under another host
        ({"origin": "http://tocsin.example:9090"}, True),
        ({"origin": "https://tocsin.example.evil.example"}, True),
        ({"origin": "https://evil.example/tocsin.example:8080"}, True),
        ({"origin": "null"}, True),
        ({"origin": ""}, True),
        ({}, False),  # no browser
    ],
)
def test_a_form_of_another_site_is_known(headers, foreign):
    assert is_foreign({"host": "tocsin.example:8080", **headers}, base_url=PUBLIC) is foreign


@pytest.mark.parametrize("base_url", [PUBLIC, "tocsin.example", ""])
def test_an_origin_without_a_host_is_no_host_left_out(base_url):
    assert is_foreign({"origin": "null"}, base_url=base_url)


@pytest.mark.parametrize(
    "base_url", ["https://Tocsin.example", "https://tocsin.example:443", "HTTPS://tocsin.example/"]
)
def test_a_public_address_is_compared_as_browsers_write_it(base_url):
    assert not is_foreign({"host": "10.0.0.7:8080", "origin": "https://tocsin.example"}, base_url=base_url)


# A body -> the token in it.
@pytest.mark.parametrize(
    ("body", "token"),
    [
        (b"username=operator&token=toc_a%2Bb", "toc_a+b"),
        (b"token=one&token=two", "one"),
        (b"token=", ""),
        (b"", ""),
        (b"\xff\x00&token=%ff%00", "\ufffd\x00"),
        (b"&".join([b"token=x"] * 50), ""),
    ],
)
def test_a_field_is_read_whatever_the_body(body, token):
    assert field_of(body, "token") == token


# How long -> as people say it.
@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, ""), (0.9, ""), (1, "1 second"), (119, "1 minute"), (7_300, "2 hours"), (700_000, "8 days")],
)
def test_lateness_is_told_in_its_largest_unit(seconds, said):
    assert lasting(timedelta(seconds=seconds)) == said


def test_what_asks_for_a_look_is_counted_first(node):
    healths = [Health.OK, Health.OFF, Health.SILENT, Health.OK, Health.FAILING]
    source = node.sources.all()[0].source
    told = [
        Standing(source, SourceState("s", enabled=health is not Health.OFF), health, timedelta()) for health in healths
    ]
    assert [(one.health, one.count) for one in counts_of(told)] == [("failing", 1), ("silent", 1), ("ok", 2)]


def test_an_error_of_a_source_is_made_harmless_to_look_at(node):
    page = operators_page([a_standing(node, last_error="<b>\u202egnp", failures=2)], operator=OPERATOR)
    (one,) = page.troubled
    assert one.state.error == "<b>⟨U+202E⟩gnp"
    assert one.state.overdue == "3 hours"


def test_a_pass_opens_for_twelve_hours(node):
    token, at = a_token(node, Scope.OPERATE), [node.now()]
    door = Door(node.access, door_of(node).seal, lambda: at[0])
    sealed = door.enter(token)
    at[0] += timedelta(hours=12, seconds=-1)
    assert door.holder(sealed).party == "EU"
    at[0] += timedelta(seconds=1)
    assert door.holder(sealed) is None


def test_a_pass_tells_nothing_of_its_token(node):
    token = a_token(node, Scope.OPERATE)
    assert token not in door_of(node).enter(token)


def test_nothing_else_that_is_sealed_is_a_pass(node):
    token = a_token(node, Scope.OPERATE)
    kept = json.dumps([node.now().timestamp() + 60, token])
    others = node.search._seal.close(kept)
    readers = door_of(node).seal.close(json.dumps([node.now().timestamp() + 60, a_token(node, Scope.READ)]))
    assert door_of(node).holder(door_of(node).seal.close(kept)) is not None
    assert [door_of(node).holder(sealed) for sealed in (others, readers, token, "", "é", "x" * 4_000)] == [None] * 6


def test_behind_a_proxy_the_pass_is_for_https_only(client, node):
    answer = client.post("/sources/sign-in", data={"token": a_token(node, Scope.OPERATE)}, headers=AT_HOME)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources")
    told = answer.headers["set-cookie"]
    assert told.startswith(f"{COOKIE}=")
    assert set(told.split("; ")[1:]) >= {"HttpOnly", "Max-Age=43200", "Path=/sources", "SameSite=strict", "Secure"}
    assert "Signed in as <bdi>desk (EU)</bdi>" in client.get("/sources").text


def test_an_operators_page_has_landmarks_labels_and_no_script(client, node):
    client.post("/sources/sign-in", data={"token": a_token(node, Scope.OPERATE)}, headers=AT_HOME)
    answer = client.get("/sources")
    outline = Outline(answer.text)
    assert [len(outline.all(tag)) for tag in ("header", "main", "h1", "title", "script")] == [1, 1, 1, 1, 0]
    assert outline.open == []
    assert all(form["method"] == "post" for form in outline.all("form"))
    assert "TLP:AMBER+STRICT" in answer.text
    assert "TLP:CLEAR" not in answer.text
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "same-origin")


def test_records_that_are_away_are_told_on_a_page(client, node, monkeypatch):
    def away(*_):
        raise Unavailable("the records are away")

    client.post("/sources/sign-in", data={"token": a_token(node, Scope.OPERATE)}, headers=AT_HOME)
    monkeypatch.setattr(AccessRecords, "principal", away)
    answers = [
        client.get("/sources"),
        client.post("/sources/sign-in", data={"token": "toc_x"}, headers=AT_HOME),
        client.post("/sources/us-federal-register-bis/enable", headers=AT_HOME),
    ]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert all("<p><bdi>The records are away.</bdi></p>" in answer.text for answer in answers)
    client.cookies.clear()
    assert client.get("/sources").status_code == 200
