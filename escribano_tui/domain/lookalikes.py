"""Letters that OCR takes for one another, so that two readings of the same text compare as equal."""

from __future__ import annotations

from functools import lru_cache

from escribano_tui.domain.text import squash

_ALIKE = str.maketrans({"0": "o", "1": "l", "i": "l", "5": "s", "8": "b", "у": "y", "а": "a", "е": "e", "о": "o"})


@lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Letters and digits only, lower case, with look-alikes as one.

    >>> fold("Unit 10") == fold("unlt lO")
    True
    """
    return squash(text).translate(_ALIKE)
