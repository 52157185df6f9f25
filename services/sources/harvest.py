"""What one look at a source brings: signals as posted, and what is to be remembered for the next look."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from schemas.raw import SignalIn
from services.sources.fetch import NO_VALIDATORS, Page, Validators
from services.sources.source import Source
from streams.errors import InvalidInput

Item = SignalIn | InvalidInput


@dataclass(frozen=True, slots=True)
class Harvest:
    """The items of a source, newest first as publishers write them. `items` is null where nothing has changed.

    `digest` says what the document was, for servers that know no conditions.
    """

    items: tuple[Item, ...] | None
    validators: Validators = NO_VALIDATORS
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What was remembered of the last look."""

    validators: Validators = NO_VALIDATORS
    digest: str | None = None
    has_all: Callable[[Iterable[str]], bool] = lambda _native_ids: False
    """Whether every item of these ids, of which there are some, was taken before."""


class Fetch(Protocol):
    """How a document is had: `services.sources.fetch.Fetcher.get`, with its errors."""

    def __call__(self, url: str, validators: Validators = ...) -> Page | None: ...  # noqa: D102 - the class says what it promises


Collect = Callable[[Source, Fetch, Known], Harvest]
"""How the sources of a kind are looked at; raises what `Fetch` does, and InvalidInput for a document that is none."""


def digest_of(content: bytes) -> str:
    """Return what tells a document from another."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()
