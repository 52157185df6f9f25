"""From a document's bytes to its text: by its byte order mark, the bytes themselves, or what is said of them."""

import codecs
import re
from collections.abc import Iterator
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_DECLARED: Final = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{2,40})["']""")
_META: Final = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
_META_BYTES: Final = 8_192
"""How much of a page is searched for its declaration: HTML wants it in the first 1,024 bytes, publishers often do not."""
_CHARSET: Final = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.IGNORECASE)
# Python knows more codecs than publishers use, and some of them (punycode, idna) take quadratic time.
_USED: Final = re.compile(
    r"utf-?(?:8|16|32)(?:[-_]?[bl]e)?|(?:us-?)?ascii|latin-?\d|iso[-_]?8859[-_]\d+|(?:windows|cp)-?\d+|koi8-[rtu]|"
    r"gb(?:2312|k|18030)|big5(?:-hkscs)?|euc-(?:jp|kr)|shift_jis|iso-2022-(?:jp|kr)|tis-620|macintosh",
    re.IGNORECASE,
)
_SUPERSETS: Final = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252", "latin-1": "windows-1252"}


def text_of(content: bytes, content_type: str | None = None) -> str:
    """Return the text; total, since a byte that means nothing becomes U+FFFD in the last resort."""
    for encoding in _likely(content, content_type):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return content.decode("windows-1252", "replace")


def _likely(content: bytes, content_type: str | None) -> Iterator[str]:
    yield from (encoding for mark, encoding in _MARKS if content.startswith(mark))
    if not content.isascii():
        # Text of another encoding is next to never well-formed UTF-8, whatever the declaration says.
        yield "utf-8"
    charset = _CHARSET.search(content_type or "")
    declared = _DECLARED.search(content[:1_024]) or _META.search(content[:_META_BYTES])
    for name in (charset and charset[1], declared and declared[1].decode()):
        if name and _USED.fullmatch(name):
            yield _SUPERSETS.get(name.lower(), name)
    yield "utf-8"
