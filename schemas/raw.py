"""What comes in at the doors: the signal as it was posted, and the envelope that the raw topic keeps."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Keyed, Model, Utc, stable_id
from schemas.marking import CLEAR, Marking


class SourceKind(StrEnum):
    """What kind of publisher a source is; decides its default grade and marking."""

    OFFICIAL = "official"
    PRESS = "press"
    PARTNER = "partner"
    PERSON = "person"
    HAZARD = "hazard"
    HISTORY = "history"


MAX_TITLE_LETTERS = 1_000
MAX_TEXT_LETTERS = 1_000_000
MAX_URL_LETTERS = 2_000
MAX_ID_LETTERS = 500

SEPARATORS = "\x1c\x1d\x1e\x1f"
"""The information separators of ASCII: `stable_id` puts one between its parts, so a report's own name may bring none."""

Identifier = Annotated[
    str,
    StringConstraints(min_length=1, max_length=MAX_ID_LETTERS, strip_whitespace=True, pattern=r"^[^\u001c-\u001f]+$"),
]
SourceId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class SignalIn(Model):
    """A signal as a sensor, a partner or a person posts it."""

    id: Identifier
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE_LETTERS)] = ""
    text: Annotated[str, StringConstraints(max_length=MAX_TEXT_LETTERS)] = ""
    url: Annotated[str, StringConstraints(max_length=MAX_URL_LETTERS)] | None = None
    published_at: Utc | None = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-zA-Z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    source: SourceId | None = None
    marking: Marking | None = None


class Raw(Keyed):
    """A post as it was taken, with what the door knew: who brought them, when, and what they are called.

    `body` is the JSON of a `SignalIn`. `backfill` marks history and imports: they are judged like live input but ring nobody.
    """

    signal_id: str
    source: str
    source_kind: SourceKind
    party: str
    received_at: Utc
    body: Annotated[bytes, Field(max_length=8_000_000)]
    marking: Marking = CLEAR
    backfill: bool = False

    @property
    def key(self) -> str:
        """The raw topic's key: one signal's versions stay in order."""
        return self.signal_id


def signal_id_of(source: str, native_id: str, *, party: str | None = None) -> str:
    """Id of a signal: from the source and the source's own id; a private one's also from the contributing party."""
    return stable_id("signal", source, native_id, *((party,) if party else ()))
