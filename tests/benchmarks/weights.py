"""Whether the weights of the segmentation were fitted to the recordings that they are scored on.

    python -m tests.benchmarks.weights RECORDING TRUTH.json [RECORDING TRUTH.json ...] [--home FOLDER] [--json]

Runs each recording through the whole pipeline once (in a folder of its own, or in `--home`, where a later run finds it
again), then only segments it anew, with each weight lessened and raised, one at a time. Prints how much the figures of
all recordings together move (a weight that was fitted would stand on a peak), and leaves one recording out at a time: the
weights that are best on all others, among those tried, are scored on the one left out.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from escribano_tui.domain.cues import Cues
from escribano_tui.domain.evaluation import evaluate
from escribano_tui.domain.evidence import Change, Description, Envelope, Frame, ScreenLine, SpeechSpan, Utterance
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.speech import settled
from escribano_tui.pipeline.segmenting.closer import Thumb, thumb
from escribano_tui.pipeline.segmenting.clues import Clues, gather
from escribano_tui.pipeline.segmenting.drafting import draft
from escribano_tui.pipeline.segmenting.spans import Settings

GRID, CLOSER, STATES = (f"escribano_tui.pipeline.segmenting.{name}" for name in ("grid", "closer", "states"))
# Every number of the partition that could have been fitted: module, name, factors that are tried.
WEIGHTS: tuple[tuple[str, str, tuple[float, ...]], ...] = (
    (GRID, "BOUNDARY_SHARE", (0.5, 0.75, 1.25, 1.5, 2.0)),
    (GRID, "PLACE_SHARE", (0.5, 0.7, 0.85, 1.2, 1.5)),
    (GRID, "EASE", (0.75, 1.25)),
    (GRID, "STAYS", (0.5, 0.8, 1.15)),
    (GRID, "IN_SPEECH", (0.0, 2.0)),
    (GRID, "NO_CHANGE", (0.6, 1.6)),
    (GRID, "WHILE_STILL", (0.5, 2.0)),
    (GRID, "LEAST_SUPPORT", (0.5, 1.5)),
    (STATES, "SAME_PROGRAM", (0.75, 1.1)),
    (STATES, "NO_DOCUMENT", (0.85, 1.05)),
    (CLOSER, "LEAST_APART", (0.2, 4.0)),
)
FIGURES = ("boundary_2s_f1", "boundary_5s_f1", "activity_accuracy")


@dataclass(frozen=True, slots=True)
class Variant:
    """One weight times a factor; the shipped weights where `name` is empty."""

    module: str = ""
    name: str = ""
    factor: float = 1.0

    @property
    def label(self) -> str:
        return f"{self.name} × {self.factor:g}" if self.name else "as shipped"


@dataclass(slots=True)
class Case:
    """A recording with its evidence and its truth."""

    name: str
    clues: Clues
    truth: dict[str, Any]
    look: Callable[[Sequence[float]], dict[float, Thumb]]
    scores: dict[str, dict[str, float]] = field(default_factory=dict)


def variants() -> list[Variant]:
    return [Variant(), *(Variant(module, name, factor) for module, name, factors in WEIGHTS for factor in factors)]


@contextmanager
def weighing(variant: Variant) -> Iterator[None]:
    """While a weight has another value; the probability that one stays stays one."""
    if not variant.name:
        yield
        return
    module: Any = import_module(variant.module)
    shipped = getattr(module, variant.name)
    capped = variant.name in ("STAYS", "SAME_PROGRAM", "NO_DOCUMENT", "PLACE_SHARE")

    def times(value: float) -> float:
        return min(1.0, value * variant.factor) if capped else value * variant.factor

    setattr(module, variant.name, {k: times(v) for k, v in shipped.items()} if isinstance(shipped, dict) else times(shipped))
    try:
        yield
    finally:
        setattr(module, variant.name, shipped)


def scored(case: Case, variant: Variant, cues: Cues) -> dict[str, float]:
    """The figures of one recording under one variant."""
    with weighing(variant):
        segments = draft(case.clues, Settings(), cues, case.look)
    told = [
        {"id": s.id, "start_s": s.start_s, "end_s": s.end_s, "activity": s.activity, "apps": list(s.apps),
         "confidence": s.confidence}
        for s in segments
    ]  # fmt: skip
    found = evaluate(case.truth, {"segments": told})
    edits = sum(found["corrections"].values())
    return {**{name: found[name] for name in FIGURES}, "edits": edits, "hours": case.truth["duration_s"] / 3600}


def together(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means over recordings, and corrections an hour over all of them."""
    hours = sum(row["hours"] for row in rows)
    means = {name: sum(row[name] for row in rows) / len(rows) for name in FIGURES}
    return {**means, "corrections_per_hour": sum(row["edits"] for row in rows) / hours}


def goodness(figures: dict[str, float]) -> float:
    return sum(figures[name] for name in FIGURES) - figures["corrections_per_hour"] / 100


def measure(cases: Sequence[Case], cues: Cues) -> dict[str, Any]:
    """The tables."""
    tried = variants()
    for case in cases:
        case.scores = {variant.label: scored(case, variant, cues) for variant in tried}
    table = {v.label: together([case.scores[v.label] for case in cases]) for v in tried}
    left_out = {}
    for case in cases:
        others = [other for other in cases if other is not case]
        best = max(tried, key=lambda v: (round(goodness(together([o.scores[v.label] for o in others])), 6), not v.name))
        row = case.scores[best.label]
        left_out[case.name] = {
            "weights": best.label, **{n: row[n] for n in FIGURES}, "edits": row["edits"],
            "edits_as_shipped": case.scores[Variant().label]["edits"], "hours": row["hours"],
        }  # fmt: skip
    return {"variants": table, "left_out": left_out, "left_out_together": together(list(left_out.values()))}


# ---------------------------------------------------------------- evidence


def cases_of(pairs: Sequence[tuple[Path, Path]], home: Path, profile: str) -> tuple[list[Case], Cues]:
    """Every recording run once, and its evidence from the store."""
    from escribano_tui.backends.vision.screen_reader import load_cues
    from escribano_tui.bootstrap import build_house
    from escribano_tui.config.paths import Paths
    from escribano_tui.media.engine import MediaEngine
    from escribano_tui.ports import RunOptions
    from escribano_tui.store.library import LibraryStore

    paths = Paths(home, home / "config")
    with ExitStack() as stack:
        house = build_house(paths)
        stack.callback(house.close)
        taken = []
        for recording, _ in pairs:
            known = house.library.add(recording)
            house.runs.start(known.id, profile, RunOptions(), lambda event: None).wait()
            taken.append(known)
    store, media = LibraryStore(paths.library), MediaEngine()
    try:
        cases = [
            _case(store, media, recording, json.loads(truth.read_text(encoding="utf-8")))
            for recording, (_, truth) in zip(taken, pairs, strict=True)
        ]
    finally:
        store.close()
    return cases, load_cues()


def _case(store: Any, media: Any, recording: Recording, truth: dict[str, Any]) -> Case:
    from threading import Event

    outputs = {p.name: p.output_id for p in store.runs.shown(recording.id).phases if p.output_id}

    def load(phase: str, kind: type) -> list[Any]:
        return list(store.outputs.load(outputs[phase], kind)) if phase in outputs else []

    spans = load("listen", SpeechSpan)
    said = settled(load("transcribe", Utterance), load("refine", Utterance), spans)
    motion = next((e for e in load("scan", Envelope) if e.name == "motion"), None)
    clues = gather(
        recording.duration_ms, load("scan", Change), motion, load("frames", Frame), load("describe", Description), said, spans,
        load("read", ScreenLine),
    )  # fmt: skip
    seen: dict[float, Thumb] = {}

    def look(times_s: Sequence[float]) -> dict[float, Thumb]:
        missing = [t for t in times_s if t not in seen]
        if missing:
            seen.update({p.t_s: thumb(p.image) for p in media.pictures(recording, missing, Event())})
        return {t: seen[t] for t in times_s if t in seen}

    return Case(Path(recording.path).name, clues, truth, look)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--profile", default="quick")
    parser.add_argument("--json", action="store_true")
    told = parser.parse_args(arguments)
    pairs = list(zip(told.files[::2], told.files[1::2], strict=True))
    with tempfile.TemporaryDirectory() as folder:
        result = measure(*cases_of(pairs, told.home or Path(folder), told.profile))
    if told.json:
        json.dump(result, sys.stdout)
        print()
        return 0
    for name, row in result["variants"].items():
        print(f"{name:26}", "  ".join(f"{n} {value:.3f}" for n, value in row.items()))
    print("\nleft out, scored with the weights that are best on the others:")
    for name, row in result["left_out"].items():
        print(f"{name:26}", "  ".join(f"{n} {v:.3f}" if isinstance(v, float) else f"{n} {v}" for n, v in row.items()))
    print(f"{'together':26}", "  ".join(f"{n} {value:.3f}" for n, value in result["left_out_together"].items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
