"""One entry of a feed, whatever the feed's format, and the signal it makes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.base import stable_id
from schemas.raw import MAX_ID_LETTERS, MAX_TEXT_LETTERS, MAX_TITLE_LETTERS, MAX_URL_LETTERS, SEPARATORS, SignalIn
from streams.errors import InvalidInput

MAX_FEED_BYTES: Final = 16_000_000
MAX_ENTRIES: Final = 10_000
_NO_SEPARATORS: Final = str.maketrans("", "", SEPARATORS)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as its publisher wrote it: `content` may be HTML, an absent field is null."""

    title: str | None
    link: str | None
    guid: str | None
    content: str | None
    published_at: datetime | None

    def bounded(self) -> "Entry":
        """Return the entry with its fields cut to what a signal takes; half a link leads nowhere and is dropped."""
        link = _well_formed(self.link)
        return Entry(
            title=_well_formed(self.title, MAX_TITLE_LETTERS),
            link=link if link is None or len(link) <= MAX_URL_LETTERS else None,
            guid=_well_formed(self.guid, MAX_ID_LETTERS),
            content=_well_formed(self.content, MAX_TEXT_LETTERS),
            published_at=self.published_at,
        )


def signals_of(entries: Iterable[Entry], *, source: str | None = None) -> Iterator[SignalIn | InvalidInput]:
    """Yield a signal for each entry, or an error for one without words.

    A signal's id is the publisher's, else the link, else a hash of the words.
    """
    for position, entry in enumerate(entries, start=1):
        title, text = entry.title or "", entry.content or ""
        if not title.strip() and not text.strip():
            yield InvalidInput(f"entry {position}: has neither title nor content", position=position)
            continue
        yield SignalIn(
            id=_native_id(entry) or stable_id("entry", title, text),
            title=title,
            text=text,
            url=entry.link,
            published_at=entry.published_at,
            source=source,
        )


def _native_id(entry: Entry) -> str:
    return (entry.guid or entry.link or "").translate(_NO_SEPARATORS).strip()[:MAX_ID_LETTERS]


def _well_formed(text: str | None, limit: int | None = None) -> str | None:
    # A numeric reference such as &#xD800; makes half a character that no encoder takes.
    return text[:limit].encode("utf-8", "ignore").decode() if text is not None else None
