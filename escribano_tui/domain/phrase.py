"""Sentences that hold text from outside: what is ours and what is quoted stay apart until they are printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sentence. `style` is empty for our own words, `name` for a name as it stands, `code` for
    identifiers, files and commands, `title` for pages and documents, `quote` for what was said or written."""

    text: str
    style: str = ""


Phrase = tuple[Piece, ...]


def phrase(*parts: str | Piece | Phrase) -> Phrase:
    """A phrase of own words, pieces and other phrases.

    >>> plain(phrase("worked on ", code("parse_time"), " in ", title("notes")))
    'worked on parse_time in notes'
    """
    pieces: list[Piece] = []
    for part in parts:
        if isinstance(part, str):
            pieces.append(Piece(part))
        elif isinstance(part, Piece):
            pieces.append(part)
        else:
            pieces += part
    return tuple(p for p in pieces if p.text)


def code(text: str) -> Piece:
    return Piece(" ".join(text.split()), "code")


def title(text: str) -> Piece:
    return Piece(" ".join(text.split()), "title")


def name(text: str) -> Piece:
    return Piece(" ".join(text.split()), "name")


def quote(text: str) -> Piece:
    return Piece(" ".join(text.split()), "quote")


def listed(items: Sequence[Piece | Phrase], last: str = "and") -> Phrase:
    """`a`, `a and b`, `a, b and c`."""
    parts: list[str | Piece | Phrase] = []
    for k, item in enumerate(items):
        if k:
            parts.append(f" {last} " if k == len(items) - 1 else ", ")
        parts.append(item)
    return phrase(*parts)


def plain(pieces: Iterable[Piece]) -> str:
    """As plain text; quotes in quotation marks."""
    return "".join(f"“{p.text}”" if p.style == "quote" else p.text for p in pieces)


def names_of(pieces: Iterable[Piece]) -> tuple[str, ...]:
    """Every text of the phrase that came from outside."""
    return tuple(p.text for p in pieces if p.style)


def capitalised(pieces: Phrase) -> Phrase:
    """With a capital where it begins with our own words."""
    if not pieces or pieces[0].style:
        return pieces
    first = pieces[0].text
    return (Piece(first[:1].upper() + first[1:]), *pieces[1:])


# ---------------------------------------------------------------- Markdown

# What could be read as Markdown or HTML anywhere in a line (CommonMark and the tables, strikethrough and autolinks of GFM).
_ACTIVE = re.compile(
    r"[\\`*\[\]<]|(?<!\w)_|_(?!\w)|~(?=~)|(?<=~)~|&(?=#?\w+;)|(?<!\w)#(?=\d)|(?<=\w)@(?=\w)|:(?=//)|(?<=www)\.|(?<![\w/:])/(?=/)"
)
# What an autolinker takes for a host: two letters, or one of the well-known endings; endings of files stay as they are.
_HOST = re.compile(
    r"(?<!\\)\.(?=(?:(?!(?:c[cs]|db|e[lx]|fs|g[oz]|hs|js|kt|m[dklm]|p[lsy]|r[bs]|s[ho]|t[sf]|ui|xz)\b)[^\W\d_]{2}"
    r"|com|org|net|edu|gov|biz|info|name|pro|web|shop)(?!\w))",
    re.I,
)
_AT_START = re.compile(r"^(\s*)([-+=>#|]|~(?=~)|\d+(?=[.)]))")


def escape(text: str) -> str:
    """Text on one line as Markdown that shows it as it is: no markup, no HTML, no link.

    >>> escape("[/b] [red]x[/] **x** <script>")
    '\\\\[/b\\\\] \\\\[red\\\\]x\\\\[/\\\\] \\\\*\\\\*x\\\\*\\\\* \\\\<script>'
    """
    text = _ACTIVE.sub(r"\\\g<0>", " ".join(text.split()))
    return _HOST.sub(r"\\.", text)


def escape_start(text: str) -> str:
    """Like `escape`, for text that begins a line, where a list or a heading could begin."""
    escaped = escape(text)
    found = _AT_START.match(escaped)
    if not found:
        return escaped
    if found[2].isdigit():
        return escaped[: found.end()] + "\\" + escaped[found.end() :]
    return escaped[: found.start(2)] + "\\" + escaped[found.start(2) :]


def code_span(text: str) -> str:
    """Text as a code span, fenced by more backticks than it holds in a row (CommonMark 6.1).

    >>> code_span("a"), code_span("`a`")
    ('`a`', '`` `a` ``')
    """
    text = " ".join(text.split())
    if not text:
        return ""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def markdown(pieces: Iterable[Piece]) -> str:
    """A phrase as Markdown."""
    return "".join(map(_piece, pieces))


def _piece(piece: Piece) -> str:
    match piece.style:
        case "code":
            return code_span(piece.text)
        case "title":
            return f"*{escape(piece.text)}*"
        case "quote":
            return f"“{escape(piece.text)}”"
        case "name":
            return escape(piece.text)
        case _:
            return piece.text


def many(count: int, one: str, more: str = "") -> str:
    """`1 segment`, `2 segments`, `1,234 segments`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"
