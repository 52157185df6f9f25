"""Packed bytes to plain ones, never more of them than was asked for."""

import zlib
from typing import Final

from streams.errors import InvalidInput

_GZIP_OR_ZLIB: Final = 32 + zlib.MAX_WBITS
_CODINGS: Final = frozenset({"gzip", "x-gzip", "deflate"})


def unpacked(content: bytes, coding: str, *, max_bytes: int) -> bytes:
    """Return the content without its coding (RFC 9110, 8.4.1: gzip or deflate, empty for none).

    InvalidInput where it is another, is broken or breaks off, or where more than `max_bytes` would come of it: what a
    bomb holds beyond them is never unpacked.
    """
    if not coding:
        return content
    if coding not in _CODINGS:
        raise InvalidInput(f"the answer is packed as {coding[:40]!r}; only gzip and deflate are read")
    packed = zlib.decompressobj(wbits=_wbits(content, coding))
    try:
        plain = packed.decompress(content, max_bytes + 1)
    except zlib.error as exc:
        raise InvalidInput(f"the answer cannot be unpacked: {exc}") from exc
    if len(plain) > max_bytes:
        raise InvalidInput(f"the answer has more than {max_bytes} bytes when it is unpacked")
    if not packed.eof:
        raise InvalidInput("the answer breaks off within what is packed")
    return plain


def _wbits(content: bytes, coding: str) -> int:
    """Return what zlib is to expect: servers send `deflate` with its header and, against the standard, without."""
    is_bare = coding == "deflate" and int.from_bytes(content[:2], "big") % 31 != 0
    return -zlib.MAX_WBITS if is_bare else _GZIP_OR_ZLIB
