"""Signed webhooks (https://www.standardwebhooks.com, version 1); the only importer of standardwebhooks."""

import binascii
from base64 import b64decode, b64encode
from datetime import datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from math import floor
from secrets import token_bytes
from typing import Final

import httpx
from standardwebhooks import Webhook

from schemas.alert import Card, Channel
from schemas.base import utc
from services.adapters.guarded_transport import GuardedTransport
from services.adapters.ssrf import Guard
from streams.dispatch import retry_after_seconds
from streams.errors import Forbidden, InvalidInput, Rejected, Unavailable

SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - what every secret begins with is none
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64

BUSY_SECONDS: Final = 60.0
"""How long a channel rests that answers 429 and does not say how long."""

_GONE: Final = 410
_TOO_MANY: Final = 429
_WRONG_CHANNEL: Final = frozenset((401, 403, 404, _GONE))
_LATER: Final = frozenset((408, 425, _TOO_MANY))
_FIRST_REDIRECT, _FIRST_CLIENT_ERROR, _FIRST_SERVER_ERROR = 300, 400, 500


def new_secret() -> str:
    """Return a fresh signing secret."""
    return SECRET_PREFIX + b64encode(token_bytes(32)).decode()


def check_secret(secret: str) -> None:
    """Raise InvalidInput unless it is `whsec_` and the base64 of 24 to 64 bytes. The error does not repeat it."""
    encoded = secret.removeprefix(SECRET_PREFIX)
    try:
        size = len(b64decode(encoded + "=" * (-len(encoded) % 4), validate=True))
    except (binascii.Error, ValueError) as exc:
        raise InvalidInput("secret: what follows whsec_ is no base64", field="secret") from exc
    if not secret.startswith(SECRET_PREFIX) or not MIN_SECRET_BYTES <= size <= MAX_SECRET_BYTES:
        raise InvalidInput(
            f"secret: must be whsec_ and the base64 of {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes", field="secret"
        )


class WebhookNotifier:
    """Posts a card's bytes as they are, signed anew at each try, with the delivery's id as `webhook-id`.

    The receiver is called once: 15 s in all, no redirect, 4 KB of the answer. Safe to share between threads.
    """

    def __init__(self, guard: Guard, *, transport: httpx.BaseTransport | None = None) -> None:
        self._guard = guard
        self._client = httpx.Client(
            transport=transport or GuardedTransport(guard),
            trust_env=False,
            timeout=None,  # noqa: S113 - the transport's time for the whole call is the limit
            follow_redirects=False,
            # A jar that takes nothing: what one receiver sets must not follow to the next delivery.
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=())),
            headers={"user-agent": "tocsin", "accept-encoding": "identity"},
        )

    def send(self, card: Card, channel: Channel, *, at: datetime) -> str:
        """Return the receiver's status; errors as `streams.ports.Notifier` promises."""
        url = self._checked(channel)
        try:
            answer = self._client.post(url, content=card.body, headers=_headers(card, channel, at))
        except httpx.TimeoutException as exc:
            raise Unavailable("webhook: the receiver did not answer in time") from exc
        except httpx.TransportError as exc:
            raise Unavailable("webhook: the receiver cannot be reached or broke the connection") from exc
        return _outcome(answer, at)

    def close(self) -> None:
        """Close what is open."""
        self._client.close()

    def _checked(self, channel: Channel) -> httpx.URL:
        try:
            check_secret(channel.secret)
            return self._guard.check_url(channel.url)
        except InvalidInput as exc:
            raise Forbidden(f"webhook: the channel cannot be called: {exc}") from exc


def _headers(card: Card, channel: Channel, at: datetime) -> dict[str, str]:
    try:
        # standardwebhooks takes the moment's clock for UTC, and signs text: the bytes sent are those of that text.
        signature = Webhook(channel.secret).sign(card.delivery_id, utc(at), card.body.decode())
    except UnicodeDecodeError as exc:
        raise Rejected("webhook: the message is no text in UTF-8") from exc
    return {
        "content-type": "application/json",
        "webhook-id": card.delivery_id,
        "webhook-timestamp": str(floor(at.timestamp())),
        "webhook-signature": signature,
    }


def _outcome(answer: httpx.Response, at: datetime) -> str:
    status = answer.status_code
    said = f"webhook: the receiver answered {status}"
    if status < _FIRST_REDIRECT:
        return str(status)
    if status in _WRONG_CHANNEL:
        advice = "and is gone for good: disable the channel" if status == _GONE else "so the channel is paused"
        raise Forbidden(f"{said}, {advice}")
    if status < _FIRST_CLIENT_ERROR:
        raise Forbidden(f"{said}; redirects are not followed: give the channel its final address")
    if status in _LATER or status >= _FIRST_SERVER_ERROR:
        asked = retry_after_seconds(answer.headers.get("retry-after"), at=at)
        busy = BUSY_SECONDS if status == _TOO_MANY else None
        raise Unavailable(said, retry_after_seconds=busy if asked is None else asked)
    raise Rejected(said)
