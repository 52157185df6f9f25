"""The one form of a web address: two links to one page are one text."""

import re
from typing import Final
from urllib.parse import urlsplit, urlunsplit

_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
_HIDDEN: Final = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u2069\\]")
# What advertisers and mailing lists append to follow a click; none of it chooses a page.
_TRACKING: Final = re.compile(
    r"utm_\w*|fbclid|gclid|gclsrc|dclid|gbraid|wbraid|msclkid|twclid|yclid|ttclid|li_fat_id|igsh|igshid|mc_[ce]id|"
    r"mkt_tok|_hs(?:enc|mi)|oly_(?:anon|enc)_id|vero_id|s_cid|_ga|_gl|cmpid",
    re.IGNORECASE,
)

_CANONICAL: Final = re.compile(r"https?://[a-z0-9]+(?:[.-][a-z0-9]+)*/[A-Za-z0-9/._~!$&'()*+,;=:@%-]*")
"""The form that nothing has to be done to: most addresses have it, and to see that is ten times as fast."""


def canonical_url(url: str | None) -> str | None:
    """Return the address in its one form; null for what is no http or https address.

    The host is lower-case and the query sorted; user, default port, fragment and tracking parameters are gone.
    """
    url = (url or "").strip()
    if _CANONICAL.fullmatch(url):
        return url
    if not url or _HIDDEN.search(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    return urlunsplit((parts.scheme, netloc, parts.path or "/", _query(parts.query), ""))


def _query(query: str) -> str:
    kept = [pair for pair in query.split("&") if pair and not _TRACKING.fullmatch(pair.partition("=")[0])]
    return "&".join(sorted(kept))
