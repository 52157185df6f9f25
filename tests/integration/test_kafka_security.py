"""Names, passwords and certificates against a broker that speaks to nobody without them."""

import asyncio
import time
import traceback

import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.kafka import Login
from schemas.topics import LEDGER
from services.adapters.kafka_admin import prepare
from services.adapters.kafka_connection import tls_of
from services.adapters.kafka_log import KafkaLog
from streams.broker import Broker, Mechanism, Security
from streams.errors import ConfigError, Unavailable
from streams.ports import Outgoing
from tests.contract.event_log import a_tick
from tests.servers import a_certificate, a_kafka

SECRET = "rightpassword"
WRONG = "wrongpassword"


@pytest.fixture(scope="module", params=[Mechanism.SCRAM_SHA_512, Mechanism.PLAIN])
def sealed(request, tmp_path_factory):
    """Return how the one known user reaches a broker under TLS."""
    certificate = a_certificate(tmp_path_factory.mktemp("certificate"))
    with a_kafka(login=Login(certificate, "tocsin", SECRET, request.param)) as server:
        yield Broker(
            server.address,
            space="sealed",
            security=Security.SASL_SSL,
            mechanism=request.param,
            username="tocsin",
            password=SECRET,
            ca_file=certificate.certificate,
        )


def changed(broker, **facts):
    return Broker(**{name: getattr(broker, name) for name in broker.__dataclass_fields__} | facts)


def all_told(exc):
    """Return all that a log of this error with its causes would show."""
    return "".join(traceback.format_exception(exc))


def test_the_right_password_opens_every_door(sealed):
    prepare(sealed)
    log = KafkaLog(sealed)
    [position] = log.append([Outgoing(LEDGER, a_tick())])
    assert [record.position for record in log.after(LEDGER, position - 1, limit=5)] == [position]
    assert log.lag(LEDGER, "correlate") == position
    log.close()


def test_a_worker_can_speak_with_the_same_certificate(sealed):
    async def speak():
        producer = AIOKafkaProducer(
            bootstrap_servers=sealed.bootstrap,
            security_protocol=sealed.security.value,
            ssl_context=tls_of(sealed),
            sasl_mechanism=sealed.mechanism.value,
            sasl_plain_username=sealed.username,
            sasl_plain_password=sealed.password,
        )
        await producer.start()
        partitions = await producer.partitions_for(sealed.topic(LEDGER))
        await producer.stop()
        return partitions

    prepare(sealed)
    assert asyncio.run(speak()) == {0}


# Whatever is asked first, it says which setting to look at, and never the password.
@pytest.mark.parametrize(
    "ask",
    [
        prepare,
        lambda broker: KafkaLog(broker).append([Outgoing(LEDGER, a_tick())]),
        lambda broker: KafkaLog(broker).after(LEDGER, 0, limit=1),
        lambda broker: KafkaLog(broker).lag(LEDGER, "correlate"),
    ],
    ids=["prepare", "append", "after", "lag"],
)
def test_a_wrong_password_is_refused_and_not_told(sealed, ask, caplog):
    with caplog.at_level("INFO"), pytest.raises(Unavailable, match=r"TOCSIN_KAFKA__USERNAME, __PASSWORD") as refused:
        ask(changed(sealed, password=WRONG))
    assert WRONG not in all_told(refused.value)
    assert WRONG not in caplog.text


def test_an_unknown_name_is_refused(sealed):
    with pytest.raises(Unavailable, match="does not let 'stranger' in"):
        prepare(changed(sealed, username="stranger"))


# Certificates that do not vouch for the broker: somebody else's, and those that the machine trusts.
@pytest.mark.parametrize("own", [True, False])
def test_a_certificate_that_nobody_vouches_for_is_refused(sealed, tmp_path, own):
    other = a_certificate(tmp_path).certificate if own else None
    for ask in (prepare, lambda broker: KafkaLog(broker).append([Outgoing(LEDGER, a_tick())])):
        with pytest.raises(ConfigError, match=r"TOCSIN_KAFKA__CA_FILE"):
            ask(changed(sealed, ca_file=other))


def test_a_connection_in_the_clear_is_not_answered(sealed):
    began = time.monotonic()
    with pytest.raises(Unavailable, match="do not answer"):
        prepare(changed(sealed, security=Security.PLAINTEXT))
    assert time.monotonic() - began < 10


def test_tls_to_a_broker_in_the_clear_names_the_setting(kafka, tmp_path):
    with pytest.raises(ConfigError, match="TOCSIN_KAFKA__SECURITY"):
        prepare(Broker(kafka.address, security=Security.SSL, ca_file=a_certificate(tmp_path).certificate))


def test_a_certificate_file_that_is_none_names_the_setting(tmp_path):
    empty = tmp_path / "empty.crt"
    empty.write_text("")
    with pytest.raises(ConfigError, match="TOCSIN_KAFKA__CA_FILE"):
        tls_of(Broker("127.0.0.1:9092", security=Security.SSL, ca_file=empty))


def test_what_is_not_encrypted_needs_no_certificate():
    assert tls_of(Broker("127.0.0.1:9092")) is None


def test_a_description_of_brokers_does_not_show_the_password():
    assert SECRET not in repr(Broker("127.0.0.1:9092", username="tocsin", password=SECRET))
