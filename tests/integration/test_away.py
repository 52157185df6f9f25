"""With a server away the API answers what it can, says 503 with Retry-After for the rest, and loses nothing."""

import json
import urllib.error
import urllib.request
from contextlib import closing

import pytest

from schemas.party import Scope
from services.records.access import OPERATOR
from services.wiring import open_shared
from tests.distributed import Process, awaited, running, settings_for
from tests.servers import a_kafka, a_postgres, an_elastic

pytestmark = pytest.mark.busy

SIGNAL = {"title": "China places gallium under licence", "source": "desk"}


def asked(api, token, path, body=None):
    """Return status and whether the answer says when to come again."""
    request = urllib.request.Request(f"http://127.0.0.1:{api.port}{path}", headers={"Authorization": f"Bearer {token}"})
    if body is not None:
        request.data, request.headers["Content-type"] = json.dumps(body).encode(), "application/json"
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, False
    except urllib.error.HTTPError as exc:
        return exc.code, exc.headers["Retry-After"] is not None


@pytest.mark.timeout(300)
def test_the_api_answers_what_it_can_while_a_server_is_away(tmp_path):
    with a_kafka() as kafka, an_elastic() as elastic, a_postgres() as postgres:
        settings = settings_for(
            tmp_path, kafka=kafka, elastic=elastic, database=postgres.address, space="away", tick_seconds=3_600
        )
        api, worker = Process("api", settings), Process("worker", settings)
        with running(api, worker), closing(open_shared(settings)) as node:
            token = node.access.create_token("US", "t", tuple(Scope), by=OPERATOR)[1]
            post = lambda name: asked(api, token, "/v1/intake", {**SIGNAL, "id": name})  # noqa: E731 - said four times
            search, events, feed, ready = "/v1/events?q=gallium", "/v1/alerts", "/feeds/public.atom", "/readyz"
            assert post("before") == (202, False)
            awaited(lambda: found(api, token) == 1, what="the first signal")

            kafka.kill()
            assert [asked(api, token, path) for path in (search, events, feed)] == [(200, False)] * 3
            assert post("lost?") == (503, True)
            assert asked(api, token, ready)[0] == 503
            kafka.start()
            awaited(lambda: post("after kafka") == (202, False), what="the intake")

            elastic.kill()
            assert asked(api, token, search) == (503, True)
            assert [asked(api, token, path) for path in (events, feed)] == [(200, False)] * 2
            assert post("while the index is away") == (202, False)
            elastic.start()

            postgres.kill()
            assert [asked(api, token, path) for path in (search, events, feed)] == [(503, True)] * 3
            postgres.start()

            awaited(lambda: found(api, token) >= 3, seconds=90, what="all that was acknowledged")
            awaited(lambda: asked(api, token, ready)[0] == 200, seconds=60, what="readiness")


def found(api, token):
    status, told = api.ask("/v1/signals?q=gallium", token=token)
    return json.loads(told)["total"] if status == 200 else None
