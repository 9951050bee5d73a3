"""An HTML page that stands alone: style and pictures inside, no script, nothing fetched, no live link from outside."""

from __future__ import annotations

import base64
import html
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence

from escribano_tui.domain.activity import LETTERS
from escribano_tui.domain.session import Dossier, SummaryView
from escribano_tui.domain.times import cite, clock, duration, parse_clock, seconds_that_add_up
from escribano_tui.exports.md import chosen_summary, cited
from escribano_tui.exports.page_style import CSS, colour
from escribano_tui.exports.rows import SegmentRow, segment_rows, shown_name, span

MOST_PICTURES = 400
_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand around a citation while Markdown is rendered (private use)
_MARKED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}<>&]*){_CLOSE}")
_TIMES = re.compile(r"<p>([a-z]+ \d[\d:]*(?: · [a-z]+ \d[\d:]*)*(?: · with [^<]*)?)</p>")  # the times by activity of a subject
_STEPS_S = (5, 10, 30, 60, 300, 600, 1800, 3600, 7200, 14_400)


def render(dossier: Dossier, thumbnail_bytes: Callable[[str], bytes | None] | None = None, personal: bool = False) -> str:
    """The session as a page. `thumbnail_bytes` gives the JPEG of a file name; without it the page has no pictures."""
    rows = segment_rows(dossier, personal)
    recording = dossier.session.recording
    name = shown_name(recording)
    starts = [row.segment.start_s for row in rows]
    body = [
        f"<header><h1>{_text(name)}</h1><p class=meta>{_meta(dossier)}</p></header>",
        _bar(rows),
        _legend(rows),
        _summary(chosen_summary(dossier), starts),
        "<h2>Segments</h2>",
        *_segments(rows, thumbnail_bytes),
        f"<footer>{_coverage(dossier)}</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{_text(name)}</title>\n<style>{CSS}</style>\n</head>\n<body>\n" + "\n".join(body) + "\n</body>\n</html>\n"
    )


def _text(text: str) -> str:
    return html.escape(text)


def _meta(dossier: Dossier) -> str:
    recording, timeline = dossier.session.recording, dossier.session.timeline
    reviewed = sum(s.reviewed for s in timeline.segments)
    day = recording.started_at.replace("T", " ")[:16]
    parts = [day, duration(timeline.duration_ms), f"{len(timeline.segments)} segments, {reviewed} reviewed"]
    return " · ".join(_text(p) for p in parts if p)


# ---------------------------------------------------------------- time line


def _kind(row: SegmentRow) -> str:
    return "personal" if row.segment.personal else row.segment.activity


def _bar(rows: Sequence[SegmentRow]) -> str:
    """One block a segment, as wide as it is long, with the letter of its activity, and a scale."""
    whole = rows[-1].segment.end_ms
    blocks = []
    for k, row in enumerate(rows):
        s, kind = row.segment, _kind(row)
        share = 100 * s.duration_ms / whole
        letter = LETTERS.get(kind, "·") if share > 2 else ""
        label = _text(f"{cite(s.start_s, s.end_s)} {kind} {s.title}".strip())
        quiet = " class=quiet" if kind in ("idle", "personal") else ""
        blocks.append(
            f'<a href="#s{k}"{quiet} title="{label}" aria-label="{label}" '
            f'style="width:{share:.4f}%;background:{colour(kind)}">{letter}</a>'
        )
    step = next((s for s in _STEPS_S if whole / 1000 / s <= 8), _STEPS_S[-1])
    ticks = [t for t in range(0, whole // 1000 + 1, step) if t * 1000 <= whole * 0.95 or t == 0]
    marks = [f'<span style="left:{100_000 * t / whole:.3f}%">{clock(t)}</span>' for t in ticks]
    marks.append(f'<span style="left:100%">{duration(whole)}</span>')
    return f'<nav class=bar aria-label="Timeline">{"".join(blocks)}</nav><div class=ticks>{"".join(marks)}</div>'


def _legend(rows: Sequence[SegmentRow]) -> str:
    """Time of each activity, longest first; printed times add up."""
    total: dict[str, int] = defaultdict(int)
    for row in rows:
        total[_kind(row)] += row.segment.duration_ms
    order = sorted(total, key=lambda a: -total[a])
    shown = zip(order, seconds_that_add_up([total[a] for a in order]), strict=True)
    items = [f'<li><i style="background:{colour(a)}"></i>{a} {clock(s)}</li>' for a, s in shown]
    return f"<ul class=legend>{''.join(items)}</ul>"


# ---------------------------------------------------------------- summary


def _summary(view: SummaryView | None, starts: Sequence[float]) -> str:
    if view is None or view.summary is None:
        return ""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).disable(
        ["link", "image", "autolink", "reference", "html_block", "html_inline"]
    )
    shown = parser.render(cited(view.markdown, lambda times: f"{_OPEN}{times}{_CLOSE}"))
    shown = re.sub(r"<(/?)h([1-4])>", lambda h: f"<{h[1]}h{int(h[2]) + 1}>", shown)
    stale = f"<p class=stale>Written before the last corrections{_since(view)}.</p>" if view.stale else ""
    shown = _TIMES.sub(r"<p class=times>\g<1></p>", shown)
    shown = _MARKED.sub(lambda found: _links(found[1], starts), shown)
    return f"<section class=summary>{stale}{shown}</section>"


def _since(view: SummaryView) -> str:
    return f" ({_text(view.changed)})" if view.changed else ""


def _links(times: str, starts: Sequence[float]) -> str:
    links = []
    for time in times.split(", "):
        k = max(0, bisect_right(starts, parse_clock(time) or 0.0) - 1)
        links.append(f'<a href="#s{k}">{time}</a>')
    return f"[{', '.join(links)}]"


# ---------------------------------------------------------------- segments


def _segments(rows: Sequence[SegmentRow], thumbnail_bytes: Callable[[str], bytes | None] | None) -> list[str]:
    lengths = seconds_that_add_up([row.segment.duration_ms for row in rows])
    every = -(-len(rows) // MOST_PICTURES)
    shown = []
    for k, (row, length) in enumerate(zip(rows, lengths, strict=True)):
        picture = _picture(row, thumbnail_bytes) if thumbnail_bytes and k % every == 0 else ""
        shown.append(_segment(k, row, length, picture, rows[-1].segment.end_ms))
    return shown


def _segment(k: int, row: SegmentRow, length: int, picture: str, whole_ms: int) -> str:
    s, kind = row.segment, _kind(row)
    about = " · ".join(_text(p) for p in (row.subject, ", ".join(s.apps), ", ".join(s.topics)) if p)
    parts = [
        f"<h3>{_text(s.title or kind.capitalize())}</h3>",
        f'<div class=when><span class=tag style="border-color:{colour(kind)}">{kind}</span>'
        f"{'–'.join(span(s, whole_ms))} · {clock(length)}{' · reviewed' if s.reviewed else ''}</div>",
        f"<div class=when>{about}</div>" if about else "",
        f"<p>{_text(s.description)}</p>" if s.description else "",
        _said(row),
    ]
    return f'<article class=segment id="s{k}"><div>{picture}</div><div>{"".join(parts)}</div></article>'


def _said(row: SegmentRow) -> str:
    several = len({u.track for u in row.said}) > 1
    items = []
    for u in row.said:
        if u.text.strip():
            voice = f"<b>{_text(u.track)}</b> " if several else ""
            doubt = " class=doubtful" if u.doubtful else ""
            items.append(f"<li{doubt}><span class=when>{cite(u.start_s, u.end_s)}</span>{voice}{_text(u.text)}</li>")
    return f"<ul class=said>{''.join(items)}</ul>" if items else ""


def _picture(row: SegmentRow, thumbnail_bytes: Callable[[str], bytes | None]) -> str:
    """The frame nearest to the middle of the segment that has a picture."""
    middle = (row.segment.start_s + row.segment.end_s) / 2
    for frame in sorted((f for f in row.frames if f.thumbnail), key=lambda f: abs(f.t_s - middle)):
        found = thumbnail_bytes(frame.thumbnail)
        if found:
            data = base64.b64encode(found).decode("ascii")
            return f'<img src="data:image/jpeg;base64,{data}" alt="Screen at {clock(frame.t_s)}" loading="lazy">'
    return ""


def _coverage(dossier: Dossier) -> str:
    coverage = dossier.coverage
    parts = [f"{coverage.share_of_time:.0%} of the time lies within 15 s of a picture that was looked at."]
    if coverage.frames_failed:
        parts.append(f"{coverage.frames_failed} pictures could not be described.")
    if coverage.speech_untranscribed_s:
        missing, spoken = (duration(round(s * 1000)) for s in (coverage.speech_untranscribed_s, coverage.spoken_s))
        parts.append(f"{missing} of {spoken} of speech could not be transcribed.")
    return _text(" ".join((*parts, *coverage.notes)))
