"""What went wrong with a question, shown at its place in the query."""

import re
from typing import Final

from schemas.rule import MAX_QUERY_LETTERS
from services.console.asked import Asked
from services.console.view import Trouble
from services.console.words import visible
from streams.errors import InvalidInput

_PLACE: Final = re.compile(r"[^\s:()]+|\S")
_CONTEXT_LETTERS: Final = 200


def trouble_of(asked: Asked, exc: InvalidInput) -> Trouble:
    """Return what to tell: the error's text, the query cut around the place, and the query with the nearest field."""
    text = visible(str(exc))
    if exc.position is None or exc.position > len(asked.q):
        return Trouble(text)
    start = exc.position
    found = _PLACE.match(asked.q, start)
    end = min(found.end() if found else start, start + _CONTEXT_LETTERS)
    nearest, nearest_href = _nearest(asked, exc, start)
    return Trouble(
        text,
        before=visible(asked.q[max(0, start - _CONTEXT_LETTERS) : start]),
        place=visible(asked.q[start:end]),
        after=visible(asked.q[end : end + _CONTEXT_LETTERS]),
        nearest=visible(nearest),
        nearest_href=nearest_href,
    )


def _nearest(asked: Asked, exc: InvalidInput, start: int) -> tuple[str, str]:
    """Return the query with the misspelt field put right, and its address; empty where nothing is near."""
    wrong = exc.field or ""
    if not exc.nearest or not wrong or not asked.q.startswith(wrong, start):
        return "", ""
    mended = asked.q[:start] + exc.nearest + asked.q[start + len(wrong) :]
    return (mended, asked.but(q=mended).href()) if len(mended) <= MAX_QUERY_LETTERS else ("", "")
