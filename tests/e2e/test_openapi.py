"""Every operation answers as /openapi.json says, whatever is sent and whoever asks: schemathesis asks a real server."""

import functools

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks

from tests.e2e.asking import DEADLINE_SECONDS, a_post, asker, taken, wait_until
from tests.processes import Server

STREAM = "/v1/stream"
LISTENING_SECONDS = 0.3
"""How long a stream is listened to; every other answer has an end."""
LONG_RUN_SECONDS = 1_800
pytestmark = pytest.mark.timeout(300)  # all operations are one test: a minute, and more where the machine is busy
NOTICE = {
    "id": "notice",
    "source": "probe",
    "published_at": "2025-10-09T04:00:00Z",
    "title": "China places holmium under export control",
    "text": "MOFCOM Announcement No. 908 of 2025 of 9 October 2025 places holmium under export licensing.",
}
REF = "CN-MOFCOM-2025-908"

HOSTILE = (
    *("%00", "a%00b", "%ED%A0%80", "%FF%FE", "%C0%80", "%", "%0D%0AX:1", "..%2F..", "%F0%9F%98%80"),  # letters
    *(
        "-1",
        "9223372036854775808",
        "9" * 400,
        "1e400",
        "NaN",
        "0001-01-01",
        "9999-12-31",
        "2026-13-45",
    ),  # numbers, days
    *("((((((((", "x:[*", "*", "null"),  # syntax
)
"""What random examples seldom hit, as it stands in an address."""

load_all_checks()
PROMISES = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
    )
]
always_the_same = functools.partial(settings, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
document = schemathesis.pytest.from_fixture("served")


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A server of these tests alone: they fill it with rules, tokens and searches."""
    with Server("--no-history", data=tmp_path_factory.mktemp("openapi")) as server:
        with asker(server) as client:
            taken(client, a_post(1), NOTICE)
            wait_until(lambda: client.get(f"/v1/measures/{REF}").status_code == 200)
        yield server


@pytest.fixture(scope="module")
def served(own_server):
    return schemathesis.openapi.from_url(f"http://127.0.0.1:{own_server.port}/openapi.json")


@pytest.fixture(scope="module")
def askers(own_server):
    """Headers of who may do all, of who may read, of somebody unknown, and of nobody."""
    with asker(own_server) as client:
        reader = client.post("/v1/tokens", json={"party": "EU", "name": "reader", "scopes": ["read"]}).json()["token"]
        tokens = (client.headers["Authorization"], f"Bearer {reader}", "Bearer toc_unknown")
    return [*({"Authorization": token} for token in tokens), {}]


@pytest.fixture(scope="module")
def ids(own_server):
    """Name of a path's parameter -> an id that there is."""
    with asker(own_server) as client:
        made = {
            "query_id": ("/v1/queries", {"name": "all", "query": "*"}),
            "rule_id": ("/v1/rules", {"title": "all", "kind": "match", "query": "*", "channels": []}),
        }
        return {
            "signal_id": client.get("/v1/signals").json()["items"][0]["id"],
            "event_id": client.get("/v1/events").json()["items"][0]["id"],
            "source_id": client.get("/v1/sources").json()["items"][0]["id"],
            "measure_id": REF,
            "material_id": "gallium",
            **{name: client.post(path, json=body).json()["id"] for name, (path, body) in made.items()},
        }


def keeps_its_promises(case, askers):
    seconds = LISTENING_SECONDS if case.operation.path == STREAM else DEADLINE_SECONDS
    for headers in askers:
        case.call_and_validate(headers=headers, checks=PROMISES, timeout=seconds)


@document.parametrize()
@always_the_same(max_examples=3)
def test_an_operation_answers_as_documented(case, askers):
    keeps_its_promises(case, askers)


@pytest.mark.long
@pytest.mark.timeout(LONG_RUN_SECONDS)
@document.exclude(path=STREAM).parametrize()
@always_the_same(max_examples=200)
def test_an_operation_answers_as_documented_to_many_examples(case, askers):
    keeps_its_promises(case, askers)


def test_what_is_there_is_answered_as_documented(served, ids, askers):
    # Random ids find nothing, so the schemas of what is found would be checked by no example.
    for operation in (found.ok() for found in served.include(method="GET").get_all_operations()):
        names = [one.name for one in operation.path_parameters]
        case = operation.Case(path_parameters={name: ids[name] for name in names})
        seconds = LISTENING_SECONDS if operation.path == STREAM else DEADLINE_SECONDS
        answer = case.call_and_validate(headers=askers[0], checks=PROMISES, timeout=seconds)
        assert answer.status_code == 200, (operation.label, answer.status_code)


def test_hostile_values_are_answered_as_documented(served, askers):
    for operation in (found.ok() for found in served.exclude(path=STREAM).get_all_operations()):
        case = operation.Case(path_parameters={one.name: "NAMED" for one in operation.path_parameters})
        address = case.as_transport_kwargs()["url"]
        named = [address] if operation.path_parameters else []
        for form in [*named, *(f"{address}?{one.name}=NAMED" for one in operation.query)]:
            for hostile in HOSTILE:
                url = form.replace("NAMED", hostile)
                answer = requests.request(operation.method, url, headers=askers[0], timeout=DEADLINE_SECONDS)
                case.validate_response(answer, checks=PROMISES)
