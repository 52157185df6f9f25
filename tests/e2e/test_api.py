"""Refusals of the HTTP door: each is a problem that says what is wrong, and where."""

import json
import socket

import pytest

from tests.e2e.asking import a_post, asker, is_problem, taken

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


def post(**changes):
    return json.dumps({"id": "bad", "title": "Gallium", **changes}).encode()


def rule(**changes):
    return json.dumps({"title": "bad", "query": "gallium", **changes}).encode()


def channel(**changes):
    return json.dumps({"kind": "file", "title": "bad", "url": "a.jsonl", **changes}).encode()


# What is asked: -> status, and what the problem points at.
BAD_QUESTIONS = [
    ("/v1/events?q=matrial:gallium", {"nearest": "material", "position": 0}),
    ("/v1/events?q=gallium AND", {"position": 11}),
    ("/v1/events?q=(gallium", {"position": 0}),
    ('/v1/events?q=a "open', {"position": 2}),
    ("/v1/events?q=severity:high", {"field": "severity", "position": 9}),
    ("/v1/events?q=published:yesterday", {"field": "published"}),
    (f"/v1/events?q={'a' * 4_001}", {"field": "q"}),
    (f"/v1/events?q={'(' * 40}a{')' * 40}", {"position": 32}),
    ("/v1/events?limit=0", {"field": "limit"}),
    ("/v1/events?limit=1001", {"field": "limit"}),
    ("/v1/events?limit=many", {"field": "limit"}),
    ("/v1/events?sort=colour", {"field": "sort"}),
    ("/v1/events?facets=matrial", {"nearest": "material"}),
    ("/v1/events?facets=title", {"field": "title"}),
    ("/v1/events?facets=kind,id,material,class,stage,actor,target,place,source,tlp,level", {"field": "facets"}),
    ("/v1/events?cursor=garbage", {"field": "cursor"}),
    ("/v1/events?cursor=%C3%A9%00", {"field": "cursor"}),
    ("/v1/events.csv?limit=0", {"field": "limit"}),
    ("/v1/signals?q=%22", {"position": 0}),
    ("/v1/alerts?limit=0", {"field": "limit"}),
    ("/v1/dead?after=-1", {"field": "after"}),
    ("/v1/stream?after=-1", {"field": "after"}),
    ("/v1/stream?after=99999999999999999999999", {"field": "after"}),
]


@pytest.mark.parametrize(("path", "where"), BAD_QUESTIONS)
def test_a_bad_question_is_told_where_it_is_wrong(client, path, where):
    problem = is_problem(client.get(path), 422)
    assert {name: problem.get(name) for name in where} == where


# A header that is no position of the stream; the second is a digit for `str.isdigit`, the third for no database.
@pytest.mark.parametrize("last", [b"abc", b"\xb2", b"9" * 40, b"-1", b"1.5"])
def test_an_id_that_is_none_of_the_stream_is_refused(client, last):
    problem = is_problem(client.get("/v1/stream", headers={"Last-Event-ID": last}), 422)
    assert problem["field"].lower() == "last-event-id"


# What is posted to which door -> what the problem points at.
BAD_BODIES = [
    ("/v1/intake", b"", {}),
    ("/v1/intake", b"{", {}),
    ("/v1/intake", b"[]", {}),
    ("/v1/intake", b"\xff", {}),
    ("/v1/intake", b'{"title": "x"}', {"field": "id"}),
    ("/v1/intake", post(title=""), {"field": "text"}),
    ("/v1/intake", post(more=1), {"field": "more"}),
    ("/v1/intake", post(title="x" * 1_001), {"field": "title"}),
    ("/v1/intake", post(id="x" * 501), {"field": "id"}),
    ("/v1/intake", post(source="../etc"), {"field": "source"}),
    ("/v1/intake", post(language="english please"), {"field": "language"}),
    ("/v1/intake", post(published_at="yesterday"), {"field": "published_at"}),
    ("/v1/intake", post(published_at="9999-12-31T23:59:59-14:00"), {"field": "published_at"}),
    ("/v1/intake", post(marking={"tlp": "PINK"}), {"field": "marking.tlp"}),
    ("/v1/intake", post(marking={"tlp": "AMBER"}), {"field": "marking"}),
    ("/v1/intake", post(marking={"tlp": "CLEAR", "release": ["EU"]}), {"field": "marking"}),
    ("/v1/intake", post(title="\ud800"), {}),
    ("/v1/rules", b"", {}),
    ("/v1/rules", b'{"title": "x", }', {"position": 15}),
    ("/v1/rules", b'"text"', {}),
    ("/v1/rules", rule(title=""), {"field": "title"}),
    ("/v1/rules", rule(query=""), {"field": "query"}),
    ("/v1/rules", rule(query="   "), {}),
    ("/v1/rules", rule(query="matrial:x"), {"nearest": "material", "position": 0}),
    ("/v1/rules", rule(kind="absence"), {"field": "kind"}),
    ("/v1/rules", rule(channels=["none"]), {"field": "channels"}),
    ("/v1/rules", rule(more=1), {"field": "more"}),
    ("/v1/channels", channel(kind="pager"), {"field": "kind"}),
    ("/v1/channels", channel(url="../a"), {"field": "url"}),
    ("/v1/channels", channel(url="/etc/passwd"), {"field": "url"}),
    ("/v1/channels", channel(kind="webhook", url="http://127.0.0.1:1/"), {"field": "url"}),
    ("/v1/channels", channel(kind="webhook", url="file:///etc/passwd"), {"field": "url"}),
    ("/v1/channels", channel(kind="webhook", url="https://hook.example/", secret="short"), {"field": "secret"}),
    ("/v1/tokens", b'{"party": "US", "name": "x", "scopes": []}', {"field": "scopes"}),
    ("/v1/tokens", b'{"party": "US", "name": "x", "scopes": ["root"]}', {"field": "scopes.0"}),
    ("/v1/tokens", b'{"party": "../x", "name": "x", "scopes": ["read"]}', {"field": "party"}),
    ("/v1/tokens", b'{"party": "US", "name": " ", "scopes": ["read"]}', {}),
]


@pytest.mark.parametrize(("path", "body", "where"), BAD_BODIES)
def test_a_bad_body_is_told_where_it_is_wrong(client, path, body, where):
    problem = is_problem(client.post(path, content=body, headers=JSON), 422)
    assert {name: problem.get(name) for name in where} == where


# How a door is opened, and by whom -> the status.
@pytest.mark.parametrize(
    ("asked", "scopes", "status"),
    [
        ("GET /v1/events", None, 401),
        ("POST /v1/intake", None, 401),
        ("GET /v1/stream", None, 401),
        ("GET /metrics", None, 401),
        ("POST /v1/intake", ("read",), 403),
        ("POST /v1/rules", ("read",), 403),
        ("GET /v1/events", ("intake",), 403),
        ("GET /metrics", ("read", "write", "intake"), 403),
        ("POST /v1/tokens", ("read", "write", "intake"), 403),
        ("GET /v1/dead", ("read", "write", "intake"), 403),
        ("POST /v1/intake?backfill=true", ("intake",), 403),
        ("POST /v1/intake?source_kind=official", ("intake",), 403),
        ("GET /v1/nothing", ("read",), 404),
        ("GET /v1/events/none", ("read",), 404),
        ("GET /v1/events/none/versions", ("read",), 404),
        ("GET /v1/events/%00", ("read",), 404),
        ("GET /v1/signals/none", ("read",), 404),
        ("GET /v1/rules/none", ("read",), 404),
        ("DELETE /v1/rules/none", ("write",), 404),
        ("DELETE /v1/tokens/none", ("operate",), 404),
        ("POST /v1/dead/replay?number=999999", ("operate",), 404),
        ("POST /v1/dead/replay?number=99999999999999999999999", ("operate",), 404),
        ("DELETE /v1/events", ("read",), 405),
        ("PUT /v1/intake", ("intake",), 405),
        ("POST /healthz", ("read",), 405),
    ],
)
def test_each_refusal_is_a_problem(server, token_of, asked, scopes, status):
    method, path = asked.split(" ")
    token = "" if scopes is None else token_of("JP", *scopes)["token"]
    body = {"content": post() if "intake" in path else rule(), "headers": JSON} if method == "POST" else {}
    with asker(server, token) as client:
        is_problem(client.request(method, path, **body), status)


# An Authorization header that opens nothing.
@pytest.mark.parametrize("header", ["Bearer toc_none", "Bearer", "Basic dG9jOnRvYw==", "Bearer té", "toc_x"])
def test_a_token_that_is_none_is_asked_for_again(server, header):
    with asker(server, "") as client:
        answer = client.get("/v1/me", headers={"Authorization": header.encode("latin-1")})
    is_problem(answer, 401)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_refused_at_once(server, client, token_of):
    made = token_of("EU", "read")
    with asker(server, made["token"]) as theirs:
        assert theirs.get("/v1/me").json()["party"] == "EU"
        assert client.delete(f"/v1/tokens/{made['id']}").status_code == 204
        is_problem(theirs.get("/v1/me"), 401)


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_the_intake_names_the_formats_it_takes(client, kind):
    problem = is_problem(client.post("/v1/intake", content=post(), headers={"Content-Type": kind}), 415)
    assert "application/json" in problem["detail"]


# A body larger than its door's bound, with and without its length told before.
@pytest.mark.parametrize(
    ("path", "letters"), [("/v1/intake", 16_000_001), ("/v1/rules", 64_001), ("/v1/channels", 64_001)]
)
@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("token", [None, ""])
def test_a_body_beyond_its_bound_is_refused(server, path, letters, told, token):
    body = b'{"title": "' + b"x" * letters + b'"}'
    chunks = (body[at : at + 1_000_000] for at in range(0, len(body), 1_000_000))
    with asker(server, token) as client:
        answer = client.post(path, content=body if told else chunks, headers=JSON)
    is_problem(answer, 401 if token == "" and path == "/v1/intake" else 413)


def test_a_post_of_too_many_lines_is_refused_whole(client):
    before = client.get("/v1/signals", params={"limit": 1}).json()["total"]
    is_problem(client.post("/v1/intake", content=b"{}\n" * 10_001, headers=NDJSON), 413)
    assert client.get("/v1/signals", params={"limit": 1}).json()["total"] == before


def test_each_line_is_answered_in_order(client):
    lines = [post(id="l1"), b"{", b"", b"  ", post(id="l2", more=1), post(id="l3")]
    answer = client.post("/v1/intake", content=b"\n".join(lines), headers=NDJSON)
    assert answer.status_code == 207
    items = answer.json()["items"]
    assert [item["status"] for item in items] == ["accepted", "rejected", "rejected", "accepted"]
    assert items[2]["problem"]["field"] == "more"
    assert all(item.get("id") for item in items if item["status"] == "accepted")


def test_a_second_post_is_answered_like_the_first_and_changes_nothing(client):
    first, second = taken(client, a_post(0)), taken(client, a_post(0))
    assert first == second
    found = client.get("/v1/signals", params={"q": "source:probe pier", "limit": 1_000}).json()
    assert [item["source_id"] for item in found["items"]].count("n0") == 1


def test_a_line_for_another_s_source_is_refused_alone(server, token_of):
    with asker(server, token_of("JP", "intake")["token"]) as member:
        lines = [
            {"id": "own", "title": "A note of ours", "source": "member.jp"},
            {"id": "us", "title": "A note of theirs", "source": "member.us"},
            {"id": "h", "title": "History anew", "source": "history"},
            {"id": "free", "title": "A report of a wire", "source": "wire"},
        ]
        answer = member.post("/v1/intake", content="\n".join(map(json.dumps, lines)), headers=NDJSON)
    assert answer.status_code == 207, answer.text
    told = [one["status"] for one in answer.json()["items"]]
    assert told == ["accepted", "rejected", "rejected", "accepted"]
    assert answer.json()["items"][1]["problem"]["field"] == "source"


def test_a_head_without_end_is_ended(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nX: ")
        with pytest.raises(ConnectionError):
            plain.sendall(b"a" * 50_000_000)
