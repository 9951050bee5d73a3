"""Memory that was freed goes back to the system: decoders leave a hundred MB and more of it in the allocator's heaps."""

from __future__ import annotations

import ctypes
import sys
from functools import cache


def give_back() -> None:
    """Hand what is free in the C library's heaps to the system (glibc's malloc_trim(3)); other systems do so themselves."""
    trim = _malloc_trim()
    if trim is not None:
        trim(0)


@cache
def _malloc_trim() -> ctypes._NamedFuncPointer | None:
    if not sys.platform.startswith("linux"):
        return None
    try:
        return ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError):  # another C library, such as musl
        return None
