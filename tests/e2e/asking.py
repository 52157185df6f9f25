"""How end-to-end tests ask: over HTTP as anybody, by the command line, and again until a deadline."""

import json
import os
import subprocess
import sys
import time

import httpx

DEADLINE_SECONDS = 30
REPORTS = 60
"""Signals that the shared server holds from the beginning, each an event of its own."""

WORDS = (
    *("anode", "barge", "copper", "dredge", "export", "furnace", "grant", "harbour", "ingot", "jetty", "kiln", "levy"),
    *("mill", "nickel", "ore", "permit", "quota", "refiner", "smelter", "tariff", "union", "vessel", "wharf", "yard"),
)


def wait_until(ask):
    """Ask until the answer is one, and return it."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (answer := ask()):
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.02)
    return answer


def a_post(number, **changes):
    """A report whose words are no other's, so that it makes an event of its own."""
    word, other = WORDS[number % len(WORDS)], WORDS[number // len(WORDS) % len(WORDS)]
    facts = {
        "id": f"n{number}",
        "source": "probe",
        "title": f"Report {number}: {word} and {other} at pier {number}",
        "text": f"{word} {number} {other} was loaded at pier {number} by shift {number} of the {word} company today.",
        "published_at": f"2026-07-{1 + number % 28:02}T{number % 24:02}:00:00Z",
    }
    return facts | changes


def asker(server, token=None):
    """Return a client of a server, the administrator's unless a token (empty: nobody's) is given."""
    token = (server.data / "admin-token").read_text().strip() if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers, timeout=20)


def taken(client, *posts):
    """Post signals and wait until they can be found; return their ids."""
    body = "\n".join(json.dumps(post) for post in posts)
    answer = client.post("/v1/intake", content=body, headers={"Content-Type": "application/x-ndjson"})
    assert answer.status_code == 202, answer.text
    ids = [item["id"] for item in answer.json()["items"]]
    wait_until(lambda: all(client.get(f"/v1/signals/{one}").status_code == 200 for one in ids))
    return ids


def tocsin(*arguments, data=None, given=None, **environment):
    """Run a command with its output piped; return exit code, output and errors."""
    place = ["--data-dir", str(data)] if data else []
    command = [sys.executable, "-m", "services.cli", *arguments, *place]
    done = subprocess.run(
        command, input=given, capture_output=True, text=True, timeout=60, env=os.environ | environment, check=False
    )
    return done.returncode, done.stdout, done.stderr


def events_of(client, *, count, after=None, last_event_id=None):
    """Return id, kind and content of the next events of the stream that are no heartbeats."""
    headers = {"Last-Event-ID": last_event_id} if last_event_id else {}
    params = {} if after is None else {"after": after}
    found, event = [], {}
    with client.stream("GET", "/v1/stream", params=params, headers=headers) as answer:
        assert answer.status_code == 200
        for line in answer.iter_lines():
            if not line and event:
                if event.get("event") != "heartbeat":
                    found.append((event["id"], event["event"], json.loads(event["data"])))
                event = {}
            elif line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value
            if len(found) == count:
                return found
    raise AssertionError(f"the stream ended after {len(found)} events")


def is_problem(answer, status):
    """Assert that the answer is an RFC 9457 problem of this status, and return it."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "Traceback" not in answer.text
    return problem
