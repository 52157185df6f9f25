"""No user can make the server call into its operator's network."""

import pytest

from services.adapters.ssrf import Guard, is_public
from streams.errors import Forbidden, InvalidInput

PUBLIC = "93.184.216.34"
INNER = [
    "127.0.0.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",  # a cloud's metadata
    "100.64.0.1",  # carrier NAT
    "192.0.2.1",  # documentation
    "198.18.0.1",  # benchmarks
    "224.0.0.1",  # multicast
    "240.0.0.1",  # reserved
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",  # IPv4 mapped
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",  # NAT64 of 127.0.0.1
    "64:ff9b:1::1",
    "2002:7f00:1::",  # 6to4 of 127.0.0.1
    "2001:0:7f00:1::",  # Teredo
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",  # documentation
    "not an address",
]


@pytest.mark.parametrize("address", INNER)
def test_inner_addresses_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", [PUBLIC, "8.8.8.8", "2606:4700:4700::1111", "2001:4860:4860::8888"])
def test_addresses_of_the_internet_are(address):
    assert is_public(address)


@pytest.mark.parametrize("address", INNER)
def test_a_name_is_refused_when_one_of_its_addresses_is_inner(address):
    guard = Guard(resolve=lambda _host, _port: [PUBLIC, address])
    with pytest.raises(Forbidden):
        guard.addresses("hooks.example.org", 443)


def test_a_name_without_addresses_is_refused():
    with pytest.raises(Forbidden):
        Guard(resolve=lambda _host, _port: []).addresses("hooks.example.org", 443)


def test_a_name_that_changes_its_address_is_asked_for_once_a_call():
    answers = iter([[PUBLIC], ["127.0.0.1"]])
    guard = Guard(resolve=lambda _host, _port: next(answers))
    assert guard.addresses("hooks.example.org", 443) == [PUBLIC], "what was checked is what is connected to"
    with pytest.raises(Forbidden):
        guard.addresses("hooks.example.org", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "ftp://hooks.example.org/",
        "file:///etc/passwd",
        "https:///path",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:80/",
        "https://user:pw@hooks.example.org/",
        "https://hooks.example.org@127.0.0.1/",
        "https://127.0.0.1/",
        "https://2130706433/",  # 127.0.0.1 as one number
        "https://0x7f.1/",  # and in other notations
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "https://localhost./",
        "https://intranet/",
        "https://exa mple.org/",
        "https://hooks.example.org:99999/",
        "hooks.example.org",
        "",
        "\x00",
    ],
)
def test_such_an_address_makes_no_channel(url):
    with pytest.raises(InvalidInput) as refused:
        Guard().check_url(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    "url",
    [
        "https://hooks.example.org/a?b=c",
        "https://hooks.example.org:8443/",
        "https://bücher.example/",
        "https://8.8.8.8/",
    ],
)
def test_such_an_address_does(url):
    assert Guard().check_url(url).scheme == "https"


def test_an_allowed_host_may_be_anywhere():
    guard = Guard(["127.0.0.1", "::1", "Matrix.lan"], resolve=lambda _host, _port: ["10.1.2.3"])
    for url in ("http://127.0.0.1:8065/hook", "http://[::1]:80/", "http://matrix.lan:8008/"):
        assert guard.check_url(url)
    assert guard.addresses("matrix.lan", 8008) == ["10.1.2.3"]
    with pytest.raises(InvalidInput):
        guard.check_url("http://127.0.0.2/")
    with pytest.raises(InvalidInput, match="password"):
        guard.check_url("http://a:b@127.0.0.1/")
