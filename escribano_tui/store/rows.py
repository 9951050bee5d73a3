"""Evidence as rows and back."""

from __future__ import annotations

import array
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from escribano_tui.domain.evidence import (
    Box,
    Change,
    Description,
    Envelope,
    Frame,
    LeftOut,
    ScreenLine,
    SpeechSpan,
    Utterance,
    Word,
)
from escribano_tui.domain.segment import Segment, Subject

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Mapping:
    """How one kind of evidence stands in its table. `span` are the columns of its beginning and end, and how many of
    their unit make a second. `by_item`: what an item gives takes the place of all that it gave before."""

    table: str
    dump: Callable[[Any], Row]
    load: Callable[[Row], Any]
    span: tuple[str, str, int] | None = None
    by_item: bool = False


def _texts(values: tuple[str, ...]) -> str:
    return json.dumps(list(values), ensure_ascii=False)


def _tuple(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text or "[]"))


def _milliseconds(t_s: float) -> str:
    return f"{round(t_s * 1000):010d}"


def _dump_frame(f: Frame) -> Row:
    return {
        "id": f.item, "t_s": f.t_s, "reason": f.reason, "shows_from_s": f.shows_from_s, "shows_until_s": f.shows_until_s,
        "phash": f"{f.phash:016x}", "thumbnail": f.thumbnail, "to_read": f.to_read, "to_describe": f.to_describe,
        "score": f.score, "importance": f.importance, "fresh": f.fresh,
    }  # fmt: skip


def _load_frame(r: Row) -> Frame:
    return Frame(
        r["t_s"], r["reason"], r["shows_from_s"], r["shows_until_s"], int(r["phash"], 16), r["thumbnail"],
        bool(r["to_read"]), bool(r["to_describe"]), r["score"], r["importance"], r["fresh"],
    )  # fmt: skip


def _dump_line(s: ScreenLine) -> Row:
    return {
        "id": s.id, "start_s": s.start_s, "end_s": s.end_s, "text": s.text, "x": s.box.x, "y": s.box.y, "w": s.box.w,
        "h": s.box.h, "confidence": s.confidence, "region": s.region,
    }  # fmt: skip


def _load_line(r: Row) -> ScreenLine:
    box = Box(r["x"], r["y"], r["w"], r["h"])
    return ScreenLine(r["id"], r["text"], box, r["start_s"], r["end_s"], r["confidence"], r["region"])


def _dump_description(d: Description) -> Row:
    return {
        "id": d.item, "t_s": d.t_s, "sentence": d.sentence, "activity": d.activity, "confidence": d.confidence,
        "apps": _texts(d.apps), "topics": _texts(d.topics), "title": d.title, "document": d.document, "site": d.site,
        "motion": d.motion, "scores": json.dumps(d.scores), "why": _texts(d.why), "backend": d.backend,
        "model": d.model, "prompt": d.prompt, "doubtful": d.doubtful, "page": d.page,
    }  # fmt: skip


def _load_description(r: Row) -> Description:
    return Description(
        r["t_s"], r["sentence"], r["activity"], r["confidence"], _tuple(r["apps"]), _tuple(r["topics"]), r["title"],
        r["document"], r["site"], r["motion"], json.loads(r["scores"]), _tuple(r["why"]), r["backend"], r["model"],
        r["prompt"], bool(r["doubtful"]), r["page"],
    )  # fmt: skip


def _dump_utterance(u: Utterance) -> Row:
    words = [[w.start_s, w.end_s, w.text, w.confidence] for w in u.words]
    return {
        "id": u.id, "start_s": u.start_s, "end_s": u.end_s, "text": u.text, "track": u.track, "backend": u.backend,
        "model": u.model, "confidence": u.confidence, "doubtful": u.doubtful, "why_doubtful": u.why_doubtful,
        "language": u.language, "words": json.dumps(words, ensure_ascii=False),
    }  # fmt: skip


def _load_utterance(r: Row) -> Utterance:
    return Utterance(
        r["id"], r["start_s"], r["end_s"], r["text"], r["track"], r["backend"], r["model"], r["confidence"],
        bool(r["doubtful"]), r["language"], tuple(Word(*w) for w in json.loads(r["words"])), r["why_doubtful"],
    )  # fmt: skip


def _dump_segment(s: Segment) -> Row:
    return {
        "id": s.id, "start_ms": s.start_ms, "end_ms": s.end_ms, "activity": s.activity, "title": s.title,
        "description": s.description, "apps": _texts(s.apps), "topics": _texts(s.topics), "subject_id": s.subject_id,
        "confidence": s.confidence, "importance": s.importance, "personal": s.personal, "why": _texts(s.why),
        "returns_to_ms": s.returns_to_ms,
    }  # fmt: skip


def _load_segment(r: Row) -> Segment:
    return Segment(
        r["id"], r["start_ms"], r["end_ms"], r["activity"], r["title"], r["description"], _tuple(r["apps"]),
        _tuple(r["topics"]), r["subject_id"], r["confidence"], r["importance"], bool(r["personal"]),
        why=_tuple(r["why"]), returns_to_ms=r["returns_to_ms"],
    )  # fmt: skip


def _dump_envelope(e: Envelope) -> Row:
    return {"id": e.name, "name": e.name, "step_s": e.step_s, "curve": array.array("f", e.values).tobytes()}


def _load_envelope(r: Row) -> Envelope:
    values = array.array("f")
    values.frombytes(r["curve"])
    return Envelope(r["name"], r["step_s"], tuple(values))


def _dump_left_out(o: LeftOut) -> Row:
    return {
        "id": o.id, "track": o.track, "start_s": o.start_s, "end_s": o.end_s, "why": o.why, "count": o.count,
        "confidence": o.confidence,
    }  # fmt: skip


def _load_left_out(r: Row) -> LeftOut:
    return LeftOut(r["track"], r["start_s"], r["end_s"], r["why"], r["count"], r["confidence"])


MAPPINGS: dict[type, Mapping] = {
    Change: Mapping(
        "changes",
        lambda c: {"id": _milliseconds(c.t_s), "t_s": c.t_s, "score": c.score, "size": c.size},
        lambda r: Change(r["t_s"], r["score"], r["size"]),
        ("t_s", "t_s", 1),
    ),
    Envelope: Mapping("envelopes", _dump_envelope, _load_envelope),
    Frame: Mapping("frames", _dump_frame, _load_frame, ("t_s", "t_s", 1)),
    ScreenLine: Mapping("screen_lines", _dump_line, _load_line, ("start_s", "end_s", 1)),
    Description: Mapping("descriptions", _dump_description, _load_description, ("t_s", "t_s", 1)),
    SpeechSpan: Mapping(
        "speech_spans",
        lambda s: {"id": s.item, "start_s": s.start_s, "end_s": s.end_s, "track": s.track},
        lambda r: SpeechSpan(r["start_s"], r["end_s"], r["track"]),
        ("start_s", "end_s", 1),
    ),
    LeftOut: Mapping("left_out", _dump_left_out, _load_left_out, ("start_s", "end_s", 1), by_item=True),
    Utterance: Mapping("utterances", _dump_utterance, _load_utterance, ("start_s", "end_s", 1), by_item=True),
    Segment: Mapping("segments", _dump_segment, _load_segment, ("start_ms", "end_ms", 1000)),
    Subject: Mapping(
        "subjects",
        lambda s: {"id": s.id, "label": s.label, "kind": s.kind},
        lambda r: Subject(r["id"], r["label"], r["kind"]),
    ),
}
