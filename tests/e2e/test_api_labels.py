"""A person corrects what the machine understood: over HTTP, seen by all, with an audit entry of who."""

import json
import sqlite3

import pytest

from tests.e2e.asking import a_post, asker, is_problem, taken, tocsin, wait_until


@pytest.fixture
def report(client, request):
    """A signal of its own for each test."""
    (signal_id,) = taken(client, a_post(900, id=request.node.name, title=f"Copper licence {request.node.name}"))
    return signal_id


def post(client, signal_id, **labels):
    body = json.dumps({"reason": "read it", **labels})
    return client.post(f"/v1/signals/{signal_id}/labels", content=body, headers={"Content-Type": "application/json"})


def shown(client, signal_id, ready):
    """Return the signal once it is as it should be."""
    wait_until(lambda: ready(client.get(f"/v1/signals/{signal_id}").json()))
    return client.get(f"/v1/signals/{signal_id}").json()


def test_labels_are_answered_shown_and_taken_back(client, report):
    machine = client.get(f"/v1/signals/{report}").json()
    assert (machine["override"], len(machine["judged_by"])) == (None, 1)
    answer = post(client, report, event_classes=["export_quota"], materials=["copper"], relevant=True)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["by"], answer.json()["labels"]["materials"]) == ("home", ["copper"])
    told = shown(client, report, lambda item: item["override"])
    assert (told["event_classes"], told["ladder"], told["relevant"]) == (["export_quota"], "quota", True)
    assert told["override"]["machine"]["event_classes"] == machine["event_classes"]
    assert told["override"]["machine"]["direction"] is None
    assert told["judged_by"] == machine["judged_by"]
    event = client.get(f"/v1/events/{told['event_id']}").json()
    assert (event["event_classes"], event["override"]["signal_id"]) == (["export_quota"], report)
    found = client.get("/v1/signals", params={"q": f"id:{report} class:export_quota"}).json()
    assert found["total"] == 1

    assert post(client, report).status_code == 201
    back = shown(client, report, lambda item: not item["override"])
    assert {name: back[name] for name in machine if name != "updated_at"} == {
        name: value for name, value in machine.items() if name != "updated_at"
    }


def test_who_corrected_stands_in_the_audit_and_the_party_alone_with_the_signal(server, client, token_of, report):
    with asker(server, token_of("EU", "write")["token"]) as analyst:
        assert post(analyst, report, relevant=False).status_code == 201
    assert shown(client, report, lambda item: item["override"])["override"]["by"] == "EU"
    with sqlite3.connect(f"file:{server.data}/records.db?mode=ro", uri=True) as records:
        rows = records.execute("SELECT party, actor, action FROM audit WHERE subject = ?", (report,)).fetchall()
    assert rows == [("EU", "test", "signal.override")]


# Labels that are none -> what the problem points at.
@pytest.mark.parametrize(
    ("labels", "where"),
    [
        ({"reason": ""}, {"field": "reason"}),
        ({"reason": "\ud800"}, {"field": "reason"}),
        ({"event_classes": ["export_baan"]}, {"field": "event_classes.0"}),
        ({"event_classes": []}, {"field": "event_classes"}),
        ({"materials": ["galium"]}, {"field": "materials", "nearest": "gallium"}),
        ({"materials": ["tin", "tin"]}, {"field": "materials"}),
        ({"places": [{"code": "XX", "role": "actor"}]}, {"field": "places"}),
        ({"places": [{"code": "CN", "role": "king"}]}, {"field": "places.0.role"}),
        ({"direction": "sideways"}, {"field": "direction"}),
        ({"severity": 90}, {"field": "severity"}),
    ],
)
def test_wrong_labels_are_told_where_they_are_wrong(client, report, labels, where):
    problem = is_problem(post(client, report, **labels), 422)
    assert {name: problem.get(name) for name in where} == where


def test_labels_of_a_stranger_or_for_nothing_are_refused(server, token_of, report):
    for scope, signal, status in (("read", report, 403), ("write", "none", 404)):
        with asker(server, token_of("JP", scope)["token"]) as stranger:
            is_problem(post(stranger, signal, relevant=False), status)


def test_corrections_are_learned_from_while_the_server_runs(server, client, report):
    assert post(client, report, event_classes=["export_tax"]).status_code == 201
    code, out, _ = tocsin("learn", data=server.data)
    told = json.loads(out)
    assert (code, told["written"]) == (1, None)  # a handful of corrections beats no rule
    assert told["corrections"] >= 1
    assert shown(client, report, lambda item: item["override"])["override"]["by"] == "home"
