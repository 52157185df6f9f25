"""One document from somebody's server, within the guard's walls, manners towards its host, and limits of time and size."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from time import monotonic
from typing import Final

import httpx

from services.adapters.guarded_transport import CODING, GuardedTransport
from services.adapters.ssrf import Guard
from services.sources.hosts import Hosts
from services.sources.unpack import unpacked
from streams.dispatch import retry_after_seconds
from streams.errors import Forbidden, InvalidInput, Rejected, Unavailable

MAX_HOPS: Final = 5
"""Redirects that are followed, each checked like the first address."""

BUSY_SECONDS: Final = 300.0
"""How long a host rests that answers 429 or 503 and does not say how long."""

_OK, _NOT_MODIFIED, _TOO_MANY, _AWAY = 200, 304, 429, 503
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_LATER: Final = frozenset((408, 425, _TOO_MANY))
_FIRST_SERVER_ERROR: Final = 500
_MAX_VALIDATOR_LETTERS: Final = 500
_HEADERS: Final = {
    "user-agent": "tocsin (early warning for critical-mineral supply)",
    "accept": "application/atom+xml, application/rss+xml, application/feed+json, application/json, text/xml, */*;q=0.5",
    "accept-encoding": "gzip, deflate",
}


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave to ask it whether anything has changed (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None


NO_VALIDATORS: Final = Validators()


@dataclass(frozen=True, slots=True)
class Page:
    """What an address gave; `url` is where it led to."""

    url: str
    content: bytes
    content_type: str | None
    validators: Validators


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one fetch, redirects included: in all, of one silence, and of the document when it is unpacked."""

    total_seconds: float
    read_seconds: float
    max_bytes: int


class Fetcher:
    """Gets documents; safe between threads."""

    def __init__(self, guard: Guard, hosts: Hosts, limits: Limits, *, tls: ssl.SSLContext | None = None) -> None:
        self._guard, self._hosts, self._limits = guard, hosts, limits
        self._client = httpx.Client(
            transport=GuardedTransport(guard, tls=tls, max_bytes=limits.max_bytes + 1),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
            headers=_HEADERS,
        )

    def get(self, url: str, validators: Validators = NO_VALIDATORS) -> Page | None:
        """Return the document, or null where nothing has changed since the validators.

        Unavailable: the host is away, busy, slow or asks for rest, with the seconds where it names them. Rejected: it says
        no. Forbidden: the address, or one that it leads to, is not to be called. InvalidInput: what came is too large or
        cannot be unpacked.
        """
        deadline = monotonic() + self._limits.total_seconds
        target = self._checked(url)
        for _ in range(MAX_HOPS + 1):
            answer = self._ask(target, validators, deadline)
            if answer.status_code not in _REDIRECTS:
                return self._page(target, answer)
            target = self._next(target, answer)
        raise Rejected(f"{target.host}: leads on more than {MAX_HOPS} times")

    def close(self) -> None:
        """Close what is open, and let nobody wait for a turn."""
        self._hosts.stop()
        self._client.close()

    def _ask(self, url: httpx.URL, validators: Validators, deadline: float) -> httpx.Response:
        with self._hosts.turn(url.host, until=deadline):
            left = deadline - monotonic()
            timeout = httpx.Timeout(self._limits.read_seconds, connect=max(left, 0.0))
            try:
                answer = self._client.get(url, headers=_conditions(validators), timeout=timeout)
            except httpx.TimeoutException as exc:
                raise Unavailable(f"{url.host}: was too slow, or dripped") from exc
            except httpx.TransportError as exc:
                raise Unavailable(f"{url.host}: cannot be reached or broke the connection: {exc}") from exc
            self._rest(url, answer)
            return answer

    def _rest(self, url: httpx.URL, answer: httpx.Response) -> None:
        """Leave a host alone that is busy, whichever of its documents was asked for."""
        if answer.status_code in (_TOO_MANY, _AWAY):
            self._hosts.rest(url.host, _asked_seconds(answer))

    def _next(self, url: httpx.URL, answer: httpx.Response) -> httpx.URL:
        try:
            target = url.join(answer.headers.get("location", ""))
        except (httpx.InvalidURL, ValueError) as exc:
            raise Rejected(f"{url.host}: leads to what is no address") from exc
        if (url.scheme, target.scheme) == ("https", "http"):
            raise Forbidden(f"{url.host}: leads from https to http")
        return self._checked(str(target))

    def _checked(self, url: str) -> httpx.URL:
        try:
            return self._guard.check_url(url)
        except InvalidInput as exc:
            raise Forbidden(f"an address that is not called: {exc}") from exc

    def _page(self, url: httpx.URL, answer: httpx.Response) -> Page | None:
        status, said = answer.status_code, f"{url.host}: answered {answer.status_code}"
        if status == _NOT_MODIFIED:
            return None
        if status in _LATER or status >= _FIRST_SERVER_ERROR:
            is_busy = status in (_TOO_MANY, _AWAY)
            raise Unavailable(said, retry_after_seconds=_asked_seconds(answer) if is_busy else None)
        if status != _OK:
            raise Rejected(said)
        content = answer.content
        if len(content) > self._limits.max_bytes:
            raise InvalidInput(f"{url.host}: the answer has more than {self._limits.max_bytes} bytes")
        return Page(
            url=str(url),
            content=unpacked(content, answer.extensions.get(CODING, ""), max_bytes=self._limits.max_bytes),
            content_type=answer.headers.get("content-type"),
            validators=Validators(_kept(answer.headers, "etag"), _kept(answer.headers, "last-modified")),
        )


def _conditions(validators: Validators) -> dict[str, str]:
    told = {"if-none-match": validators.etag, "if-modified-since": validators.last_modified}
    return {name: value for name, value in told.items() if value}


def _kept(headers: Mapping[str, str], name: str) -> str | None:
    value = headers.get(name)
    return value if value and len(value) <= _MAX_VALIDATOR_LETTERS and value.isprintable() and value.isascii() else None


def _asked_seconds(answer: httpx.Response) -> float:
    asked = retry_after_seconds(answer.headers.get("retry-after"), at=datetime.now(UTC))
    return BUSY_SECONDS if asked is None else asked
