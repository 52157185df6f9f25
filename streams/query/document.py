"""What each field of the query language holds for a thing: the one place that both engines and the matcher read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final

from schemas.projection import Projection
from schemas.recent import Recent
from schemas.signal import Evidence, Role
from streams.query.order import order_of
from streams.query.times import day_ms, instant_ms
from streams.text.analyse import Tokens, analyse

_ROOM: Final = 50_331_648
BYTES_A_LETTER: Final = 40
"""What a text takes when it has been read: measured, 21 KB for 700 letters, and something for the thing that bears them."""

TITLE = "title"
TEXT = "text"
_ROLES: Final = frozenset(Role)
OWN_TITLE = -1
"""The report index of a thing's own title, where no report bears it."""


@dataclass(frozen=True)
class TextPart:
    """A title or a text of one report; a phrase never reaches from one part into another."""

    report: int
    part: str
    text: str
    language: str

    @cached_property
    def tokens(self) -> Tokens:
        """The words of the part."""
        return analyse(self.text, self.language)

    @cached_property
    def words(self) -> frozenset[str]:
        """The surfaces and stems that stand in the part; a stem holds a colon and a surface never does."""
        return frozenset(self.tokens.x).union(self.tokens.s)

    def places(self, word: str) -> list[int]:
        """Return the indexes of the words that have this surface or stem; the same words are asked for again and again."""
        held = self._places.get(word)
        if held is None:
            row = self.tokens.s if ":" in word else self.tokens.x
            held = [index for index, one in enumerate(row) if one == word]
            if held:
                self._places[word] = held
        return held

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        return {}


Quote = tuple[str, int, int]
"""Words of the leading report: `title` or `text`, and letters from where to where."""


@dataclass(frozen=True)
class Document:
    """The values of every field of a thing; one without values is missing. Times are milliseconds since 1970 UTC.

    `now` is when the thing became what it is: of a measure the day where its issuer is.
    """

    keywords: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, tuple[float, ...]]
    times: Mapping[str, tuple[int, ...]]
    parts: tuple[TextPart, ...]
    order: Mapping[str, int]
    now: int = 0
    evidence: tuple[Evidence, ...] = ()

    @cached_property
    def quotes(self) -> Mapping[tuple[str, str], tuple[Quote, ...]]:
        """By field and folded value, the words that led to it, where they stand in the leading report as it is shown."""
        texts = {part.part: part.text for part in self.parts if part.report == 0}
        found: dict[tuple[str, str], tuple[Quote, ...]] = {}
        for one in self.evidence:
            if not one.text or texts.get(one.part, "")[one.start : one.end] != one.text:
                continue  # a label that a person set, or a text that was cut
            for field in (one.field, "place") if one.field in _ROLES else (one.field,):
                key = field, fold_value(one.value)
                found[key] = (*found.get(key, ()), (one.part, one.start, one.end))
        return found

    @cached_property
    def present(self) -> frozenset[str]:
        """The names of the fields that have a value."""
        valued = (name for held in (self.keywords, self.numbers, self.times) for name, values in held.items() if values)
        return frozenset((*valued, *(part.part for part in self.parts if part.tokens.x)))

    @cached_property
    def folded(self) -> Mapping[str, frozenset[str]]:
        """The keywords as they are compared."""
        return {name: frozenset(map(fold_value, values)) for name, values in self.keywords.items()}


def fold_value(value: str) -> str:
    """Return a keyword as it is compared: CN, cn and Cn are one."""
    return value.casefold()


def document_of(projection: Projection) -> Document:
    """Return the field values of a thing as its audience sees it."""
    return _RECENT(projection)


def _document_of(projection: Projection) -> Document:
    keywords = _what(projection) | _who(projection) | _whence(projection)
    return Document(
        keywords={name: tuple(dict.fromkeys(values)) for name, values in keywords.items() if values},
        numbers=_numbers(projection),
        times={name: values for name, values in _times(projection).items() if values},
        parts=_parts(projection),
        order=order_of(projection),
        now=day_ms(projection.measure.today) if projection.measure else instant_ms(projection.updated_at),
        evidence=projection.judgement.evidence,
    )


def _what(projection: Projection) -> dict[str, tuple[str, ...]]:
    judgement = projection.judgement
    maturity = (judgement.maturity.value,) if judgement.maturity else ()
    return {
        "kind": (projection.kind.value,),
        "id": (projection.id, projection.origin_id),
        "material": judgement.materials,
        "class": tuple(one.value for one in judgement.event_classes),
        "stage": tuple(one.value for one in judgement.stage),
        "maturity": maturity,
        "status": (projection.measure.status.value,) if projection.measure else (),
        "direction": (judgement.direction.value,),
        "ladder": (judgement.ladder,) if judgement.ladder else (),
        "asserted": (str(judgement.asserted).lower(),),
        "relevant": (str(judgement.relevant).lower(),),
        "level": (projection.severity.level.value,),
    }


def _who(projection: Projection) -> dict[str, tuple[str, ...]]:
    judgement = projection.judgement
    return {
        "actor": judgement.codes(Role.ACTOR),
        "target": judgement.codes(Role.TARGET),
        "place": tuple(place.code for place in judgement.places),
        "entity": judgement.entities,
        "ref": judgement.refs,
        "hs": judgement.hs,
        "eccn": judgement.eccn,
    }


def _whence(projection: Projection) -> dict[str, tuple[str, ...]]:
    return {
        "source": projection.sources,
        "source_kind": tuple(report.source_kind.value for report in projection.reports),
        "language": tuple(report.language for report in projection.reports) or (projection.judgement.language,),
        "tlp": (projection.tlp.value,),
    }


def _numbers(projection: Projection) -> dict[str, tuple[float, ...]]:
    severity = projection.severity
    return {
        "severity.us": (severity.us,),
        "severity.eu": (severity.eu,),
        "severity": (severity.joint,),
        "confidence": (projection.judgement.confidence,),
        "sources": (projection.source_count,),
    }


def _times(projection: Projection) -> dict[str, tuple[int, ...]]:
    measures = projection.judgement.measures
    return {
        "published": (instant_ms(projection.published_at),),
        "received": (instant_ms(projection.first_seen_at),),
        "updated": (instant_ms(projection.updated_at),),
        "effective": _days(*(measure.effective_from for measure in measures)),
        "expires": _days(*(measure.effective_to for measure in measures)),
    }


def _days(*days: date | None) -> tuple[int, ...]:
    return tuple(dict.fromkeys(day_ms(day) for day in days if day is not None))


def _parts(projection: Projection) -> tuple[TextPart, ...]:
    parts = [
        TextPart(index, part, text, report.language)
        for index, report in enumerate(projection.reports)
        for part, text in ((TITLE, report.title), (TEXT, report.text))
    ]
    if all(report.title != projection.title for report in projection.reports):
        parts.insert(0, TextPart(OWN_TITLE, TITLE, projection.title, projection.judgement.language))
    return tuple(parts)


def weight_of(projection: Projection) -> int:
    """Return about how many bytes of memory a thing takes with its words read."""
    return BYTES_A_LETTER * sum(len(report.title) + len(report.text) for report in projection.reports)


_RECENT: Final = Recent(_document_of, room=_ROOM, weigh=lambda projection, _document: weight_of(projection))
"""Index and matcher ask for the same things, one after the other."""
