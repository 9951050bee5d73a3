"""A made session: ten segments of six minutes with all kinds of evidence, and one of any size for the heavy tests."""

from __future__ import annotations

import math
import random
from pathlib import Path

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.evidence import Box, Change, Description, Envelope, Frame, ScreenLine, Utterance
from escribano_tui.domain.recording import Recording, Track
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import Evidence
from escribano_tui.domain.timeline import Timeline

HOSTILE = "[/b] [red]x[/] \x1b]0;t\x07"

STORY = (
    # start, activity, title, apps, subject, confidence, returns_to, why, said, lines
    (0, "planning", "Sprint 12 board", ("Chromium",), 0, 0.93, -1, ("Chromium in front", "“Sprint 12 board”"),
     "Station label with trailing space crashes the import.", ("Sprint 12 board", "To do", "In progress")),
    (25_600, "coding", "normalize.py", ("Geany",), 0, 0.97, -1, ("Geany in front", "normalize.py", "typing"),
     "Strip the label first, then look it up.", ("def station_code(label):", "return label.strip()")),
    (66_950, "debugging", "pytest: 1 failed", ("Terminal",), 0, 0.52, -1, ("Terminal in front", "“FAILED”", "“AssertionError”"),
     "The label tests pass now, but the time test fails.", ("test_time_is_utc", "AssertionError", "1 failed, 4 passed")),
    (103_180, "research", "Aware and Naive Objects", ("Chromium",), 0, 0.9, -1, ("Chromium in front", "docs.python.org"),
     "", ("datetime — Basic date and time types", "Aware and Naive Objects")),
    (137_600, "coding", "normalize.py", ("Geany",), 0, 0.95, 25_600, ("Geany in front", "normalize.py"),
     "So the time needs a zone.", ("def parse_time(text):", "tzinfo=timezone.utc")),
    (166_500, "terminal", "git commit, 5 passed", ("Terminal",), 0, 0.81, -1, ("Terminal in front", "git", "5 passed"),
     "All green.", ("5 passed in 0.04s", "git commit -m 'Strip labels'")),
    (192_700, "review", "station_code", ("Meld",), 0, 0.88, -1, ("Meld in front", "two panes"), "",
     ("normalize.py : normalize.py.orig",)),
    (218_900, "communication", "Labels in the April export", ("Evolution",), 1, 0.9, -1, ("Evolution in front",),
     "Dear Ingrid, the labels are right now.", ("To: harbour@bergen.example", "Port of Bergen: labels in the April export")),
    (253_300, "idle", "", (), 2, 0.99, -1, ("nothing moved for 46 s",), "", ()),
    (299_000, "writing", "Release note 0.4.2", ("LibreOffice Writer",), 3, 0.77, -1, ("LibreOffice Writer in front",),
     "Trailing blanks no longer matter.", ("Release note for Tidewater 0.4.2",)),
)  # fmt: skip
DURATION_MS = 361_000
SUBJECTS = (
    Subject("s-labels", "Station labels and times"),
    Subject("s-mail", "Mail about labels"),
    Subject("s-idle", "Idle", "idle"),
    Subject("s-note", "Release note"),
)


def recording(
    id: str = "rec-1", name: str = "dev-session.mp4", duration_ms: int = DURATION_MS, folder: str = "/nowhere"
) -> Recording:
    return Recording(
        id=id, path=f"{folder}/{name}", fingerprint=f"fp-{id}", size_bytes=8_000_000, duration_s=duration_ms / 1000,
        width=1920, height=1080, fps=30.0, video_codec="h264",
        tracks=(Track("embedded:0", f"{folder}/{name}", codec="aac", sample_rate=48_000, channels=2),),
        started_at="2026-11-20T09:14:00+01:00", started_at_source="container",
    )  # fmt: skip


def story() -> tuple[Timeline, Evidence]:
    """The ten segments."""
    ends = [row[0] for row in STORY[1:]] + [DURATION_MS]
    segments = tuple(
        Segment(
            id=f"seg-{k}", start_ms=row[0], end_ms=ends[k], activity=row[1], title=row[2], apps=row[3],
            subject_id=SUBJECTS[row[4]].id, confidence=row[5], returns_to_ms=row[6], why=row[7], topics=("tide gauges",),
            description=f"{row[1].capitalize()}: {row[2]}" if row[2] else "",
        )
        for k, row in enumerate(STORY)
    )  # fmt: skip
    return Timeline(DURATION_MS, segments, SUBJECTS), _story_evidence(segments)


def _story_evidence(segments: tuple[Segment, ...]) -> Evidence:
    frames, descriptions, lines, said, changes = [], [], [], [], []
    for k, (segment, row) in enumerate(zip(segments, STORY, strict=True)):
        start, end = segment.start_s, segment.end_s
        changes += [Change(start, 0.9, "large")] if k else []
        changes += [Change(start + 7.5, 0.4, "small"), Change((start + end) / 2, 0.6, "medium")]
        for n, (t, until) in enumerate(((start + 1, start + 8), (start + 9, (start + end) / 2), ((start + end) / 2 + 1, end))):
            frames.append(Frame(t, "change", t - 1, until, thumbnail=f"{k}-{n}.jpg", score=0.9 - n / 10))
            descriptions.append(
                Description(t, segment.description, segment.activity, segment.confidence, segment.apps, why=segment.why,
                            backend="screen reader")
            )  # fmt: skip
        lines += [
            ScreenLine(f"l{k}-{n}", text, Box(100, 80 + 40 * n, 600, 30), start + n, end) for n, text in enumerate(row[9])
        ]
        if row[8]:
            said.append(Utterance(f"u{k}", start + 3, start + 7, row[8], "embedded:0", "moonshine", "tiny-en", 0.9))
    return Evidence(
        tuple(frames), tuple(descriptions), tuple(lines), tuple(said), tuple(changes), _envelopes(said, DURATION_MS)
    )


def _envelopes(said: list[Utterance], duration_ms: int) -> tuple[Envelope, ...]:
    step = 0.1
    loud = [-90.0] * (duration_ms // 100)
    for u in said:
        for k in range(int(u.start_s / step), min(len(loud), int(u.end_s / step))):
            loud[k] = -34 + 14 * math.sin(k / 2.7) * math.cos(k / 11)
    motion = [0.3 + 0.3 * math.sin(k / 17) for k in range(duration_ms // 500)]
    return Envelope("loudness:embedded:0", step, tuple(loud)), Envelope("motion", 0.5, tuple(motion))


def large(segments: int, lines: int, seed: int = 1) -> tuple[Timeline, Evidence]:
    """Any number of segments of ten seconds, and of lines of screen text."""
    chance = random.Random(seed)
    subjects = tuple(Subject(f"s{k}", f"Thread {k}") for k in range(40))
    rows = tuple(
        Segment(
            f"g{k}", k * 10_000, (k + 1) * 10_000, chance.choice(ACTIVITIES), f"Title {k}", apps=(f"App {k % 9}",),
            subject_id=f"s{chance.randrange(40)}", confidence=chance.random(),
        )
        for k in range(segments)
    )  # fmt: skip
    used = {r.subject_id for r in rows}
    texts = tuple(
        ScreenLine(f"l{k}", f"line {k} of text on the screen", Box(0, 0, 100, 20), at, at + 12)
        for k, at in enumerate(sorted(chance.random() * segments * 10 for _ in range(lines)))
    )
    frames = tuple(Frame(k * 10 + 1, "change", k * 10, k * 10 + 10, thumbnail=f"{k % 3}-0.jpg") for k in range(segments))
    changes = tuple(Change(k * 10, 0.9, "large") for k in range(1, segments))
    timeline = Timeline(segments * 10_000, rows, tuple(s for s in subjects if s.id in used))
    return timeline, Evidence(frames=frames, lines=texts, changes=changes)


def draw_thumbnails(folder: Path) -> None:
    """A small picture for every frame of the story: a window with a bar and some lines."""
    from PIL import Image, ImageDraw

    folder.mkdir(parents=True, exist_ok=True)
    hues = ((66, 110, 180), (40, 44, 52), (20, 20, 24), (240, 240, 235), (40, 44, 52), (20, 20, 24), (70, 70, 80),
            (230, 225, 215), (30, 60, 70), (250, 250, 250))  # fmt: skip
    for k, hue in enumerate(hues):
        for n in range(3):
            image = Image.new("RGB", (320, 180), (28, 70, 90))
            draw = ImageDraw.Draw(image)
            draw.rectangle((20, 14, 300, 170), fill=hue)
            draw.rectangle((20, 14, 300, 26), fill=(90, 96, 104))
            light = sum(hue) < 300
            for row in range(9):
                length = 60 + (row * 53 + k * 31 + n * 17) % 180
                draw.rectangle((32, 36 + row * 14, 32 + length, 42 + row * 14), fill=(220, 220, 210) if light else (60, 60, 70))
            image.save(folder / f"{k}-{n}.jpg", format="PNG")  # lossless, so that every decoder gives the same
