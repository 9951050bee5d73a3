"""Address bars of browsers."""

from __future__ import annotations

import re

from escribano_tui.backends.vision.reader.layout import Page, Piece

ADDRESS = re.compile(
    r"^\W{0,3}(?:(?:https?|file|about|chrome|view-source):/{0,3}\S+|localhost(?::\d+)?(?:/\S*)?|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\S*)?"
    r"|(?:[a-z0-9-]+\.)+[a-z]{2,12}(?::\d+)?(?:[/?#]\S*)?)$",
    re.IGNORECASE,
)
ADDRESS_MARKS = ("not secure", "search google or type a url", "search with google or enter address", "search or enter address")
_ENDINGS = re.compile(
    r"(?i)\.(?:py|md|txt|rs|js|ts|go|rb|sh|html?|css|json|toml|ya?ml|csv|pdf|svg|png|jpe?g|cpp|java|sql|log|odt|docx?|ini|cfg|lock|xml|so|exe|zip|gz)$"
)


def bare(text: str) -> str:
    """What stands in an address bar, without its lock or warning sign."""
    return re.sub(r"^(?:\S\s+)?\W*", "", text.strip())


def address_of(text: str) -> str:
    """The address in the text of an address bar (`Not secure example.org/a` too), or empty."""
    last = text.split()[-1] if text.split() else ""
    return next((t for t in (text.strip(), bare(text), last) if ADDRESS.match(t)), "")


def is_address_bar(piece: Piece, page: Page) -> bool:
    """Whether this is what stands in an address bar: its place holder, or an address with a browser's buttons beside it."""
    if any(text.lower().startswith(mark) for mark in ADDRESS_MARKS for text in (piece.text.strip(), bare(piece.text))):
        return True
    host = piece.text.strip().split("/")[0]
    if not ADDRESS.match(piece.text) or _ENDINGS.search(host):
        return False
    row = [p for p in page.pieces if p is not piece and abs(p.cy - piece.cy) < 0.7 * piece.box.h]
    if any(p.box.right <= piece.box.x + 2 and len(p.fold) > 2 for p in row):
        return any(mark in p.text.lower() for p in row for mark in ADDRESS_MARKS)
    buttons = sum(len(p.fold) <= 1 for p in row if p.box.right <= piece.box.x + 2)
    return buttons >= 1 or piece.cy < 0.14 * page.height or bool(re.match(r"(?i)(?:https?|file)://", piece.text.strip()))
