"""Pages in a browser: which site or kind of page this is, by its address, its title and what stands on it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from escribano_tui.backends.vision.reader.layout import Piece
from escribano_tui.backends.vision.reader.match import fold
from escribano_tui.domain.cues import Cues, Site

_COUNT = re.compile(r"\s*[(\[]?\d+[)\]]?\s*$")
_LINKS = re.compile(
    r"[A-Z][a-z]{2,}(?:\s+\d+)?(?:\s+[A-Z][a-z]{2,}(?:\s+\d+)?){2,7}"
)  # a row of links that was read as one line
LEAST = 1.4  # points below which a page is of no known kind


@dataclass(frozen=True, slots=True)
class Found:
    site: Site
    points: float
    why: str


class SiteFinder:
    """Matches pages against the sites of the cues."""

    def __init__(self, cues: Cues) -> None:
        self._sites = [
            (s, [(m, fold(m)) for m in s.marks if len(fold(m)) >= 2], [_title_pattern(t) for t in s.titles]) for s in cues.sites
        ]

    def find(self, address: str, title: str, pieces: Sequence[Piece]) -> list[Found]:
        """The sites that fit, best first."""
        whole = {p.fold for p in pieces} | {fold(_COUNT.sub("", p.text)) for p in pieces}
        whole |= {fold(word) for p in pieces if _LINKS.fullmatch(p.text.strip()) for word in p.text.split()}
        text = "\n".join(p.fold for p in pieces)
        address = address.lower().strip()
        found = []
        for site, marks, titles in self._sites:
            points, why = 0.0, []
            host = max((h for h in site.hosts if _fits_host(h.lower(), address)), key=len, default="")
            if host:
                points += 3.0 + 0.02 * len(host)
                why.append(f"address “{host}”")
            named = [m.group() for pattern in titles if (m := pattern.search(title))]
            if named:
                points += 2.2 + 0.02 * len(max(named, key=len))
                why.append(f"“{max(named, key=len)}” in the title")
            seen = [m for m, folded in marks if folded in whole or (len(folded) >= 9 and folded in text)]
            if len(seen) >= site.needs or (seen and points):
                points += min(4.5, site.weight * len(seen))
                why.append(", ".join(f"“{m}”" for m in seen[:3]))
            if points >= LEAST:
                found.append(Found(site, points, "; ".join(why)))
        return sorted(found, key=lambda f: -f.points)


def _title_pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W_]){re.escape(text)}(?![^\W_])", re.IGNORECASE)


def _fits_host(pattern: str, address: str) -> bool:
    """`docs.` is the beginning of a name in the host, `/issues` a part of the path, anything else a part of the address."""
    if not address:
        return False
    bare = re.sub(r"^https?:/{0,2}", "", address)
    host, slash, path = bare.partition("/")
    if pattern.startswith("/"):
        return pattern in slash + path
    if pattern.endswith(".") and "/" not in pattern:
        return host.startswith(pattern) or f".{pattern}" in host
    return pattern in bare


def host_of(address: str) -> str:
    """The host of an address, without `www.`: `https://www.example.org/a` is example.org."""
    bare = re.sub(r"^\W*(?:https?:/{0,2})?(?:www\.)?", "", address.strip().lower())
    return bare.split("/")[0].split("?")[0] if "." in bare or "localhost" in bare else ""
