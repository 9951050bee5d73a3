"""A model's plain sentence as Markdown: all escaped, names that the facts hold in their own style."""

from __future__ import annotations

import re
from collections.abc import Iterable

from escribano_tui.domain.phrase import Piece, escape, markdown
from escribano_tui.domain.summary import Claim

_STYLED = ("code", "title")


def restyled(text: str, claims: Iterable[Claim]) -> str:
    """Names of the claims that stand in the text letter by letter get their style back, whatever marks the model put."""
    pieces = {p.text: p for c in claims for p in c.phrase if p.style in _STYLED and len(p.text) > 1}
    if not pieces:
        return escape(_bare(text))
    names = sorted(pieces, key=len, reverse=True)
    pattern = re.compile(rf"[`*_]*(?<!\w)({'|'.join(map(re.escape, names))})(?!\w)[`*_]*")
    out, at = [], 0
    for found in pattern.finditer(text):
        out += [_escaped(text[at : found.start()]), markdown((Piece(found[1], pieces[found[1]].style),))]
        at = found.end()
    out.append(_escaped(text[at:]))
    return "".join(out)


def _escaped(text: str) -> str:
    """Escaped, with the blanks at both ends kept."""
    inner = _bare(text)
    lead, trail = inner[: len(inner) - len(inner.lstrip())], inner[len(inner.rstrip()) :]
    return f"{' ' if lead else ''}{escape(inner)}{' ' if trail else ''}" if inner.strip() else inner


def _bare(text: str) -> str:
    """Without the marks that models like to put around words."""
    return re.sub(r"(?<!\w)[`*_]+(?=\w)|(?<=[\w.!?])[`*]+(?!\w)", "", text)
