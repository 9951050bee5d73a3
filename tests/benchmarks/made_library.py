"""A made-up library of any size, put in through the store as runs would: the same for the same numbers."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

from escribano_tui.domain.evidence import Box, ScreenLine, Utterance
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import PhaseRecord
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign
from escribano_tui.store.library import LibraryStore

_SYLLABLES = (
    "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "xu", "za", "bren", "stal", "mor",
)  # fmt: skip
_COMMON = (
    "the", "import", "return", "self", "data", "file", "name", "test", "value", "error", "parser", "bug", "user", "time",
    "list", "from", "with", "print", "string", "index", "label", "station", "config", "request", "response", "branch",
    "merge", "commit",
)  # fmt: skip
_ACTIVITIES = ("coding", "debugging", "terminal", "research", "writing", "communication", "idle")
_APPS = ("Kate", "Konsole", "Firefox", "Thunderbird", "Meld", "LibreOffice Writer")
ZONE = timezone(timedelta(hours=1))
LENGTH_S = 1800.0


@dataclass(frozen=True, slots=True)
class Size:
    recordings: int = 2_000
    lines: int = 1_000_000
    utterances: int = 200_000
    segments: int = 24  # of each recording


class Words:
    """A vocabulary whose words are used as words are: a few very often, most of them hardly ever (Zipf's law)."""

    def __init__(self, seed: int, many: int = 40_000) -> None:
        self._random = random.Random(seed)
        made = {"".join(self._random.choices(_SYLLABLES, k=self._random.choice((2, 2, 3, 3, 4)))) for _ in range(many)}
        self.words = [*_COMMON, *sorted(made, key=lambda w: (len(w), w))]
        self._weights = [1.0]
        for k in range(1, len(self.words)):
            self._weights.append(self._weights[-1] + 1 / (k + 2.7))

    def text(self, count: int) -> str:
        return " ".join(self._random.choices(self.words, cum_weights=self._weights, k=count))


def fill(path: Path, size: Size, seed: int = 7) -> int:
    """Make the library; returns how many bytes of text were put in (lines and utterances)."""
    store, words, rng = LibraryStore(path), Words(seed), random.Random(seed)
    subjects = [words.text(3).capitalize() for _ in range(max(2, size.recordings // 8))]
    text_bytes = 0
    first = datetime(2025, 1, 6, 8, 0, tzinfo=ZONE)
    for k in range(size.recordings):
        at = first + timedelta(hours=k * 8, minutes=rng.randrange(60))
        recording = Recording(
            f"{k:012x}", f"/films/{at:%Y-%m-%d} {words.text(1)}.mp4", f"{k:032x}", 1, LENGTH_S, 1920, 1080, 30.0, "h264",
            started_at=at.isoformat(),
        )  # fmt: skip
        store.recordings.save(recording)
        lines = _lines(words, rng, _share(size.lines, size.recordings, k))
        said = _utterances(words, _share(size.utterances, size.recordings, k))
        text_bytes += sum(len(one.text.encode()) for one in (*lines, *said))
        _record(store, recording, lines, said, _segments(words, rng, size.segments), rng.sample(subjects, 2))
        if k % 5 == 0:
            store.journal.append(recording.id, "edit", (Assign(0, 1000, "reviewed", True),), 0, "", 0)
    store.close()
    return text_bytes


def _share(total: int, parts: int, k: int) -> int:
    return total * (k + 1) // parts - total * k // parts


def _lines(words: Words, rng: random.Random, count: int) -> list[ScreenLine]:
    made = []
    for k in range(count):
        start = LENGTH_S * k / max(1, count)
        end = min(LENGTH_S, start + rng.choice((2.0, 10.0, 60.0, 300.0)))
        box = Box(rng.randrange(1600), rng.randrange(1000), 300, 18)
        made.append(ScreenLine(f"{k:06d}", words.text(rng.randint(2, 12)), box, round(start, 3), round(end, 3), 0.97))
    return made


def _utterances(words: Words, count: int) -> list[Utterance]:
    step = LENGTH_S / max(1, count)
    return [
        Utterance(f"u{k:05d}", round(k * step, 2), round(k * step + step * 0.8, 2), words.text(14), "mic", confidence=0.9)
        for k in range(count)
    ]


def _segments(words: Words, rng: random.Random, count: int) -> list[Segment]:
    edges = [round(LENGTH_S * 1000 * k / count) for k in range(count + 1)]
    return [
        Segment(
            f"s{k}", edges[k], edges[k + 1], rng.choice(_ACTIVITIES), words.text(4), apps=(rng.choice(_APPS),),
            topics=tuple(words.text(2).split()), subject_id=f"b{rng.randrange(2)}", personal=rng.random() < 0.02,
        )
        for k in range(count)
    ]  # fmt: skip


def _record(
    store: LibraryStore, recording: Recording, lines: Sequence[ScreenLine], said: Sequence[Utterance],
    segments: Sequence[Segment], labels: Sequence[str],
) -> None:  # fmt: skip
    used = {s.subject_id for s in segments}
    subjects = [Subject(f"b{k}", label) for k, label in enumerate(labels) if f"b{k}" in used]
    run = store.runs.begin(recording.id, "quick")
    for phase, evidence in (("read", lines), ("transcribe", said), ("subjects", [*segments, *subjects])):
        output = store.outputs.open(recording.id, phase, "made", "", "")
        store.outputs.put(output.id, "all", evidence)  # type: ignore[arg-type]
        store.outputs.close(output.id, "finished", 1.0, 1.0, "")
        store.runs.phase(run.id, PhaseRecord(phase, "finished", items=1, output_id=output.id))
    store.runs.end(run.id, "finished", 1.0)
    markdown = f"# Session card\n\n- Worked on {segments[0].title} [0:05].\n- Then on {segments[-1].title} [29:10].\n"
    store.summaries.save(recording.id, Summary("card", 0, markdown, "deterministic"))
