"""Documents of the US Federal Register, as its API and bulk files give them, to signals.

Shape: https://www.federalregister.gov/developers/documentation/api/v1, operation `documents`.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from schemas.raw import MAX_TEXT_LETTERS, MAX_TITLE_LETTERS, MAX_URL_LETTERS, Identifier, SignalIn
from streams.errors import InvalidInput

SOURCE: Final = "federal-register"


class _Document(BaseModel):
    """The fields read of a document; an answer has some fifty more."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    document_number: Annotated[Identifier, Field(max_length=100)]
    title: Annotated[str, StringConstraints(min_length=1)]
    publication_date: date
    abstract: str | None = None
    html_url: Annotated[str, Field(max_length=MAX_URL_LETTERS)] | None = None


def is_document(item: object) -> bool:
    """Tell whether a decoded JSON value looks like a document."""
    return isinstance(item, dict) and "document_number" in item


def is_answer(item: object) -> bool:
    """Tell whether a decoded JSON value looks like the API's answer: documents under `results`."""
    return isinstance(item, dict) and isinstance(item.get("results"), list)


def signal_of(item: object) -> SignalIn:
    """Return the signal of one decoded document; InvalidInput names the field that does not fit.

    The day of publication counts from its beginning in UTC: the register gives no hour.
    """
    try:
        document = _Document.model_validate(item)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False, include_context=False)[0]
        field = ".".join(map(str, first["loc"])) or None
        raise InvalidInput(f"Federal Register document: {field or 'body'}: {first['msg']}", field=field) from exc
    return SignalIn(
        id=document.document_number,
        title=document.title[:MAX_TITLE_LETTERS],
        text=(document.abstract or "")[:MAX_TEXT_LETTERS],
        url=document.html_url,
        published_at=datetime.combine(document.publication_date, time(), UTC),
        language="en",
        source=SOURCE,
    )


def signals_of(answer: object) -> Iterator[SignalIn | InvalidInput]:
    """Yield a signal or an error for each document of a decoded answer, in its order; nothing for what is no answer."""
    items = answer.get("results", ()) if isinstance(answer, dict) else ()
    for position, item in enumerate(items, start=1):
        try:
            yield signal_of(item)
        except InvalidInput as exc:
            yield InvalidInput(str(exc), field=exc.field, position=position)
