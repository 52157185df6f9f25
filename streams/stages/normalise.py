"""From the bytes of a post to plain text with a language, a date and a canonical address."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from pydantic import ValidationError

from schemas.marking import Marking
from schemas.raw import Raw, SignalIn, SourceKind
from streams.errors import InvalidInput
from streams.text.address import canonical_url
from streams.text.language import language_of
from streams.text.plain import lead_of, plain_text, plain_title

EARLIEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
"""An earlier date of publication is a default of some clock or software, not a date."""

MAX_AHEAD: Final = timedelta(days=2)
"""How far a publication may lie after its receipt: clocks and time zones differ by a day and a bit, not by more."""


@dataclass(frozen=True, slots=True)
class Normalised:
    """A report as plain text: what enrich and classify read. Offsets of evidence point into `title` and `text`."""

    id: str
    native_id: str
    source: str
    source_kind: SourceKind
    party: str
    marking: Marking
    title: str
    text: str
    url: str | None
    language: str
    published_at: datetime
    received_at: datetime
    backfill: bool


def parse_signal(body: bytes) -> SignalIn:
    """Return the signal that the JSON bytes post; InvalidInput names the field and what is wrong with it."""
    try:
        signal = SignalIn.model_validate_json(body)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"])) or None
        raise InvalidInput(f"signal: {field or 'body'}: {first['msg']}", field=field) from exc
    if not signal.title.strip() and not signal.text.strip():
        raise InvalidInput("signal: text: neither title nor text is given; one of them is needed", field="text")
    return signal


def normalise(raw: Raw) -> Normalised:
    """Return the report in plain words; InvalidInput when the body is no signal or holds no word.

    A title that is missing is the text's first sentence. A date that cannot be true is replaced by that of receipt.
    """
    signal = parse_signal(raw.body)
    text = plain_text(signal.text)
    title = plain_title(signal.title) or lead_of(text)
    if not title:
        raise InvalidInput("signal: text: holds markup or controls only, and no word", field="text")
    return Normalised(
        id=raw.signal_id,
        native_id=signal.id,
        source=raw.source,
        source_kind=raw.source_kind,
        party=raw.party,
        marking=raw.marking,
        title=title,
        text=text,
        url=canonical_url(signal.url),
        language=language_of(signal.language, f"{title}\n{text}"),
        published_at=_published_at(signal.published_at, raw.received_at),
        received_at=raw.received_at,
        backfill=raw.backfill,
    )


def _published_at(given: datetime | None, received_at: datetime) -> datetime:
    believable = given is not None and EARLIEST <= given <= received_at + MAX_AHEAD
    return given if given is not None and believable else received_at
