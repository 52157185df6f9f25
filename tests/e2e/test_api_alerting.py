"""Rules, channels and alerts as programs use them."""

import json

from tests.e2e.asking import a_post, asker, is_problem, taken, wait_until


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
