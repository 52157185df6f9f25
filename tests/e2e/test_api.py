"""The HTTP door as programs find it: one server, asked well and badly."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.asking import a_post, asker, events_of, taken, wait_until
from tests.processes import Server

REPORTS = 60
JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server("--no-history", data=tmp_path_factory.mktemp("api")) as server:
        with asker(server) as client:
            taken(client, *(a_post(number) for number in range(REPORTS)))
        yield server
        code = server.stop()
        assert code == 0, (server.data / "output.txt").read_text()[-2000:]


@pytest.fixture
def client(server):
    with asker(server) as client:
        yield client


@pytest.fixture(scope="module")
def token_of(server):
    """Return a token of a party with scopes."""

    def make(party, *scopes):
        with asker(server) as client:
            answer = client.post("/v1/tokens", json={"party": party, "name": "test", "scopes": scopes})
        assert answer.status_code == 201, answer.text
        return answer.json()

    return make


def is_problem(answer, status):
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    return problem


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
    ("/v1/events?facets=title", {"field": "facets"}),
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


# A door, how it is opened, and by whom -> the status.
@pytest.mark.parametrize(
    ("method", "path", "scopes", "status"),
    [
        ("GET", "/v1/events", None, 401),
        ("POST", "/v1/intake", None, 401),
        ("GET", "/v1/stream", None, 401),
        ("GET", "/metrics", None, 401),
        ("POST", "/v1/intake", ("read",), 403),
        ("POST", "/v1/rules", ("read",), 403),
        ("GET", "/v1/events", ("intake",), 403),
        ("GET", "/metrics", ("read", "write", "intake"), 403),
        ("POST", "/v1/tokens", ("read", "write", "intake"), 403),
        ("GET", "/v1/dead", ("read", "write", "intake"), 403),
        ("POST", "/v1/intake?backfill=true", ("intake",), 403),
        ("POST", "/v1/intake?source_kind=official", ("intake",), 403),
        ("GET", "/v1/nothing", ("read",), 404),
        ("GET", "/v1/events/none", ("read",), 404),
        ("GET", "/v1/events/none/versions", ("read",), 404),
        ("GET", "/v1/events/%00", ("read",), 404),
        ("GET", "/v1/signals/none", ("read",), 404),
        ("GET", "/v1/rules/none", ("read",), 404),
        ("DELETE", "/v1/rules/none", ("write",), 404),
        ("DELETE", "/v1/tokens/none", ("operate",), 404),
        ("POST", "/v1/dead/replay?number=999999", ("operate",), 404),
        ("POST", "/v1/dead/replay?number=99999999999999999999999", ("operate",), 404),
        ("DELETE", "/v1/events", ("read",), 405),
        ("PUT", "/v1/intake", ("intake",), 405),
        ("POST", "/healthz", ("read",), 405),
    ],
)
def test_each_refusal_is_a_problem(server, token_of, method, path, scopes, status):
    token = "" if scopes is None else token_of("JP", *scopes)["token"]
    body = {"content": post() if "intake" in path else rule(), "headers": JSON} if method == "POST" else {}
    with asker(server, token) as client:
        problem = is_problem(client.request(method, path, **body), status)
    if status == 403:
        assert scopes is None or problem["detail"]


# An Authorization header that opens nothing.
@pytest.mark.parametrize("header", ["Bearer toc_none", "Bearer", "Bearer ", "Basic dG9jOnRvYw==", "Bearer té", "toc_x"])
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


@pytest.mark.parametrize("kind", ["signals", "events"])
@pytest.mark.parametrize("sort", ["-published", "published", "-severity", "-updated", "confidence"])
def test_cursors_lead_through_all_and_repeat_nothing(client, kind, sort):
    asked = {"q": "source:probe pier", "limit": 7, "sort": sort}
    page = client.get(f"/v1/{kind}", params=asked).json()
    total, found = page["total"], [item["id"] for item in page["items"]]
    while page["next"]:
        page = client.get(f"/v1/{kind}", params=asked | {"cursor": page["next"]}).json()
        assert page["total"] == total
        found += [item["id"] for item in page["items"]]
    assert len(found) == len(set(found)) == total >= REPORTS


def tampered(cursor):
    middle = len(cursor) // 2
    yield cursor[:-1]
    yield cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :]
    yield cursor + "AAAA"
    yield cursor[::-1]
    yield "=" * 20
    yield "\x00"
    yield "A" * 20_000


def test_a_cursor_that_was_tampered_with_is_refused(client):
    cursor = client.get("/v1/events", params={"limit": 3}).json()["next"]
    assert "published" not in cursor
    for other in tampered(cursor):
        is_problem(client.get("/v1/events", params={"limit": 3, "cursor": other}), 422)


# What is asked with another question's cursor.
@pytest.mark.parametrize(
    ("path", "changes"), [("/v1/signals", {}), ("/v1/events", {"q": "a"}), ("/v1/events", {"sort": "published"})]
)
def test_a_cursor_belongs_to_its_question(client, path, changes):
    cursor = client.get("/v1/events", params={"limit": 3}).json()["next"]
    problem = is_problem(client.get(path, params={"limit": 3, "cursor": cursor, **changes}), 422)
    assert problem["field"] == "cursor"


# A title in some script -> a query that finds it.
@pytest.mark.parametrize(
    ("number", "title", "query"),
    [
        (901, "商务部公告2025年第61号 氧化镓出口管制", '"出口管制"'),
        (902, "Les exportations d'antimoine sont suspendues à Québec", "quebec exportation"),
        (903, "Экспорт галлия запрещён", "галлий"),
        (904, "ガリウムの輸出 👩‍🔬 ＧａＡｓ", "gaas"),
        (905, "حظر تصدير الغاليوم", "الغاليوم"),
        (906, "\u202egnp.evil‏ gallium\u0000 zero", "zero gallium"),
    ],
)
def test_letters_of_every_script_come_back_and_are_found(client, number, title, query):
    (signal_id,) = taken(client, a_post(number, title=title, text="", language=None))
    item = client.get(f"/v1/signals/{signal_id}").json()
    assert "\u0000" not in item["title"]
    assert item["title"].split()[-1] == title.replace("\u0000", "").split()[-1]
    found = client.get("/v1/signals", params={"q": f"{query} id:{signal_id}"}).json()
    assert [item["id"] for item in found["items"]] == [signal_id]
    assert client.get("/v1/signals.csv", params={"q": f"id:{signal_id}"}).content.decode().count(item["language"])


def test_facets_count_what_is_found(client):
    page = client.get("/v1/signals", params={"q": "source:probe", "facets": "source,kind", "limit": 1}).json()
    assert page["facets"] == {
        "source": [{"value": "probe", "count": page["total"]}],
        "kind": [{"value": "signal", "count": page["total"]}],
    }


def test_an_event_is_told_with_versions_and_evidence(client):
    (signal_id,) = taken(client, a_post(1))
    event_id = client.get(f"/v1/signals/{signal_id}").json()["event_id"]
    event = client.get(f"/v1/events/{event_id}").json()
    versions = client.get(f"/v1/events/{event_id}/versions").json()["items"]
    evidence = client.get(f"/v1/events/{event_id}/evidence").json()
    assert event["version"] == len(versions) >= 1
    assert versions[-1]["title"] == event["title"]
    assert [document["signal_id"] for document in evidence["documents"]] == [signal_id]
    assert not {"audience", "origin_id"} & event.keys()


def test_no_get_of_the_description_fails(client):
    description = client.get("/openapi.json").json()
    asked = 0
    for path, methods in description["paths"].items():
        if "get" not in methods:
            continue
        address = path.replace("{", "").replace("}", "")
        with client.stream("GET", address) as answer:
            assert answer.status_code < 500, (path, answer.read())
            assert answer.status_code in (200, 404), path
        asked += 1
    assert asked > 20


def test_a_stream_resumes_with_exactly_what_followed(client):
    told = events_of(client, count=20, after=0)
    ids = [int(name) for name, _, _ in told]
    assert ids == list(range(1, 21))
    assert events_of(client, count=8, last_event_id="12") == told[12:]
    assert events_of(client, count=8, after=3, last_event_id="12") == told[12:]  # the header goes before


def test_a_stream_tells_what_is_new(server, client):
    with ThreadPoolExecutor(1) as pool, asker(server) as other:
        last = client.get("/v1/events", params={"limit": 1}).json()["total"]
        listening = pool.submit(events_of, other, count=REPORTS + 1, after=0)
        (signal_id,) = taken(client, a_post(200 + last))
        told = listening.result(timeout=30)
    assert len(told) == REPORTS + 1
    event_id = client.get(f"/v1/signals/{signal_id}").json()["event_id"]
    later = events_of(client, count=1, after=int(told[-1][0]) - 1)
    assert later[0] == told[-1]
    assert client.get(f"/v1/events/{event_id}").status_code == 200


def a_rule(client, title, query, **facts):
    answer = client.post("/v1/rules", json={"title": title, "query": query, **facts})
    assert answer.status_code == 201, answer.text
    return answer.json()


def alerts_of(client, rule_id):
    return [
        one for one in client.get("/v1/alerts", params={"limit": 1_000}).json()["items"] if one["rule_id"] == rule_id
    ]


def test_a_deleted_rule_rings_no_more(client):
    gone, kept = a_rule(client, "gone", "xylophone"), a_rule(client, "kept", "xylophone")
    taken(client, a_post(300, title="A xylophone is lost"))
    wait_until(lambda: alerts_of(client, gone["id"]) and alerts_of(client, kept["id"]))
    assert client.delete(f"/v1/rules/{gone['id']}").status_code == 204
    taken(client, a_post(301, title="Another xylophone is lost"))
    wait_until(lambda: len(alerts_of(client, kept["id"])) == 2)
    assert len(alerts_of(client, gone["id"])) == 1
    is_problem(client.get(f"/v1/rules/{gone['id']}"), 404)
    assert client.delete(f"/v1/rules/{kept['id']}").status_code == 204


def test_what_is_posted_after_a_rule_is_judged_by_it(client):
    for number in range(5):
        made = a_rule(client, f"race {number}", f"zither{number}")
        taken(client, a_post(310 + number, title=f"A zither{number} is lost"))
        wait_until(lambda made=made: alerts_of(client, made["id"]))


def test_a_second_rule_of_a_title_is_a_conflict(client):
    a_rule(client, "twice", "a")
    problem = is_problem(client.post("/v1/rules", json={"title": "twice", "query": "b"}), 409)
    assert "twice" in problem["detail"]


def test_a_file_channel_is_written(server, client):
    channel_id = client.post("/v1/channels", json={"kind": "file", "title": "desk", "url": "desk.jsonl"}).json()["id"]
    made = a_rule(client, "to the desk", "bassoon", channels=[channel_id])
    taken(client, a_post(320, title="A bassoon is lost"))
    path = server.data / "outbox" / "desk.jsonl"
    wait_until(lambda: path.exists() and path.read_text().endswith("\n"))
    (line,) = map(json.loads, path.read_text().splitlines())
    assert line["title"] == "A bassoon is lost"
    assert line["body"]["rule"] == {"id": made["id"], "title": "to the desk"}
    (delivery,) = wait_until(
        lambda: [one for one in client.get("/v1/deliveries").json()["items"] if one["state"] == "done"]
    )
    assert (delivery["id"], delivery["attempts"]) == (line["delivery_id"], 1)


def test_history_rings_nobody_until_live_news_tells_of_it(client):
    channel_id = client.post("/v1/channels", json={"kind": "file", "title": "old", "url": "old.jsonl"}).json()["id"]
    made = a_rule(client, "old news", "clavichord", channels=[channel_id])
    old = a_post(330, title="A clavichord is lost")
    answer = client.post("/v1/intake", params={"backfill": "true"}, json=old)
    assert answer.status_code == 202
    (alert,) = wait_until(lambda: alerts_of(client, made["id"]))
    assert alert["silent"]
    assert alert["id"] not in {one["alert_id"] for one in client.get("/v1/deliveries").json()["items"]}


def test_a_party_sees_its_own_rules_channels_and_alerts_alone(server, client, token_of):
    with asker(server, token_of("EU", "read", "write")["token"]) as eu:
        mine = a_rule(client, "mine", "gallium")
        for path in ("/v1/rules", "/v1/channels", "/v1/alerts", "/v1/deliveries"):
            assert eu.get(path).json() == {"items": []}
        is_problem(eu.get(f"/v1/rules/{mine['id']}"), 404)
        is_problem(eu.delete(f"/v1/rules/{mine['id']}"), 404)
        theirs = a_rule(eu, "mine", "gallium")
        assert theirs["id"] != mine["id"]


def test_a_made_secret_is_shown_once(client):
    hook = {"kind": "webhook", "title": "hook", "url": "https://hook.example/x"}
    made = client.post("/v1/channels", json=hook).json()
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in client.get("/v1/channels").text


def test_the_public_feed_needs_no_token_and_is_not_sent_twice(server):
    with asker(server, "") as client:
        answer = client.get("/feeds/public.atom")
        assert answer.status_code == 200
        assert answer.text.count("<entry>") > 20
        again = client.get("/feeds/public.atom", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
