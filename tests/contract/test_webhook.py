"""The webhook notifier against a real receiver that verifies with somebody else's code."""

import datetime as dt
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from notifier import BODY, SECRET, NotifierContract, a_card, a_channel
from standardwebhooks import Webhook

from services.adapters import guarded_transport
from services.adapters.guarded_transport import GuardedTransport
from services.adapters.ssrf import Guard
from services.adapters.webhook import WebhookNotifier, check_secret, new_secret
from streams.errors import Forbidden, InvalidInput, Rejected, Unavailable


class Receiver:
    """Answers every post with `status`, `headers` and `body`; keeps what came."""

    def __init__(self):
        self.status, self.headers, self.body, self.got = 204, {}, b"", []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(receiver.body)
                except OSError:
                    receiver.got.append("hung up")

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def receiver():
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


@pytest.fixture
def notifier():
    notifier = WebhookNotifier(Guard(["127.0.0.1"]))
    yield notifier
    notifier.close()


@pytest.fixture
def channel(receiver):
    return a_channel(url=f"http://127.0.0.1:{receiver.port}/hook?team=1")


def send(notifier, channel, **card):
    return notifier.send(a_card(**card), channel, at=datetime.now(UTC))


class TestWebhook(NotifierContract):
    @pytest.fixture
    def bad_channel(self):
        return a_channel(url="https://10.0.0.1/")


def test_the_receiver_verifies_the_very_bytes(receiver, notifier, channel):
    assert send(notifier, channel) == "204"
    path, headers, body = receiver.got[0]
    assert Webhook(SECRET).verify(body, headers) == {"title": "镓 & gallium", "rule": "licences"}
    assert (path, body, headers["webhook-id"]) == ("/hook?team=1", BODY, "d-1")
    assert headers["Host"] == f"127.0.0.1:{receiver.port}"


def test_each_try_is_signed_anew_under_one_id(receiver, notifier, channel):
    now = datetime.now(UTC)
    # The zone of the moment must not matter to the signature.
    for moment in (now, (now + timedelta(seconds=60)).astimezone(dt.timezone(timedelta(hours=8)))):
        notifier.send(a_card(), channel, at=moment)
    (_, first, body), (_, second, _) = receiver.got
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60
    Webhook(SECRET).verify(body, second)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (301, Forbidden), (302, Forbidden), (307, Forbidden),  # never followed
        (400, Rejected), (413, Rejected), (422, Rejected), (409, Rejected),
        (401, Forbidden), (403, Forbidden), (404, Forbidden), (410, Forbidden),
        (408, Unavailable), (425, Unavailable), (429, Unavailable), (500, Unavailable), (503, Unavailable),
    ],
)  # fmt: skip
def test_every_status_has_its_consequence(receiver, notifier, channel, status, error):
    receiver.status, receiver.headers = status, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
    with pytest.raises(error, match=str(status)) as failed:
        send(notifier, channel)
    assert len(receiver.got) == 1
    assert SECRET not in str(failed.value)
    assert ("disable" in str(failed.value)) == (status == 410)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ((503, {"Retry-After": "7"}), 7),
        ((429, {"Retry-After": "7"}), 7),
        ((429, {}), 60),  # too many, and no word for how long
        ((503, {}), None),
        ((503, {"Retry-After": "soon"}), None),
    ],
)
def test_the_receiver_may_say_when(receiver, notifier, channel, answer, seconds):
    receiver.status, receiver.headers = answer
    with pytest.raises(Unavailable) as failed:
        send(notifier, channel)
    assert failed.value.retry_after_seconds == seconds


def test_cookies_of_a_receiver_are_not_kept(receiver, notifier, channel):
    receiver.headers = {"Set-Cookie": "who=eu"}
    send(notifier, channel)
    send(notifier, channel)
    assert "Cookie" not in receiver.got[1][1]


def test_the_environment_names_no_proxy(receiver, channel, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert send(WebhookNotifier(Guard(["127.0.0.1"])), channel) == "204"


def test_little_of_an_endless_answer_is_read(receiver, notifier, channel):
    receiver.status, receiver.body = 200, b"x" * 50_000_000
    assert send(notifier, channel) == "200"


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 2", b"nonsense\r\n\r\n"])
def test_a_receiver_that_breaks_off_is_tried_again(notifier, answer):
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_answer_once, args=(server, answer), daemon=True).start()
        with pytest.raises(Unavailable):
            send(notifier, a_channel(url=f"http://127.0.0.1:{server.getsockname()[1]}/"))


def _answer_once(server, answer):
    connection, _ = server.accept()
    with connection:
        connection.recv(65_536)
        connection.sendall(answer)


def test_a_port_where_nobody_listens_is_tried_again(notifier):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable, match="reached"):
            send(notifier, a_channel(url=f"http://127.0.0.1:{unused.getsockname()[1]}/"))


def test_a_receiver_that_drips_bytes_is_left_after_the_time_for_the_whole_call(notifier, monkeypatch):
    monkeypatch.setattr(guarded_transport, "TOTAL_SECONDS", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()
        threading.Thread(target=_drip, args=(server, done), daemon=True).start()
        with pytest.raises(Unavailable, match="in time"):
            send(notifier, a_channel(url=f"http://127.0.0.1:{server.getsockname()[1]}/"))
        done.set()


def _drip(server, done):
    connection, _ = server.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nx-long: ")
        while not done.wait(0.05):
            connection.sendall(b"x")


@pytest.mark.parametrize("answer", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"]])
def test_a_name_that_leads_inside_is_not_connected_to(answer):
    inside = WebhookNotifier(Guard(resolve=lambda _host, _port: answer))
    with pytest.raises(Forbidden):
        send(inside, a_channel(url="https://hooks.example.org/"))


def test_a_name_that_is_not_known_is_tried_again():
    def unknown(_host, _port):
        raise socket.gaierror

    with pytest.raises(Unavailable):
        send(WebhookNotifier(Guard(resolve=unknown)), a_channel())


def test_tls_asks_for_the_name_although_the_connection_goes_to_the_address(receiver, tmp_path):
    seen = []
    server, client = contexts(tmp_path, "hooks.example.org")
    server.sni_callback = lambda _socket, name, _context: seen.append(name)
    receiver.server.socket = server.wrap_socket(receiver.server.socket, server_side=True)
    guard = Guard(["hooks.example.org"], resolve=lambda _host, _port: ["127.0.0.1"])
    notifier = WebhookNotifier(guard, transport=GuardedTransport(guard, tls=client))
    assert send(notifier, a_channel(url=f"https://hooks.example.org:{receiver.port}/")) == "204"
    assert seen == ["hooks.example.org"]
    assert receiver.got[0][1]["Host"] == f"hooks.example.org:{receiver.port}"


def test_a_certificate_of_another_name_is_not_accepted(receiver, tmp_path):
    server, client = contexts(tmp_path, "other.example.org")
    receiver.server.socket = server.wrap_socket(receiver.server.socket, server_side=True)
    guard = Guard(["hooks.example.org"], resolve=lambda _host, _port: ["127.0.0.1"])
    notifier = WebhookNotifier(guard, transport=GuardedTransport(guard, tls=client))
    with pytest.raises(Unavailable):
        send(notifier, a_channel(url=f"https://hooks.example.org:{receiver.port}/"))
    assert receiver.got == []


def contexts(folder, name):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName(name), x509.IPAddress(ip_address("::1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    pem = folder / "pem"
    encoded = certificate.public_bytes(serialization.Encoding.PEM)
    pem.write_bytes(
        encoded
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cadata=encoded.decode())


def test_a_fresh_secret_is_a_good_one():
    check_secret(new_secret())
    assert new_secret() != new_secret()


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0",
        "whsec_c2hvcnQ=",
        "whsec_" + "A" * 200,
        "whsec_ü",
        "whsec_!!!!" * 9,
    ],
)
def test_a_bad_secret_is_refused_without_repeating_it(secret):
    with pytest.raises(InvalidInput) as refused:
        check_secret(secret)
    assert len(secret) < 8 or secret not in str(refused.value)
