"""JSON, schema escribano-tui/session@1: what scripts rely on. Keys are only ever added."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.layout import reading_order
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import Dossier, RunRecord
from escribano_tui.domain.text import json_safe
from escribano_tui.exports.rows import SegmentRow, seconds, segment_rows

SCHEMA = "escribano-tui/session@1"
Row = dict[str, Any]


def render(dossier: Dossier) -> str:
    """The session with all edits applied, one row of a list on each line, times in s from the first video frame."""
    rows = segment_rows(dossier)
    timeline = dossier.session.timeline
    coverage = dossier.coverage
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "recording": recording_facts(dossier.session.recording),
        "run": _run(dossier.session.run, dossier.session.revision),
        "changes": [{"t_s": seconds(c.t_s), "score": round(c.score, 4), "size": c.size} for c in dossier.evidence.changes],
        "frames": _frames(dossier),
        "screen_text": _screen_text(dossier),
        "utterances": _utterances(rows),
        "segments": [_segment(row) for row in rows],
        "subjects": [
            {
                "id": subject.id, "label": subject.label, "kind": subject.kind,
                "segment_ids": [s.id for s in timeline.of_subject(subject.id)],
                "duration_s": seconds(sum(s.duration_ms for s in timeline.of_subject(subject.id)) / 1000),
            }
            for subject in timeline.subjects
        ],
        "summaries": _summaries(dossier),
        "coverage": {
            "share_of_time": round(coverage.share_of_time, 4), "frames_failed": coverage.frames_failed,
            "spoken_s": seconds(coverage.spoken_s), "speech_untranscribed_s": seconds(coverage.speech_untranscribed_s),
            "frames_left_out": dict(coverage.frames_left_out), "notes": list(coverage.notes),
        },
    }  # fmt: skip
    parts = ",\n".join(f"{_dump(key)}: {_value(value)}" for key, value in document.items())
    return json_safe(f"{{{parts}}}\n")


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _value(value: object) -> str:
    """Lists with a row on each line: readable, and as fast as the C encoder."""
    if isinstance(value, list):
        return "[]" if not value else "[\n" + ",\n".join(map(_dump, value)) + "\n]"
    return _dump(value)


def recording_facts(recording: Recording) -> Row:
    """The recording as the contract has it."""
    return {
        "id": recording.id, "path": recording.path, "fingerprint": recording.fingerprint,
        "duration_s": seconds(recording.duration_ms / 1000), "width": recording.width, "height": recording.height,
        "fps": round(recording.fps, 3), "video_codec": recording.video_codec, "audio_tracks": len(recording.tracks),
        "started_at": recording.started_at, "started_at_source": recording.started_at_source,
        "notes": list(recording.notes),
    }  # fmt: skip


def _run(run: RunRecord, revision: int) -> Row:
    phases = [
        {
            "name": p.name, "state": _ended(p.state), "wall_s": seconds(p.wall_s), "busy_s": seconds(p.busy_s),
            "items": p.items, "items_failed": p.items_failed, "backend": p.backend, "model": p.model,
            "reused": p.reused, "note": p.note,
        }
        for p in run.phases
    ]  # fmt: skip
    return {
        "id": run.id, "profile": run.profile, "revision": revision, "state": run.state, "started_at": run.started_at,
        "wall_s": seconds(run.wall_s), "phases": phases,
    }  # fmt: skip


def _ended(state: str) -> str:
    """A phase that was killed with its program is as good as cancelled."""
    return "cancelled" if state == "running" else state


def _frames(dossier: Dossier) -> list[Row]:
    """Frames with their description, matched by time to the millisecond."""
    described = {d.item: d for d in dossier.evidence.descriptions}
    rows = []
    for frame in dossier.evidence.frames:
        found = described.get(frame.item)
        rows.append({
            "t_s": seconds(frame.t_s), "reason": frame.reason,
            "description": found.sentence if found else None, "backend": found.backend if found else None,
            "activity": found.activity if found else None, "confidence": round(found.confidence, 4) if found else None,
            "doubtful": found.doubtful if found else None,
        })  # fmt: skip
    return rows


def _screen_text(dossier: Dossier) -> list[Row]:
    """Lines that came and went together as one block, in reading order."""
    blocks: dict[tuple[float, float], list[ScreenLine]] = defaultdict(list)
    for line in dossier.evidence.lines:
        blocks[seconds(line.start_s), seconds(line.end_s)].append(line)
    return [
        {"start_s": start, "end_s": end, "lines": [line.text for line in reading_order(lines, lambda line: line.box)]}
        for (start, end), lines in sorted(blocks.items())
    ]


def _utterances(rows: Iterable[SegmentRow]) -> list[Row]:
    return [
        {
            "id": u.id, "start_s": seconds(u.start_s), "end_s": seconds(u.end_s), "text": u.text, "track": u.track,
            "model": u.model, "confidence": round(u.confidence, 4), "doubtful": u.doubtful, "language": u.language,
            "backend": u.backend, "why_doubtful": u.why_doubtful, "segment_id": row.segment.id,
            "edited": u.edited,
        }
        for row in rows
        for u in row.said
    ]  # fmt: skip


def _segment(row: SegmentRow) -> Row:
    s = row.segment
    return {
        "id": s.id, "start_s": seconds(s.start_s), "end_s": seconds(s.end_s), "activity": s.activity, "title": s.title,
        "description": s.description, "apps": list(s.apps), "topics": list(s.topics), "subject_id": s.subject_id,
        "confidence": round(s.confidence, 4), "importance": s.importance, "personal": s.personal, "reviewed": s.reviewed,
        "edited": s.edited, "utterance_ids": [u.id for u in row.said], "frame_times_s": [seconds(f.t_s) for f in row.frames],
        "why": list(s.why), "returns_to_s": seconds(s.returns_to_ms / 1000) if s.returns_to_ms >= 0 else None,
    }  # fmt: skip


def _summaries(dossier: Dossier) -> list[Row]:
    return [
        {
            "format": v.summary.format, "revision": v.summary.revision, "stale": v.stale, "writer": v.summary.writer,
            "created_at": v.summary.created_at, "markdown": v.markdown, "model": v.summary.model,
            "struck": v.summary.struck, "note": v.summary.note, "changed": v.changed,
            "own_changes": len(v.own.standing) if v.own else 0, "own_changes_waiting": len(v.waiting),
        }
        for v in dossier.summaries
        if v.summary
    ]  # fmt: skip
