"""How often a rule by the look of a window would take another window for it.

    python -m tests.benchmarks.likeness RECORDING TRUTH.json [RECORDING TRUTH.json ...] [--home FOLDER] [--profile quick]

Runs each recording through the whole pipeline (in a folder of its own, or in `--home`, where a later run finds it again).
Then every drafted segment in turn is labelled anew, as an owner would, and the rule by its look, where one is offered, is
tried on all other segments of all recordings. Prints how many would change, by what they truly show.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.learning import Pictures, candidates, would_change
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Session
from escribano_tui.pipeline.looks import tells
from escribano_tui.ports import House

UNUSUAL = "meeting"  # the label that the owner gives: no draft of a desktop without a call has it


@dataclass(frozen=True, slots=True)
class Drafted:
    """A recording as it was drafted, and what it truly shows."""

    session: Session
    descriptions: list[Description]
    frames: list[Frame]
    truth: list[dict[str, Any]]

    def shows(self, segment: Segment) -> tuple[str, str, str]:
        """(program, window title, activity) of most of a segment, by the truth."""
        most = max(self.truth, key=lambda t: min(t["end_s"], segment.end_s) - max(t["start_s"], segment.start_s))
        return (most["apps"] or [""])[0], most.get("window_title", ""), most["activity"]


def measure(house: House, store: Any, pairs: Sequence[tuple[Path, Path]], profile: str) -> Counter[str]:
    from escribano_tui.ports import RunOptions
    from escribano_tui.usecases.dossiers import load

    drafts = []
    for path, truth in pairs:
        known = house.library.add(path)
        house.runs.start(known.id, profile, RunOptions(), lambda event: None).wait()
        session = house.sessions.open(known.id)
        evidence = (load(store, session.run, "describe", Description), load(store, session.run, "frames", Frame))
        drafts.append(Drafted(session, *evidence, json.loads(truth.read_text(encoding="utf-8"))["segments"]))
    found: Counter[str] = Counter()
    for drafted in drafts:
        for segment in drafted.session.draft.segments:
            found["segments"] += 1
            found += _tried(house, drafts, drafted, segment)
    return found


def _tried(house: House, drafts: Sequence[Drafted], drafted: Drafted, segment: Segment) -> Counter[str]:
    recording = drafted.session.recording
    alike = house.sessions.alike(recording.id, segment.id)
    labelled = replace(segment, activity=UNUSUAL, confidence=1.0)
    others = [s for s in drafted.session.draft.segments if s.id != segment.id and s.id not in alike]
    pictures = Pictures(
        drafted.frames, recording.id, lambda f: bool(f.thumbnail) and tells(house.sessions.thumbnail(recording.id, f.thumbnail))
    )
    offered = candidates(labelled, drafted.descriptions, pictures, others)
    rule = next((c.rule for c in offered if c.rule.likeness), None)
    if rule is None:
        return Counter({"no rule by look": 1})
    found = Counter({"rule by look": 1})
    wanted = drafted.shows(segment)
    for other in drafts:
        for changed in would_change(rule, other.session.draft.segments, other.descriptions, other.frames):
            if other is not drafted or changed.id != segment.id:
                found[f"would change {_compared(wanted, other.shows(changed))}"] += 1
    return found


def _compared(wanted: tuple[str, str, str], shown: tuple[str, str, str]) -> str:
    if wanted[:2] == shown[:2]:
        return "the same window"
    return "the same program and activity" if (wanted[0], wanted[2]) == (shown[0], shown[2]) else "another window"


def main(arguments: Sequence[str] | None = None) -> int:
    from escribano_tui.bootstrap import build_house
    from escribano_tui.config.paths import Paths
    from escribano_tui.store.library import LibraryStore

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--profile", default="quick")
    told = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(told.home or Path(folder), (told.home or Path(folder)) / "config")
        with closing(build_house(paths)) as house, closing(LibraryStore(paths.library)) as store:
            found = measure(house, store, list(zip(told.files[::2], told.files[1::2], strict=True)), told.profile)
    for name, count in sorted(found.items()):
        print(f"{name:50}{count:>6}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
