"""How long twelve hours take to be segmented, and how far a stated confidence can be trusted.

    python -m tests.benchmarks.segmentation speed [--hours 12] [--json]
    python -m tests.benchmarks.segmentation reliability RECORDING TRUTH.json [RECORDING TRUTH.json ...] [--home FOLDER]
        [--looks SHARE]

`speed` makes evidence of a working day (screen lines, descriptions, changes, utterances) and segments it. `reliability`
runs recordings through the whole pipeline, in a folder of its own or in `--home`, where a later run finds them, and prints,
for each band of confidence, which share of the time the activity was right; with `--looks 0.5`, as if only half of the
pictures, whichever, had been looked at: the less is known, the more a draft should doubt itself.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from escribano_tui.domain.evidence import Box, Change, Description, Envelope, Frame, ScreenLine, Utterance
from escribano_tui.pipeline.segmenting.clues import Clues, gather
from escribano_tui.pipeline.segmenting.drafting import draft
from escribano_tui.pipeline.segmenting.features import features_of
from escribano_tui.pipeline.segmenting.spans import Settings
from escribano_tui.pipeline.segmenting.subjects import group
from tests.benchmarks.weights import cases_of

LINES, UTTERANCES = 40_000, 5_000  # of twelve hours
WORK = (
    ("coding", "Geany", "py"),
    ("writing", "Mousepad", "txt"),
    ("data", "LibreOffice Calc", "ods"),
    ("terminal", "Terminal", ""),
)
VOCABULARY = [f"word{k}" for k in range(3_000)]
BANDS = ((0.0, 0.3), (0.3, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01))
TIMES = 3  # so often pictures are left out by lot


def working_day(hours: float, seed: int = 1) -> tuple[Clues, list[ScreenLine], list[Utterance]]:
    """Evidence of so many hours: visits of 8 to 240 s to documents of a few hundred."""
    chance = random.Random(seed)
    end_s = hours * 3600
    documents = [(activity, app, f"file{k}.{ending}" if ending else "") for k in range(75) for activity, app, ending in WORK]
    changes, frames, descriptions = [], [], []
    at = 0.0
    while at < end_s:
        activity, app, document = chance.choice(documents)
        until = min(end_s, at + chance.uniform(8, 240))
        changes.append(Change(round(at, 3), 0.9, "large"))
        t = at + 0.5
        while t < until:
            changes.append(Change(round(t + 0.2, 3), chance.random(), chance.choice(("small", "small", "medium"))))
            frames.append(Frame(round(t, 3), "change", round(t - 0.4, 3), round(min(until, t + 3), 3)))
            scores = {activity: 0.8, chance.choice(WORK)[0]: 0.15}
            descriptions.append(
                Description(round(t, 3), "Does.", activity, 0.8, (app,), (document,), document or app, document, scores=scores)
            )
            t += chance.uniform(5, 14)
        at = until
    share = hours / 12
    lines = [
        ScreenLine(
            f"l{k}", " ".join(chance.choices(VOCABULARY, k=8)), Box(0, 0, 600, 20), round(chance.uniform(0, end_s), 3), end_s
        )
        for k in range(round(LINES * share))
    ]
    starts = sorted(chance.uniform(0, end_s - 4) for _ in range(round(UTTERANCES * share)))
    said = [Utterance(f"u{k}", s, s + 3, " ".join(chance.choices(VOCABULARY, k=7)), "mic") for k, s in enumerate(starts)]
    steps = max(1, round(end_s / 0.5))
    motion = Envelope("motion", 0.5, tuple(chance.choice((0.0, 0.3, 0.4, 0.6)) for _ in range(steps)))
    return gather(round(end_s * 1000), changes, motion, frames, descriptions, said, (), lines), lines, said


def speed(hours: float) -> dict[str, Any]:
    """Process time of segmenting and grouping a synthetic day."""
    clues, lines, said = working_day(hours)
    started = time.process_time()
    segments = draft(clues, Settings())
    drafted = time.process_time()
    features = features_of(segments, clues.descriptions, lines, said)
    placed, subjects = group(segments, features)
    grouped = time.process_time()
    return {
        "hours": hours, "lines": len(lines), "utterances": len(said), "descriptions": len(clues.descriptions),
        "changes": len(clues.changes), "segments": len(placed), "subjects": len(subjects),
        "segment_s": round(drafted - started, 3), "subjects_s": round(grouped - drafted, 3),
        "total_s": round(grouped - started, 3),
    }  # fmt: skip


def reliability(
    pairs: Sequence[tuple[Path, Path]], profile: str, home: Path | None = None, looks: float = 1.0
) -> list[dict[str, Any]]:
    """For each band of confidence: seconds of segments in it, and the share of them with the right activity."""
    with tempfile.TemporaryDirectory() as folder:
        cases, cues = cases_of(pairs, home or Path(folder), profile)
        drafts = [
            (case, draft(_with_fewer_looks(case.clues, looks, seed), Settings(), cues, case.look))
            for case in cases
            for seed in range(TIMES if looks < 1 else 1)
        ]
    rows = [[0.0, 0.0, 0.0] for _ in BANDS]
    for case, segments in drafts:
        for segment in segments:
            row = rows[next(k for k, (low, high) in enumerate(BANDS) if low <= segment.confidence < high)]
            for true in case.truth["segments"]:
                shared = max(0.0, min(segment.end_s, true["end_s"]) - max(segment.start_s, true["start_s"]))
                row[0] += shared
                row[1] += shared * segment.confidence
                row[2] += shared * (segment.activity == true["activity"])
    return [
        {"from": low, "to": min(high, 1.0), "seconds": round(s, 1), "stated": round(c / s, 3), "right": round(r / s, 3)}
        for (low, high), (s, c, r) in zip(BANDS, rows, strict=True) if s
    ]  # fmt: skip


def _with_fewer_looks(clues: Clues, share: float, seed: int) -> Clues:
    """As if only some of the pictures had been looked at."""
    chance = random.Random(seed)
    kept = [d for d in clues.descriptions if chance.random() < share] or list(clues.descriptions[:1])
    items = {d.item for d in kept}
    return replace(clues, descriptions=tuple(kept), frames=tuple(f for f in clues.frames if f.item in items))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("speed", "reliability"))
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--hours", type=float, default=12.0)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--looks", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(arguments)
    if told.what == "speed":
        result: Any = speed(told.hours)
    else:
        result = reliability(list(zip(told.files[::2], told.files[1::2], strict=True)), told.profile, told.home, told.looks)
    if told.json:
        json.dump(result, sys.stdout)
        print()
        return 0
    for row in result if isinstance(result, list) else [result]:
        print("  ".join(f"{name} {value}" for name, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
