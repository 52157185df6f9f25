"""The Federal Register's API: pages of documents, newest first, until one holds nothing unknown."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

from schemas.raw import SignalIn
from services.connectors.entry import MAX_ENTRIES
from services.connectors.federal_register import is_answer, signals_of
from services.sources.harvest import Fetch, Harvest, Item, Known, digest_of
from services.sources.source import Source
from streams.errors import InvalidInput

MAX_PAGES: Final = 20


def collect(source: Source, fetch: Fetch, known: Known) -> Harvest:
    """Return the documents of all pages up to the first that holds only what was taken before.

    All or nothing: where a page fails, none is taken, so that all that is older than a taken document is always taken
    too. At most `MAX_PAGES` and `MAX_ENTRIES`. InvalidInput for an answer that is none or breaks off.
    """
    first = fetch(source.address, known.validators)
    if first is None:
        return Harvest(None, known.validators, known.digest)
    digest = digest_of(first.content)
    if digest == known.digest:
        return Harvest(None, first.validators, digest)
    items: list[Item] = []
    for found in _pages(first.content, source.address, fetch):
        items += found
        if len(items) >= MAX_ENTRIES or known.has_all(item.id for item in found if isinstance(item, SignalIn)):
            break
    return Harvest(tuple(items[:MAX_ENTRIES]), first.validators, digest)


def _pages(content: bytes, address: str, fetch: Fetch) -> Iterator[list[Item]]:
    for number in range(1, MAX_PAGES + 1):
        answer = _answer(content, number)
        yield list(signals_of(answer))
        onward = _onward(answer, address)
        if onward is None or number == MAX_PAGES:
            return
        page = fetch(onward)
        content = page.content if page else b""


def _answer(content: bytes, number: int) -> dict[str, Any]:
    try:
        answer = orjson.loads(content)
    except orjson.JSONDecodeError as exc:
        raise InvalidInput(f"Federal Register, page {number}: is no whole JSON: {exc}") from exc
    if is_answer(answer):
        return dict(answer)
    if isinstance(answer, dict) and answer.get("count") == 0:
        return {"results": []}  # the API leaves the list out where there is nothing
    raise InvalidInput(f"Federal Register, page {number}: holds no list of documents")


def _onward(answer: dict[str, Any], address: str) -> str | None:
    """Return the next page's address, null for none; InvalidInput where it leads to somebody else."""
    url = answer.get("next_page_url")
    if not url:
        return None
    if not isinstance(url, str) or urlsplit(url)[:2] != urlsplit(address)[:2]:
        raise InvalidInput("Federal Register: the next page is not on the same server")
    return url
