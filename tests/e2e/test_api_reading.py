"""What readers get: pages, letters of every script, events with their versions, the stream and the public feed."""

import csv
import html
import io
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.e2e.asking import REPORTS, a_post, asker, events_of, is_problem, taken


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
        (904, "ガリウムの輸出 👩\u200d🔬 \uff27\uff41\uff21\uff53", "gaas"),
        (905, "حظر تصدير الغاليوم", "الغاليوم"),
        (906, "\u202egnp.evil\u200f gallium\u0000 zero", "zero gallium"),
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


def test_exports_give_all_hits_in_order(client):
    asked = {"q": "source:probe pier", "sort": "published"}
    total = client.get("/v1/signals", params=asked | {"limit": 1}).json()["total"]
    lines = client.get("/v1/signals.ndjson", params=asked)
    items = [json.loads(line) for line in lines.text.splitlines()]
    table = client.get("/v1/signals.csv", params=asked)
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert lines.headers["Tocsin-Total"] == table.headers["Tocsin-Total"] == str(total)
    assert [item["id"] for item in items] == [row["id"] for row in rows]
    assert len({item["id"] for item in items}) == total
    some = client.get("/v1/signals.ndjson", params=asked | {"limit": 7})
    assert [json.loads(line)["id"] for line in some.text.splitlines()] == [item["id"] for item in items[:7]]
    assert some.headers["Tocsin-Total"] == "7"
    assert items[0] == client.get(f"/v1/signals/{items[0]['id']}").json()


@pytest.mark.parametrize("suffix", ["csv", "ndjson"])
def test_a_bad_export_is_a_problem_and_no_half_file(client, suffix):
    assert is_problem(client.get(f"/v1/events.{suffix}", params={"q": "materal:x"}), 422)["nearest"] == "material"
    assert is_problem(client.get(f"/v1/events.{suffix}", params={"sort": "size"}), 422)["field"] == "sort"


def test_days_are_counted_and_add_up(client):
    page = client.get("/v1/signals", params={"q": "source:probe pier", "days": "published", "limit": 1}).json()
    assert sum(day["count"] for day in page["days"]) == page["total"]
    assert [day["day"] for day in page["days"]] == sorted(day["day"] for day in page["days"])
    assert client.get("/v1/signals", params={"limit": 1}).json()["days"] == []
    assert is_problem(client.get("/v1/signals", params={"days": "title"}), 422)["field"] == "days"


@pytest.mark.parametrize("kind", ["signals", "events", "measures"])
def test_the_permanent_link_shows_the_same_search(client, kind):
    asked = {"q": 'cobalt -"end use"~2 title:min*', "sort": "-severity"}
    link = client.get(f"/v1/{kind}", params=asked).json()["permalink"]
    assert link.startswith("http://")
    page = client.get(link[link.index("/?") :])
    assert page.status_code == 200
    assert parse_qs(urlsplit(link).query)["q"] == ['cobalt AND NOT "end use"~2 AND title:min*']
    assert f'rel="canonical" href="{html.escape(link[link.index("/?") :])}"' in page.text


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


def test_the_public_feed_needs_no_token_and_is_not_sent_twice(server):
    with asker(server, "") as client:
        answer = client.get("/feeds/public.atom")
        assert answer.status_code == 200
        assert answer.text.count("<entry>") > 20
        again = client.get("/feeds/public.atom", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_stream_ends_when_its_token_is_revoked(server, client, token_of):
    made = token_of("JP", "read")
    with asker(server, made["token"]) as listener, listener.stream("GET", "/v1/stream") as answer:
        assert answer.status_code == 200
        assert client.delete(f"/v1/tokens/{made['id']}").status_code == 204
        taken(client, a_post(990))
        assert not [line for line in answer.iter_lines() if line.startswith("data: {") and "heartbeat" not in line]
