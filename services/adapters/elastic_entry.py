"""How a thing lies in an Elasticsearch index: its mapping and its entries, from the one table of the query language."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

from schemas import codec
from schemas.marking import Audience
from schemas.projection import Projected, Projection
from streams.query.document import TEXT, TITLE, document_of
from streams.query.fields import FACETS, FieldKind, names_of
from streams.query.near import MAX_GAP
from streams.query.order import SORTS
from streams.query.prefix import MAX_PREFIX_LETTERS
from streams.text.analyse import ANALYSER_VERSION

INDEX_VERSION: Final = 2
"""Rises with every change of this file that an index would notice."""

FORMAT: Final = f"{INDEX_VERSION}-{ANALYSER_VERSION}"

THING, HAS, READERS, TYPE, BODY, VERSION, POSITION, TIE = (
    "_thing",
    "_has",
    "_readers",
    "_type",
    "_body",
    "_version",
    "_position",
    "_tie",
)
ALL_READERS: Final = "*"
MAX_TERM_LETTERS: Final = 8_000
"""Lucene takes terms of 32,766 bytes; a value of more letters is compared by its beginning and its hash."""

MAX_ID_BYTES: Final = 512
SENTINEL: Final = " \u241f" * (MAX_GAP + 1) + " "
"""Stands between two parts of one field: the analyser never makes such a token, and nothing near reaches across so many."""

Entry = Mapping[str, Any]


def field_of(name: str) -> str:
    """Return what a field of the query language is called in the index; a dot would make an object of it."""
    return f"q:{name.replace('.', ':')}"


def words_of(name: str, words: str) -> str:
    """Return the field of a text's surfaces (`x`) or stems (`s`)."""
    return f"q:{name}:{words}"


def facet_of(name: str) -> str:
    """Return the field that holds a keyword's values as they are shown."""
    return f"f:{name}"


def order_of(sort: str) -> str:
    """Return the field that holds the number to order by."""
    return f"o:{sort.replace('.', ':')}"


def mapping() -> Entry:
    """Return the index's fields; one that is not named here is refused."""
    keyword = {"type": "keyword", "doc_values": False, "norms": False, "ignore_above": MAX_TERM_LETTERS + 100}
    text = {"type": "text", "analyzer": "whitespace", "norms": False, "index_options": "positions"}
    number, long = {"type": "double"}, {"type": "long"}
    fields: dict[str, Any] = dict.fromkeys((THING, HAS, READERS), keyword)
    fields |= {field_of(name): keyword for name in names_of(FieldKind.KEYWORD)}
    fields |= {facet_of(name): {"type": "keyword", "index": False, "ignore_above": MAX_TERM_LETTERS} for name in FACETS}
    fields |= {words_of(name, words): text for name in names_of(FieldKind.TEXT) for words in ("x", "s")}
    fields |= {field_of(name): number for name in names_of(FieldKind.NUMBER)}
    fields |= {field_of(name): long for name in names_of(FieldKind.TIME)}
    fields |= {order_of(sort): long for sort in SORTS}
    fields |= {TYPE: {"type": "keyword", "index": False, "doc_values": False}}
    fields |= {POSITION: {"type": "long", "index": False, "doc_values": False}}
    fields |= {BODY: {"type": "binary"}, TIE: {"type": "keyword", "ignore_above": MAX_ID_BYTES}}
    return {"dynamic": "strict", "properties": fields}


def entry_of(projected: Projected) -> Entry:
    """Return the entry of a thing; a tombstone's is found by nothing and keeps its key from older versions."""
    entry: dict[str, Any] = {TYPE: codec.type_of(projected), BODY: _binary(codec.encode(projected))}
    if not isinstance(projected, Projection):
        return entry
    document = document_of(projected)
    entry |= {THING: projected.kind.value, TIE: projected.id, READERS: list(readers_of(projected.audience))}
    entry |= {HAS: sorted(document.present)}
    entry |= {field_of(name): sorted(map(term_of, values)) for name, values in document.folded.items()}
    entry |= {facet_of(name): list(document.keywords[name]) for name in FACETS if name in document.keywords}
    entry |= {field_of(name): list(values) for name, values in (*document.numbers.items(), *document.times.items())}
    entry |= {order_of(sort): place for sort, place in document.order.items()}
    for name in (TITLE, TEXT):
        tokens = [part.tokens for part in document.parts if part.part == name]
        entry[words_of(name, "x")] = SENTINEL.join(" ".join(one.x) for one in tokens)
        entry[words_of(name, "s")] = SENTINEL.join(" ".join(one.s) for one in tokens)
    return entry


def term_of(value: str) -> str:
    """Return what a folded value is compared by."""
    if len(value) <= MAX_TERM_LETTERS:
        return value
    # A beginning that is asked for is no longer than the one that is kept.
    digest = blake2b(value.encode("utf-8", "surrogatepass"), digest_size=32).hexdigest()
    return f"{value[:MAX_PREFIX_LETTERS]}#{digest}"


def key_of(projected: Projected) -> str:
    """Return what one version of a thing replaces another by: kind, id and audience; a very long one as its hash."""
    key = f"{projected.kind}/{projected.id}/{projected.audience.key}"
    if len(key.encode("utf-8", "surrogatepass")) <= MAX_ID_BYTES:
        return key
    return f"#{blake2b(key.encode('utf-8', 'surrogatepass'), digest_size=32).hexdigest()}"


def cursor_key(partition: int) -> str:
    """Return the id of the entry that keeps how far the index has come in a partition."""
    return f"_cursor/{partition}"


def readers_of(audience: Audience) -> tuple[str, ...]:
    """Return what the entry says of who may read it."""
    if audience.base:
        return (ALL_READERS, *(f"-{party}" for party in audience.parties))
    return tuple(f"+{party}" for party in audience.parties)


def _binary(body: bytes) -> str:
    return b64encode(body).decode()
