"""CSV of the segments (RFC 4180): a header, one row a segment, CRLF. Spreadsheets run no formula from it."""

from __future__ import annotations

import csv
import io

from escribano_tui.domain.session import Dossier
from escribano_tui.exports.rows import seconds, segment_rows, span

COLUMNS = (
    "start", "end", "start_s", "end_s", "duration_s", "activity", "title", "description", "apps", "topics", "subject",
    "confidence", "importance", "personal", "reviewed", "edited", "said",
)  # fmt: skip
# What makes a spreadsheet take a cell for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(dossier: Dossier, personal: bool = False) -> str:
    """Segments as corrected; personal ones with their times alone, unless asked."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in segment_rows(dossier, personal):
        s = row.segment
        said = " ".join(u.text for u in row.said if not u.doubtful)
        writer.writerow([
            *span(s, dossier.session.timeline.duration_ms), seconds(s.start_s), seconds(s.end_s), seconds(s.duration_ms / 1000),
            *map(guarded, (s.activity, s.title, s.description, "; ".join(s.apps), "; ".join(s.topics), row.subject)),
            round(s.confidence, 4), s.importance, _yes(s.personal), _yes(s.reviewed), _yes(s.edited), guarded(said),
        ])  # fmt: skip
    return out.getvalue()


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe before what would be one."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _yes(value: bool) -> str:
    return "yes" if value else "no"
