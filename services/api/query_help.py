"""The query language on one page: its fields as the code knows them, and examples that a test parses."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from streams.query.fields import FIELDS, FieldKind


@dataclass(frozen=True)
class Example:
    """A query, what it asks for, and the address of its answer."""

    query: str
    text: str

    @property
    def href(self) -> str:
        """The first page with this query."""
        return f"/?q={quote(self.query)}"


@dataclass(frozen=True)
class FieldHelp:
    """A field as the table says it."""

    name: str
    kind: str
    text: str
    is_counted: bool
    example: Example


@dataclass(frozen=True)
class QueryHelp:
    """The whole page."""

    examples: tuple[Example, ...]
    fields: tuple[FieldHelp, ...]


EXAMPLES: Final = (
    Example("gallium licence", "both words, in any form and in any language that is served"),
    Example('"end-use certificate"', "these words in a row"),
    Example('"gallium exports"~3', "in this order, with at most three words between them"),
    Example("magn* -title:magnesium", "words that begin so, and a word that no title may have"),
    Example('="licences"', "this form of the word and no other"),
    Example("material:gallium actor:CN", "both hold; AND may be written between them"),
    Example("class:(export_ban OR export_licensing)", "one of the values"),
    Example("severity.eu:>=50 -source:probe", "a number compared, and something that must not hold"),
    Example("published:[2025-10-01 TO 2025-10-31]", "a span of time, both days included"),
    Example("published:{2025-10-09 TO *]", "after a day; `*` leaves an end open"),
    Example("title:(cobalt OR lithium) AND NOT level:watch", "words of the title only"),
    Example("published:>=now-7d", "the last seven days, counted from now"),
    Example("kind:measure status:suspended expires:<30d", "suspensions that run out within thirty days"),
    Example("hs:2805* expires:*", "a value that begins so, and a last day, whichever it is"),
    Example("ref:CN-MOFCOM-2025-61", "all that tells of one legal act"),
    Example("*", "everything"),
)

_VALUES: Final = {
    "kind": "event", "id": '"…"', "title": "cobalt", "text": '"end-use certificate"', "material": "gallium",
    "class": "export_ban", "stage": "refining", "maturity": "in_force", "status": "suspended",
    "direction": "tightening", "ladder": "quota", "asserted": "true", "relevant": "true", "actor": "CN",
    "target": "JP", "place": "EU", "entity": "glencore", "ref": "CN-MOFCOM-2025-61", "hs": "280530",
    "eccn": "3C001", "level": "emergency", "source": "history", "source_kind": "official", "grade": "A",
    "language": "zh", "tlp": "CLEAR", "confidence": ">=0.8", "sources": ">1",
}  # fmt: skip
_BY_KIND: Final = {FieldKind.NUMBER: ">=50", FieldKind.TIME: ">=2025-10-09"}


def query_help() -> QueryHelp:
    """Return the page."""
    return QueryHelp(
        examples=EXAMPLES,
        fields=tuple(
            FieldHelp(
                name=field.name,
                kind=field.kind.value,
                text=field.help,
                is_counted=field.facet,
                example=Example(f"{field.name}:{_VALUES.get(field.name) or _BY_KIND[field.kind]}", field.help),
            )
            for field in FIELDS.values()
        ),
    )
