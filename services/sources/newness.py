"""Which items of a harvest are new, whatever a publisher does to their ids: pure decisions over what is remembered."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from schemas.raw import SignalIn
from services.sources.source import Kind
from streams.stages.normalise import EARLIEST, MAX_AHEAD
from streams.text.address import canonical_url

NUMBERED: Final = frozenset({Kind.FEDERAL_REGISTER, Kind.GDELT, Kind.USGS, Kind.CAP, Kind.TAXII, Kind.FOLDER})
"""Kinds whose publishers number what they publish: there the id alone says which item it is."""

TELLING_LETTERS: Final = 200
"""A text of this length is no other's; of a shorter one the day of publication counts too."""

OLD_AGE: Final = timedelta(days=7)
"""What was published longer ago is no news when it is first seen, and rings nobody."""


@dataclass(frozen=True, slots=True)
class Traits:
    """By what an item is known again: `names` lead to the id it goes by, most trusted first; `words` to what it said."""

    names: tuple[str, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Fresh:
    """An item to be taken, under the id that it goes by, and by what it will be known again."""

    post: SignalIn
    keys: tuple[str, ...]


def traits_of(posts: Sequence[SignalIn], kind: Kind) -> list[Traits]:
    """Return the traits of each item of one harvest, in its order."""
    if kind in NUMBERED:
        return [_numbered(post) for post in posts]
    links = Counter(canonical_url(post.url) for post in posts)
    return [_described(post, is_own=links[canonical_url(post.url)] == 1) for post in posts]


def fresh(posts: Sequence[SignalIn], traits: Sequence[Traits], held: Mapping[str, str]) -> Iterator[Fresh]:
    """Yield what is new or says something new, in the given order, each once; `held` are known keys and the ids they lead to."""
    known = dict(held)
    for post, trait in zip(posts, traits, strict=True):
        if trait.words in known:
            continue
        native_id = next((known[name] for name in trait.names if name in known), post.id)
        keys = (*trait.names, trait.words)
        known |= dict.fromkeys(keys, native_id)
        yield Fresh(post.model_copy(update={"id": native_id}), keys)


def dated(post: SignalIn, *, now: datetime) -> SignalIn:
    """Return the item without a date that cannot be true, such as one in 1970 or in 2099."""
    published_at = post.published_at
    if published_at is None or EARLIEST <= published_at <= now + MAX_AHEAD:
        return post
    return post.model_copy(update={"published_at": None})


def is_old_news(post: SignalIn, *, now: datetime, is_first_look: bool) -> bool:
    """Tell whether an item rings nobody: it was published long ago, or has no date and was there before anybody looked."""
    return is_first_look if post.published_at is None else now - post.published_at > OLD_AGE


def name_of(native_id: str) -> str:
    """Return the key of a publisher's own id."""
    return _key("id", native_id)


def _numbered(post: SignalIn) -> Traits:
    return Traits((name_of(post.id),), _key("words", post.id, _plain(post.title), _plain(post.text)))


def _described(post: SignalIn, *, is_own: bool) -> Traits:
    # An address that several items of a harvest share, such as the home page's, leads to none of them.
    url = canonical_url(post.url)
    parts = urlsplit(url or "")
    leads_to_it = is_own and url is not None and (parts.path != "/" or bool(parts.query))
    text = _plain(post.text)
    day = post.published_at.date().isoformat() if post.published_at and len(text) < TELLING_LETTERS else ""
    return Traits(
        names=(name_of(post.id), _key("url", url or "")) if leads_to_it else (name_of(post.id),),
        words=_key("words", _plain(post.title), text, f"{parts.netloc}{parts.path}", day),
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _key(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
