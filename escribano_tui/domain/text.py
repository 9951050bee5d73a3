"""Text from outside is data: cleaned once where it enters."""

from __future__ import annotations

import re
import unicodedata

# C0 and C1 controls but tab and newline, DEL, bidirectional controls (Unicode TR9), and the byte order mark.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
# Lone surrogates cannot be stored as UTF-8: os.fsdecode makes them of undecodable file names.
_SURROGATES = re.compile("[\ud800-\udfff]")


def clean(text: str, limit: int = 20_000) -> str:
    """Text that is safe to store, show and export: NFC, no controls but newline and tab, at most `limit` characters.

    >>> clean("\\x1b]0;title\\x07plain \\u202etext")
    ']0;titleplain text'
    """
    text = text[: limit * 4].replace("\r\n", "\n").replace("\r", "\n")
    text = _SURROGATES.sub("\ufffd", _FORBIDDEN.sub("", text))
    return unicodedata.normalize("NFC", text)[:limit]


def clean_line(text: str, limit: int = 500) -> str:
    """Like `clean`, on one line with single blanks: for labels, titles, apps, topics and file names."""
    return " ".join(clean(text, limit * 2).split())[:limit]


def json_safe(text: str) -> str:
    """JSON text whose strings hold no raw control, bidirectional control or lone surrogate: they become escapes.

    Such stand in paths, which have to stay exact, and JSON is printed to terminals.

    >>> json_safe('"a\u202eb"')
    '"a\\\\u202eb"'
    """
    for unsafe in (_FORBIDDEN, _SURROGATES):
        text = unsafe.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text


def squash(text: str) -> str:
    """Letters and digits only, lower case, compatibility forms folded: to compare lines of screen text."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())
