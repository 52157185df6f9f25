"""How tests read a report: normalised by hand, enriched and classified by the knowledge that ships."""

from datetime import UTC, datetime

from schemas.marking import CLEAR
from schemas.raw import SourceKind
from streams.knowledge.load import load
from streams.stages.classify import classify
from streams.stages.enrich import enrich
from streams.stages.normalise import Normalised

KNOWLEDGE = load()
PUBLISHED = datetime(2025, 10, 9, 8, tzinfo=UTC)


def a_normalised(title, text="", *, language="en", published_at=PUBLISHED):
    return Normalised(
        id="s1",
        native_id="r1",
        source="press",
        source_kind=SourceKind.PRESS,
        party="US",
        marking=CLEAR,
        title=title,
        text=text,
        url=None,
        language=language,
        published_at=published_at,
        received_at=published_at,
        backfill=False,
    )


def read(title, text="", **facts):
    """Return what the report names."""
    return enrich(a_normalised(title, text, **facts), KNOWLEDGE)


def judged(title, text="", **facts):
    """Return what the report says."""
    return classify(read(title, text, **facts), KNOWLEDGE).judgement
