"""The local servers: real ones, started, ended, killed and started again on their data."""

import os
import signal
import socket
import subprocess
import sys
import threading

import psycopg
import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import NewTopic
from kafka.errors import KafkaError

from deploy.local import account, fetch, java, postgres
from deploy.local.kafka import LARGEST_MESSAGE_BYTES, Login
from deploy.local.lacking import Lacking
from deploy.local.ports import free_port, is_free
from deploy.local.postgres import Postgres
from deploy.local.process import Recorded, wait_until
from streams.broker import Mechanism
from streams.errors import ConfigError, Unavailable
from tests.servers import PREFIX, a_certificate, a_kafka, a_postgres, an_elastic, ask, sweep

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


def a_topic(address, name, **access):
    admin = KafkaAdminClient(bootstrap_servers=address, **access)
    admin.create_topics([NewTopic(name=name, num_partitions=1, replication_factor=1)])
    admin.close()


def said(address, name, value, **access):
    """Write a value to a topic and return what can be read there."""
    producer = KafkaProducer(bootstrap_servers=address, acks="all", max_request_size=LARGEST_MESSAGE_BYTES, **access)
    if value:
        producer.send(name, value).get(timeout=20)
    producer.close()
    reading = {"consumer_timeout_ms": 5_000, "fetch_max_bytes": LARGEST_MESSAGE_BYTES, **access}
    consumer = KafkaConsumer(bootstrap_servers=address, auto_offset_reset="earliest", **reading)
    consumer.assign([TopicPartition(name, 0)])
    read = next(iter(consumer)).value
    consumer.close()
    return read


@pytest.fixture
def sleeper():
    process = subprocess.Popen(SLEEPER)
    yield process
    process.kill()
    process.wait()


def test_what_a_broker_has_acknowledged_is_there_after_a_kill():
    with a_kafka() as broker:
        a_topic(broker.address, "kept")
        written = said(broker.address, "kept", b"gallium")
        first = broker.pid
        broker.kill()
        assert broker.pid is None
        broker.start()

        assert written == said(broker.address, "kept", b"") == b"gallium"
        assert broker.pid not in (None, first)


def test_what_an_index_has_acknowledged_is_there_after_a_kill():
    with an_elastic() as server:
        ask(server, "PUT", "/kept/_doc/1", {"title": "gallium"})
        server.kill()
        server.start()

        assert ask(server, "GET", "/kept/_doc/1")["_source"] == {"title": "gallium"}


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_what_a_database_has_committed_is_there_after_it_was_ended(end):
    with a_postgres() as server:
        address = server.address.replace("+psycopg", "")
        with psycopg.connect(address) as client:
            client.execute("CREATE TABLE kept AS SELECT 'gallium' AS title")
        getattr(server, end)()
        assert server.pid is None
        server.start()

        with psycopg.connect(address) as client:
            assert client.execute("SELECT title FROM kept").fetchall() == [("gallium",)]


def test_a_server_that_runs_is_not_started_twice(postgres):
    again = Postgres(postgres.home, port=postgres.port)
    again.start()

    assert again.pid == postgres.pid


def test_a_broker_takes_the_largest_message_that_tocsin_writes(kafka, space):
    a_topic(kafka.address, f"{space}.large")

    assert len(said(kafka.address, f"{space}.large", os.urandom(20_000_000))) == 20_000_000


# Each way to prove a name: the right password opens, the wrong one and a connection in the clear do not.
@pytest.mark.parametrize("mechanism", [Mechanism.SCRAM_SHA_512, Mechanism.PLAIN])
def test_a_broker_with_a_login_speaks_to_nobody_else(tmp_path, mechanism):
    certificate = a_certificate(tmp_path)
    access = {
        "security_protocol": "SASL_SSL",
        "ssl_cafile": str(certificate.certificate),
        "sasl_mechanism": mechanism.value,
        "sasl_plain_username": "tocsin",
        "sasl_plain_password": "right",
    }
    with a_kafka(login=Login(certificate, "tocsin", "right", mechanism)) as broker:
        a_topic(broker.address, "sealed", **access)

        assert said(broker.address, "sealed", b"gallium", **access) == b"gallium"
        for refused in (access | {"sasl_plain_password": "wrong"}, {"security_protocol": "PLAINTEXT"}):
            with pytest.raises(KafkaError):
                KafkaAdminClient(bootstrap_servers=broker.address, bootstrap_timeout_ms=2_000, **refused).list_topics()


def test_a_database_with_a_certificate_takes_nobody_in_the_clear(tmp_path):
    certificate = a_certificate(tmp_path)
    with a_postgres(certificate=certificate) as server:
        address = server.address.replace("+psycopg", "")
        with psycopg.connect(f"{address}?sslmode=verify-full&sslrootcert={certificate.certificate}") as client:
            assert client.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
        with pytest.raises(psycopg.OperationalError, match="no encryption"):
            psycopg.connect(f"{address}?sslmode=disable")


def test_each_test_has_a_database_of_its_own(postgres_url):
    assert postgres_url.rpartition("/")[2] != "tocsin"
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as client:
        assert client.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_each_test_has_a_prefix_of_its_own(elastic, elastic_prefix):
    ask(elastic, "PUT", f"/{elastic_prefix}-events", {})

    assert list(ask(elastic, "GET", f"/{elastic_prefix}*")) == [f"{elastic_prefix}-events"]


def test_a_port_that_is_taken_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"port {port}.*PostgreSQL.*taken"):
            Postgres(tmp_path, port=port).start()


def test_a_free_port_is_the_nearest_and_none_that_an_outgoing_connection_may_have():
    near = free_port()
    with socket.create_server(("127.0.0.1", near)):
        assert not is_free(near)
        assert free_port(near) > near
    assert free_port() < 32_768


def test_a_server_that_cannot_start_says_its_last_words():
    with a_postgres() as server:
        server.stop()
        (server.home / "data/PG_VERSION").write_text("7\n")
        with pytest.raises(Unavailable, match="7"):
            server.start()


def test_a_folder_that_nobody_may_enter_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    closed = tmp_path / "closed"
    (closed / "data").mkdir(parents=True)
    closed.chmod(0o700)
    with pytest.raises(ConfigError, match=r"is closed to the account"):
        account.hand_over(closed / "data")


def test_a_process_that_was_given_the_number_of_another_is_left_alone(tmp_path, sleeper):
    file = tmp_path / "process"
    recorded = Recorded(file)
    recorded.record(sleeper.pid)
    assert recorded.pid == sleeper.pid
    number, began = file.read_text().split()
    file.write_text(f"{number} {int(began) - 1}\n")

    recorded.send(signal.SIGKILL)

    assert recorded.pid is None
    assert sleeper.poll() is None


def test_a_process_that_ended_is_known_to_have(tmp_path, sleeper):
    recorded = Recorded(tmp_path / "process")
    assert recorded.pid is None
    recorded.record(sleeper.pid)
    assert not recorded.ends_within(0)

    recorded.send(signal.SIGTERM)

    assert recorded.ends_within(10)
    assert recorded.pid is None


def test_what_a_killed_run_has_left_is_ended_by_the_next(tmp_path, monkeypatch, sleeper):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    over = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    left = tmp_path / f"{PREFIX}{int(over.stdout)}-x"
    left.mkdir()
    Recorded(left / "process").record(sleeper.pid)

    sweep()

    assert sleeper.wait(10) == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


# What is missing is named with how to get it: no Java, no Maven, no PostgreSQL.
@pytest.mark.parametrize(
    ("start", "words"),
    [
        (java.newest_java, "Java 17 or later.*openjdk"),
        (fetch.kafka_libs, "Java 17 or later.*openjdk"),
        (postgres.programs, "initdb.*apt-get install postgresql"),
    ],
)
def test_a_machine_without_a_program_is_told_which(monkeypatch, tmp_path, start, words):
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    for module in (java, postgres):
        monkeypatch.setattr(module, "INSTALLED", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(Lacking, match=words):
        start()


def test_a_machine_without_maven_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(fetch, "CACHE", tmp_path / "cache")
    monkeypatch.setattr(fetch, "newest_java", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(Lacking, match=r"Maven.*apt-get install maven"):
        fetch.kafka_libs()


MAVEN = """#!/bin/sh
echo called >> "$(dirname "$0")/calls"
for word; do case $word in -DoutputDirectory=*) into=${word#*=};; esac; done
mkdir -p "$into" && echo jar > "$into/kafka.jar"
exit %d
"""


def a_maven(monkeypatch, folder, *, ends_with):
    """Put a program in the place of Maven that writes one file; return where it notes that it was called."""
    (folder / "mvn").write_text(MAVEN % ends_with)
    (folder / "mvn").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(fetch, "CACHE", folder / "cache")
    monkeypatch.setattr(fetch, "newest_java", lambda: None)
    return folder / "calls"


def test_two_that_fetch_at_once_fetch_once(monkeypatch, tmp_path):
    calls, found = a_maven(monkeypatch, tmp_path, ends_with=0), []
    fetching = [threading.Thread(target=lambda: found.append(fetch.kafka_libs())) for _ in range(4)]
    for thread in fetching:
        thread.start()
    for thread in fetching:
        thread.join(30)

    assert calls.read_text() == "called\n"
    assert [(folder / "kafka.jar").exists() for folder in found] == [True] * 4


def test_a_fetch_that_fails_leaves_nothing_and_is_tried_again(monkeypatch, tmp_path):
    a_maven(monkeypatch, tmp_path, ends_with=1)
    with pytest.raises(Unavailable, match="Maven could not fetch"):
        fetch.kafka_libs()
    a_maven(monkeypatch, tmp_path, ends_with=0)

    assert (fetch.kafka_libs() / "kafka.jar").exists()


def test_waiting_ends_with_what_is_waited_for_or_at_the_deadline():
    assert wait_until(lambda: True, 0)
    assert not wait_until(lambda: False, 0.05)
