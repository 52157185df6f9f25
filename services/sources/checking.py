"""What would come in of a source or a file, parsed and classified, without keeping any of it."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Model, Utc
from schemas.raw import SignalIn
from services.connectors.files import read_file
from services.judge import signal_of
from services.sources.harvest import Fetch, Item, Known
from services.sources.kinds import collector_of
from services.sources.looking import admitted
from services.sources.source import Source
from services.wire import JudgementOut, judgement_of
from streams.errors import InvalidInput, TocsinError
from streams.knowledge.load import load
from streams.rules.compile import RuleSet
from streams.stage import Reference
from streams.stages.severity import severity

SHOWN: Final = 20
"""Items that are classified and shown, the newest."""


class CheckedItem(Model):
    """An item as it would come in; `judgement` is what would be understood of it."""

    id: str
    title: str
    url: str | None
    published_at: Utc | None
    judgement: JudgementOut


class Checked(Model):
    """What a look found. `error` says why there is nothing, null where it went well; `refused` are items that may not come in."""

    source: str
    error: str | None = None
    entries: Annotated[int, Field(description="Items of the document, refused ones included.")] = 0
    refused: tuple[str, ...] = ()
    items: tuple[CheckedItem, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the document came and could be read."""
        return self.error is None


def check_source(source: Source, fetch: Fetch, *, now: datetime) -> Checked:
    """Look at a source once, of many pages at the first; what goes wrong is told in the answer and not raised."""
    known = Known(has_all=lambda _ids: True)
    try:
        harvest = collector_of(source.kind)(source, fetch, known)
    except TocsinError as exc:
        return Checked(source=source.id, error=str(exc))
    posts, refused = admitted(source, harvest.items or (), now=now)
    return _checked(source.id, list(reversed(posts)), refused, now)


def check_content(name: str, content: bytes, *, now: datetime) -> Checked:
    """Read a document as `tocsin ingest` would."""
    items: list[Item] = list(read_file(BytesIO(content)))
    posts = [item for item in items if isinstance(item, SignalIn)]
    return _checked(name, posts, [item for item in items if isinstance(item, InvalidInput)], now)


def _checked(name: str, posts: Sequence[SignalIn], refused: Sequence[InvalidInput], now: datetime) -> Checked:
    reference = Reference(knowledge=load(), rules=RuleSet())
    items: list[CheckedItem] = []
    untold = [str(one) for one in refused]
    for post in posts[:SHOWN]:
        try:
            items.append(_item(post, reference, now))
        except InvalidInput as exc:
            untold.append(f"{post.id}: {exc}")
    return Checked(source=name, entries=len(posts) + len(refused), refused=tuple(untold[:SHOWN]), items=tuple(items))


def _item(post: SignalIn, reference: Reference, now: datetime) -> CheckedItem:
    signal = signal_of(post, reference, now)
    score = severity(signal.judgement, reference.knowledge, at=signal.published_at)
    return CheckedItem(
        id=post.id,
        title=signal.title,
        url=post.url,
        published_at=post.published_at,
        judgement=JudgementOut.model_construct(**judgement_of(signal.judgement, score)),
    )
