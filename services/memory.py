"""Gives the memory back that large documents took, once they are gone."""

import ctypes
import sys
from typing import Final

LARGE_BYTES: Final = 4_194_304
"""The smallest block that is given back at once: a document of the largest size is one, the megabyte that the interpreter
and the search index ask for at a time, to keep it, is none."""

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of glibc's <malloc.h>


def give_back_large_blocks() -> None:
    """Let the whole process give back each block of `LARGE_BYTES` as it is freed; nothing where glibc is not its allocator.

    By itself glibc raises both bounds when the first document is freed (mallopt(3)): the next ones lie in the arena of
    their thread, which keeps up to twice their size, and each further arena that comes to hold one adds as much. Measured
    among hostile publishers of 16 MB: nine arenas kept 295 MB for 5 MB in use, in steps of 30 MB at any time; with fixed
    bounds 50 MB and no step.

    The second bound is what an arena may keep at its end, in glibc's own proportion to the first. At the 128 kB that it
    would have otherwise, a block of 1 MB is had from the system each time, in 1,120 us instead of 66.
    """
    allocator = ctypes.CDLL(None) if sys.platform == "linux" else None
    if allocator is not None and hasattr(allocator, "mallopt"):  # musl has none, and needs none
        allocator.mallopt(_MMAP_THRESHOLD, LARGE_BYTES)
        allocator.mallopt(_TRIM_THRESHOLD, 2 * LARGE_BYTES)
