"""How a word or a value begins: the one text that every compiler compares."""

from typing import Final

from streams.query.ast import Prefix
from streams.query.document import fold_value
from streams.query.fields import FIELDS, FieldKind
from streams.text.analyse import alternatives

MAX_PREFIX_LETTERS: Final = 64
"""As many as a word has at most."""


def is_of_words(node: Prefix) -> bool:
    """Tell whether it asks for words of texts; otherwise for values of a keyword field."""
    return node.field is None or FIELDS[node.field].kind is FieldKind.TEXT


def folded_prefix(node: Prefix) -> str:
    """Return the beginning as it is compared with surfaces or with folded values."""
    return alternatives(node.text).x[0] if is_of_words(node) else fold_value(node.text)
