"""What a user may have us call: the public internet, never the operator's own network."""

import re
from collections.abc import Callable, Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AI_NUMERICHOST, SOCK_STREAM, getaddrinfo
from typing import Final

import httpx

from streams.errors import Forbidden, InvalidInput

PORTS: Final = (443, 8443)
"""Where a service that is meant for others listens for https."""

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[a-z0-9._:-]{1,253}")
_GLOBAL_UNICAST: Final = IPv6Network("2000::/3")
_EMBEDDING: Final = (IPv6Network("2002::/16"), IPv6Network("2001::/23"))
"""6to4 and Teredo carry an IPv4 address within, which a gateway near us would unwrap."""

Resolve = Callable[[str, int], Iterable[str]]
"""Host and port to the addresses it has; OSError when there are none."""


def is_public(address: str) -> bool:
    """Tell whether an address is one of the public internet by IANA's registries, and carries no other one within."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    match parsed:
        case IPv4Address():
            return parsed.is_global and not parsed.is_multicast
        case IPv6Address():
            embeds = any(parsed in network for network in _EMBEDDING)
            return parsed.is_global and parsed in _GLOBAL_UNICAST and not embeds


def resolve(host: str, port: int) -> list[str]:
    """Return all addresses of a host in the system's order of preference; OSError when there are none."""
    return [str(answer[4][0]) for answer in getaddrinfo(host, port, type=SOCK_STREAM)]


class Guard:
    """What may be called: https on port 443 or 8443, to public addresses, and anything on the allowed hosts.

    What is said in public anyhow may also be asked for by `schemes` and at `ports` of less privacy.
    """

    def __init__(
        self,
        allowed_hosts: Iterable[str] = (),
        *,
        resolve: Resolve = resolve,
        schemes: Collection[str] = ("https",),
        ports: Collection[int] = PORTS,
    ) -> None:
        self._allowed = frozenset(host.lower().strip("[]") for host in allowed_hosts)
        self._resolve = resolve
        self._schemes, self._ports = schemes, ports

    def check_url(self, url: str) -> httpx.URL:
        """Return the parsed address if it may be called as far as it says itself; InvalidInput says what is wrong.

        Asks no name server: what a name stands for is looked at in `addresses`, each time it is called.
        """
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError) as exc:
            raise InvalidInput("url: is no web address", field="url") from exc
        host = parsed.raw_host.decode("ascii").lower()
        if parsed.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host):
            raise InvalidInput("url: must begin with https:// and name a host", field="url")
        if parsed.userinfo:
            raise InvalidInput("url: must not hold a user name or password", field="url")
        if host in self._allowed:
            return parsed
        if parsed.scheme not in self._schemes:
            raise InvalidInput("url: must begin with https://", field="url")
        if (parsed.port or _DEFAULT_PORTS[parsed.scheme]) not in self._ports:
            raise InvalidInput(f"url: port must be one of {', '.join(map(str, self._ports))}", field="url")
        if not all(map(is_public, _written_addresses(host))):
            raise InvalidInput("url: the host is no address of the public internet", field="url")
        return parsed

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses to connect to, asked for once; Forbidden unless every one is public or the host allowed.

        Raises OSError when the name has no address.
        """
        found = list(self._resolve(host, port))
        if host.lower() not in self._allowed and not (found and all(map(is_public, found))):
            raise Forbidden("the host has an address outside the public internet; such addresses are not called")
        return found


def _written_addresses(host: str) -> list[str]:
    """Return the address that a host is in itself, in any of the forms that systems read: `0x7f.1` is 127.0.0.1."""
    try:
        return [str(answer[4][0]) for answer in getaddrinfo(host, None, type=SOCK_STREAM, flags=AI_NUMERICHOST)]
    except (OSError, UnicodeError):
        return [] if "." in host.rstrip(".") else ["0.0.0.0"]  # noqa: S104 - nothing is bound; a name without a dot is a local one
