"""`tocsin doctor` tells what is wrong, and what is only unknown because something else is away."""

from contextlib import closing

import pytest

from deploy.local.ports import free_port
from schemas.ledger import Tick
from schemas.topics import LEDGER
from services.doctor import examine
from services.records.statements import ms
from services.settings import Settings
from services.ticking import LAST_TICK
from services.wiring import open_node, open_shared
from streams.ports import Outgoing
from tests.builders import NOON
from tests.distributed import Process, awaited, running, settings_for

pytestmark = pytest.mark.busy


def states(settings):
    return {finding["name"]: finding["state"] for finding in examine(settings)}


def test_a_fresh_folder_is_well_but_for_what_is_not_there(tmp_path):
    settings = Settings(data_dir=tmp_path / "data")
    assert states(settings)["folder"] == "wrong"
    open_node(settings).close()
    assert set(states(settings).values()) == {"ok"}


@pytest.fixture
def settings(tmp_path, kafka, elastic, postgres_url, space):
    return settings_for(tmp_path, kafka=kafka, elastic=elastic, database=postgres_url, space=space, tick_seconds=60)


def test_what_is_missing_is_named_with_what_to_do(settings):
    found = {finding["name"]: finding for finding in examine(settings)}
    assert found["topics"]["state"] == "wrong"
    assert "start a worker" in found["topics"]["advice"]
    assert found["index"]["state"] == "wrong"
    assert found["settings"]["state"] == "ok"


@pytest.mark.timeout(120)
def test_all_is_well_while_a_worker_works_and_its_death_is_seen(settings):
    worker = Process("worker", settings)
    with running(worker):
        awaited(lambda: set(states(settings).values()) == {"ok"}, seconds=30, every=1, what="wellbeing")
        assert worker.stop() == 0
    with closing(open_shared(settings)) as node:
        node.marks.put(LAST_TICK, ms(NOON))
        node.log.append([Outgoing(LEDGER, Tick(at=NOON))])
    # Its place in the groups is kept for a session, for it to start again.
    awaited(lambda: states(settings)["step correlate"] == "wrong", seconds=30, every=1, what="the end of its session")
    told = states(settings)
    assert (told["step correlate"], told["ticks"], told["database"], told["clock"]) == ("wrong", "wrong", "ok", "ok")


def test_one_server_that_is_away_does_not_hide_the_others(settings):
    url = f"postgresql+psycopg://x@127.0.0.1:{free_port()}/x"
    away = settings.model_copy(
        update={"database": settings.database.model_copy(update={"url": type(settings.secret_key)(url)})}
    )
    told = states(away)
    assert (told["database"], told["clock"], told["topics"]) == ("wrong", "unknown", "wrong")
