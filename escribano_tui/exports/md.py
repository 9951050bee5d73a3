"""Markdown: the summary, a table of the segments, and what was said. Times are links into the recording."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from urllib.parse import quote

from escribano_tui.domain.phrase import escape, escape_start
from escribano_tui.domain.session import Dossier, SummaryView
from escribano_tui.domain.times import cite, clock, parse_clock, seconds_that_add_up
from escribano_tui.exports.rows import SegmentRow, segment_rows, shown_name

_CITED = re.compile(r"(?<!\\)\[(\d[\d:.]*(?:, \d[\d:.]*)*)\](?![(\[])")
_CODE = re.compile(r"(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)", re.S)
FIRST = ("narrative", "card", "standup")


def render(dossier: Dossier, personal: bool = False) -> str:
    """The session as one document; personal time is named, never told, unless asked."""
    recording = dossier.session.recording
    link = quote(os.fsencode(os.path.basename(recording.path)))  # the name as it is on the disk, byte for byte
    rows = segment_rows(dossier, personal)
    parts = [f"# {escape(shown_name(recording))}", ""]
    summary = chosen_summary(dossier)
    if summary and summary.summary:
        since = f" ({escape(summary.changed)})" if summary.changed else ""
        parts += [f"*Written before the last corrections{since}.*", ""] if summary.stale else []
        parts += [linked(lowered(summary.markdown), link).strip(), ""]
    parts += ["## Segments", "", *_table(rows, link), ""]
    said = [_said(row, link) for row in rows]
    if any(said):
        parts += ["## What was said", "", *(line for lines in said for line in lines), ""]
    return "\n".join(parts)


def chosen_summary(dossier: Dossier) -> SummaryView | None:
    """The fullest summary that there is."""
    by_format = {v.summary.format: v for v in dossier.summaries if v.summary}
    return next((by_format[f] for f in (*FIRST, *by_format) if f in by_format), None)


def lowered(markdown: str) -> str:
    """The same with every heading one level lower."""
    return re.sub(r"^(#{1,5}) ", r"#\1 ", markdown, flags=re.M)


def linked(markdown: str, link: str) -> str:
    """Citations `[0:26, 2:18]` as links to those moments (media fragments, W3C)."""
    return cited(markdown, lambda times: _links(times, link))


def cited(markdown: str, make: Callable[[str], str]) -> str:
    """Markdown with every citation replaced by what `make` gives for its times; escaped brackets and code are left."""
    out, at = [], 0
    for span in _CODE.finditer(markdown):
        out += [_CITED.sub(lambda found: make(found[1]), markdown[at : span.start()]), span[0]]
        at = span.end()
    out.append(_CITED.sub(lambda found: make(found[1]), markdown[at:]))
    return "".join(out)


def _links(times: str, link: str) -> str:
    return ", ".join(f"[{time}]({link}#t={parse_clock(time) or 0:g})" for time in times.split(", "))


def _table(rows: list[SegmentRow], link: str) -> list[str]:
    lengths = seconds_that_add_up([row.segment.duration_ms for row in rows])
    table = ["| time | length | activity | title | apps | subject |", "| --- | ---: | --- | --- | --- | --- |"]
    for row, length in zip(rows, lengths, strict=True):
        s = row.segment
        time = _links(cite(s.start_s, s.end_s), link)
        activity = "personal" if s.personal else s.activity
        cells = (time, clock(length), activity, _cell(s.title), _cell(", ".join(s.apps)), _cell(row.subject))
        table.append(f"| {' | '.join(cells)} |")
    return table


def _cell(text: str) -> str:
    """Text in a table, where a bar would begin the next cell."""
    return escape(text).replace("|", "\\|")


def _said(row: SegmentRow, link: str) -> list[str]:
    """A line for each utterance; doubtful ones are marked."""
    several = len({u.track for u in row.said}) > 1
    lines = []
    for u in row.said:
        if not u.text.strip():
            continue
        voice = f" *{escape(u.track)}*:" if several else ""
        doubt = " *(doubtful)*" if u.doubtful else ""
        lines.append(f"- {_links(cite(u.start_s, u.end_s), link)}{voice} {escape_start(u.text)}{doubt}")
    return lines
