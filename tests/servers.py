"""The real Kafka, Elasticsearch and PostgreSQL as fixtures: each is started when a test first asks, and serves the whole run.

Tests share them and do not meet: each has its own space, prefix or database. A test that kills a server starts its own.
"""

import ipaddress
import json
import os
import secrets
import shutil
import signal
import tempfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path

import pytest

from deploy.local.certificate import Certificate
from deploy.local.elastic import Elastic
from deploy.local.fetch import elasticsearch_zip, kafka_libs
from deploy.local.java import newest_java
from deploy.local.kafka import Kafka
from deploy.local.lacking import Lacking
from deploy.local.ports import free_port
from deploy.local.postgres import Postgres
from deploy.local.process import Recorded

PREFIX = "tocsin-servers-"
NEEDS = (
    ({"kafka", "a_kafka", "installed"}, kafka_libs),
    ({"elastic", "an_elastic", "installed"}, lambda: elasticsearch_zip(newest_java())),
)
"""What is fetched for a test that names one of these, as a fixture or in its module."""


def pytest_collection_finish(session):
    """Fetch what the chosen tests will need: that takes longer than one test may."""
    asked = {name for item in session.items for name in (*getattr(item, "fixturenames", ()), *vars(item.module))}
    for names, fetch in NEEDS:
        if names & asked:
            with suppress(Lacking):  # the fixture says so, to each test that asks
                fetch()


@pytest.fixture(scope="session")
def kafka():
    """Return the run's broker."""
    with a_kafka() as server:
        yield server


@pytest.fixture(scope="session")
def elastic():
    """Return the run's Elasticsearch."""
    with an_elastic() as server:
        yield server


@pytest.fixture(scope="session")
def postgres():
    """Return the run's PostgreSQL."""
    with a_postgres() as server:
        yield server


@pytest.fixture
def space(kafka):
    """Return what the names of one test's topics and groups begin with; its topics go when it ends."""
    from kafka import KafkaAdminClient

    name = _unique()
    yield name
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    try:
        made = [topic for topic in admin.list_topics() if topic.startswith(f"{name}.")]
        if made:
            admin.delete_topics(made)
    finally:
        admin.close()


@pytest.fixture
def elastic_prefix(elastic):
    """Return what the names of one test's indexes begin with; its indexes go when it ends."""
    name = _unique()
    yield name
    made = ask(elastic, "GET", f"/{name}*?ignore_unavailable=true&expand_wildcards=all")
    if made:
        ask(elastic, "DELETE", f"/{','.join(made)}")


@pytest.fixture
def postgres_url(postgres):
    """Return the URL of one test's own database, which goes when it ends."""
    import psycopg

    server = postgres.address.replace("postgresql+psycopg", "postgresql")
    name = _unique()
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name}")
        yield f"{postgres.address.rpartition('/')[0]}/{name}"
        owner.execute(f"DROP DATABASE {name} WITH (FORCE)")


def a_kafka(**options):
    """Run a broker of one's own while the block lasts; it may be killed, frozen and started again."""
    return _running(lambda home: Kafka(home, port=free_port(), controller_port=free_port(), **options))


def an_elastic():
    """Run an Elasticsearch of one's own while the block lasts."""
    return _running(lambda home: Elastic(home, port=free_port()))


def a_postgres(**options):
    """Run a PostgreSQL of one's own while the block lasts."""
    return _running(lambda home: Postgres(home, port=free_port(), **options))


def a_certificate(folder):
    """Return a certificate for 127.0.0.1 and localhost, signed by itself, valid for a day."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    named = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")])
    building = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    building = building.not_valid_before(now - timedelta(hours=1)).not_valid_after(now + timedelta(days=1))
    building = building.add_extension(named, critical=False)
    building = building.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    made = Certificate(folder / "server.crt", folder / "server.pem")
    made.certificate.write_bytes(building.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.key.write_bytes(key.private_bytes(*plain))
    return made


def ask(elastic, method, path, body=None):
    """Return what Elasticsearch answers to a request; it must be a good answer."""
    connection = HTTPConnection("127.0.0.1", elastic.port, timeout=30)
    try:
        written = None if body is None else json.dumps(body)
        connection.request(method, path, written, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        told = answer.read()
    finally:
        connection.close()
    assert answer.status < 300, (answer.status, told[:500])
    return json.loads(told)


def sweep():
    """End the servers of a run that was killed before it could."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = home.name.removeprefix(PREFIX).partition("-")[0]
        if home.stat().st_uid == os.geteuid() and not Path(f"/proc/{owner}").exists():
            Recorded(home / "process").send(signal.SIGKILL, with_children=True)
            shutil.rmtree(home, ignore_errors=True)


@contextmanager
def or_skip(name):
    """Skip the test where a program of the block is not on this machine."""
    try:
        yield
    except Lacking as exc:
        pytest.skip(f"{name} {exc}")


@contextmanager
def _running(make):
    """Run a server in a folder that its account can enter, and leave nothing of it; skip where a program is missing."""
    sweep()
    home = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
    home.chmod(0o755)
    server = make(home)
    try:
        with or_skip(server.name):
            server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(home, ignore_errors=True)


def _unique():
    return f"t{secrets.token_hex(5)}"
