"""Notices of the Federal Register: countries of trade-defence notices from the abstract alone, and false alarms on others."""

from datetime import UTC, date, datetime, time

from schemas.raw import SignalIn
from schemas.signal import Judgement
from services.evaluate.asking import Case, Figure, How, Question, anywhere, same
from services.evaluate.naive import Tagger
from services.evaluate.row import Row

_IMPOSING = "US"
"""Who imposes the duties: in every abstract, in no label."""

COUNTRIES = Figure("countries", How.OVERLAP)
COUNTRIES_NAMED = Figure("countries, all named in the abstract", How.OVERLAP)
FALSE_ALARMS = Figure("marked relevant", How.PER_1000)


class DutyNotice(Row):
    """An antidumping or countervailing notice and the countries of its title."""

    document_number: str
    publication_date: date
    abstract: str
    label_iso2: tuple[str, ...]


class UnrelatedText(Row):
    """A notice or a story of something else: with `abstract`, or with `dateline` and `body`."""

    document_number: str | None = None
    newid: int | None = None
    title: str
    abstract: str | None = None
    dateline: str | None = None
    body: str | None = None


def duty_notice(line: bytes, tagger: Tagger) -> Case:
    """Ask for the countries, of all notices and of those whose abstract names each of them."""
    row = DutyNotice.model_validate_json(line)
    published_at = datetime.combine(row.publication_date, time(), tzinfo=UTC)
    post = SignalIn(id=row.document_number, text=row.abstract, published_at=published_at, language="en")
    wanted = set(row.label_iso2)
    ask = same(wanted, anywhere, ignored=(_IMPOSING,))
    named = wanted <= set(anywhere(tagger.judge(post)))
    return Case(post, tuple(Question(item, ask) for item in (COUNTRIES, *((COUNTRIES_NAMED,) if named else ()))))


def unrelated_text(line: bytes, tagger: Tagger) -> Case:
    """Ask that it is not taken for news of the field."""
    del tagger
    row = UnrelatedText.model_validate_json(line)
    text = row.abstract or " ".join(filter(None, (row.dateline, row.body)))
    post = SignalIn(id=row.document_number or str(row.newid), title=row.title, text=text, language="en")
    return Case(post, (Question(FALSE_ALARMS, same((), _marked)),))


def _marked(judgement: Judgement) -> tuple[str, ...]:
    if not judgement.relevant:
        return ()
    return (f"relevant: {judgement.event_classes[0]} of {' '.join(judgement.materials) or 'no material'}",)
