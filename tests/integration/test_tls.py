"""Elasticsearch and PostgreSQL under TLS: the settings that open them, and the words where one of them is wrong."""

import ssl
import threading
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from schemas.projection import Kind
from schemas.query import Search
from services.adapters.elastic_client import Cluster
from services.adapters.elastic_index import ElasticIndex
from services.records.database import Database
from streams.errors import ConfigError, Unavailable
from streams.query.parse import parse
from tests.builders import a_projection
from tests.servers import a_certificate, a_postgres

API_KEY = "aWQ6c2VjcmV0"
PASSED_ON = ("content-type", "accept")


@contextmanager
def a_guarded(elastic, certificate):
    """Stand before the real Elasticsearch with a certificate and an API key, which its small distribution lacks."""

    class Guard(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            if self.headers.get("authorization") != f"ApiKey {API_KEY}":
                self.tell(401, "application/json", b'{"error": {"type": "security_exception"}, "status": 401}')
                return
            behind = HTTPConnection("127.0.0.1", elastic.port, timeout=30)
            kept = {name: value for name, value in self.headers.items() if name.lower() in PASSED_ON}
            behind.request(self.command, self.path, body or None, kept)
            told = behind.getresponse()
            self.tell(told.status, told.headers["content-type"] or "", told.read())
            behind.close()

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 - the names http.server calls

        def tell(self, status, kind, body):
            self.send_response(status)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", len(body)),
                ("X-Elastic-Product", "Elasticsearch"),
            ):
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Guard)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def certificate(tmp_path):
    return a_certificate(tmp_path)


@pytest.fixture
def guarded(elastic, certificate, elastic_prefix):
    with a_guarded(elastic, certificate) as url:
        yield Cluster(url, prefix=elastic_prefix, api_key=API_KEY, ca_file=certificate.certificate)


def opened(cluster, **changed):
    return closing(ElasticIndex(Cluster(**{**vars(cluster), **changed})))


def test_an_index_under_tls_is_written_and_searched_with_the_key(guarded):
    with opened(guarded) as index:
        index.prepare()
        index.put([a_projection("a", title="tin")], {0: 1})
        index.refresh()
        assert index.search(parse("tin"), Search(kind=Kind.SIGNAL, limit=1), party="US").total == 1


def test_a_wrong_key_names_the_setting(guarded):
    with opened(guarded, api_key="d3Jvbmc6a2V5") as index, pytest.raises(ConfigError, match="TOCSIN_ELASTIC__API_KEY"):
        index.prepare()


def test_a_certificate_that_nobody_vouches_for_is_not_believed(guarded, tmp_path):
    (tmp_path / "other").mkdir()
    other = a_certificate(tmp_path / "other").certificate
    with opened(guarded, ca_file=other) as index, pytest.raises(Unavailable, match=r"(?i)certificate"):
        index.search(parse("tin"), Search(kind=Kind.SIGNAL, limit=1), party="US")


def test_records_are_kept_under_tls_and_not_in_the_clear(certificate):
    with a_postgres(certificate=certificate) as server:
        sealed = f"{server.address}?sslmode=verify-full&sslrootcert={certificate.certificate}"
        with closing(Database(sealed, schema="records")) as records:
            records.migrate()
            assert records.missing() is None
        with closing(Database(f"{server.address}?sslmode=disable", schema="records")) as records:
            assert "no encryption" in records.missing()
