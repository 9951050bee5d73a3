"""Scripted phases and a scripted registry for tests of the planner and the runner: real store, real threads."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from escribano_tui.domain.events import PHASES
from escribano_tui.domain.evidence import Frame, ScreenLine
from escribano_tui.domain.machine import Residents
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.pipeline.runner import Runner
from escribano_tui.ports import Availability, BackendInfo, Choice, Phase, PhaseContext
from escribano_tui.store.library import LibraryStore
from escribano_tui.usecases.dossiers import make_dossier

RECORDING = Recording("feedfacecafe", "/nowhere/x.mp4", "feedfacecafe", 1, 10.0, 640, 480, 30.0, "h264")
FRAMES = 6


class OneBackend:
    """A registry with one backend for each port, which serves unless told otherwise."""

    def __init__(self, missing: Sequence[str] = ()) -> None:
        self.missing = tuple(missing)
        self.released = 0

    def infos(self, port: str) -> list[BackendInfo]:
        ok = port not in self.missing
        return [BackendInfo(port, "only", "one", "the only one", Availability(ok, "" if ok else "it is not installed"))]

    def choose(self, port: str, names: Sequence[str], model: str = "", url: str = "", language: str = "") -> Choice:
        info = self.infos(port)[0]
        return Choice(port, info, (), "one") if info.availability.ok else Choice(port, None, (info,))

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        raise LookupError("nothing is opened in these tests")

    def instead(self, choice: Choice, why: str) -> Choice:
        return Choice(choice.port, None, choice.passed_over)

    def figures(self, info: BackendInfo) -> None:
        """Nothing is measured here."""

    def residents(self) -> Residents:
        return Residents()

    def release(self) -> None:
        self.released += 1

    def close(self) -> None:
        self.released += 1


class Scripted:
    """A phase that counts what it computes. `script` is called with the context."""

    version = 1

    def __init__(self, name: str, script: Callable[[PhaseContext], None], port: str = "", skips: str = "") -> None:
        self.name = name
        self.port = port
        self.skips = skips
        self._script = script

    def skip(self, recording: Recording, profile: Profile) -> str:
        return self.skips

    def run(self, context: PhaseContext) -> None:
        self._script(context)


class Work:
    """What the scripted pipeline computes, and how a test makes it fail, hang or count."""

    def __init__(self) -> None:
        self.computed: Counter[str] = Counter()
        self.failing: set[str] = set()
        self.broken: set[str] = set()
        self.stop_before: str | None = None
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def once(self, context: PhaseContext, name: str, evidence: Sequence[Any] = ()) -> None:
        if name in self.broken:
            raise RuntimeError(f"{name} is broken")
        self.computed[name] += 1
        context.put("all", evidence)

    def frames(self, context: PhaseContext) -> None:
        context.load("scan", Frame)
        for k in range(FRAMES):
            frame = Frame(k + 0.5, "change", float(k), k + 1.0)
            if frame.item in context.done():
                continue
            context.check()
            self.computed["frames"] += 1
            context.put(frame.item, [frame])

    def read(self, context: PhaseContext) -> None:
        if "read" in self.broken:
            raise RuntimeError("read is broken")
        context.expect(FRAMES)
        for frame in context.follow("frames", Frame):
            if frame.item in context.done():
                continue
            if self.stop_before == frame.item:
                self.reached.set()
                while not self.go_on.wait(0.05):
                    context.check()
            self.computed["read"] += 1
            if frame.item in self.failing:
                context.fail(frame.item, "unreadable", "raw")
            else:
                context.put(frame.item, [ScreenLine(frame.item, f"line {frame.item}", box(), frame.t_s, frame.t_s + 1)])

    def describe(self, context: PhaseContext) -> None:
        for item in context.follow_items("read"):
            if item not in context.done():
                self.computed["describe"] += 1
                context.put(item, [])

    def subjects(self, context: PhaseContext) -> None:
        self.computed["subjects"] += 1
        texts = len(context.load("read", ScreenLine))
        segment = Segment("s", 0, 10_000, "coding", f"{texts} lines", subject_id="b")
        context.put("all", [segment, Subject("b", "all of it")])

    def phases(self) -> dict[str, Phase]:
        special = {"frames": self.frames, "read": self.read, "describe": self.describe, "subjects": self.subjects}
        ports = {"read": "screen_text", "describe": "vision", "listen": "speech_spans", "transcribe": "speech"}
        return {
            name: Scripted(
                name, special.get(name) or (lambda context, name=name: self.once(context, name)), ports.get(name, "")
            )
            for name in PHASES
        }


def box() -> Any:
    from escribano_tui.domain.evidence import Box

    return Box(0, 0, 10, 10)


class NoFiles:
    """Media files that nothing is asked of but to drop work pictures."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.dropped: list[str] = []
        self.gone: list[str] = []
        self.cleared = 0

    def folder(self, recording_id: str) -> Path:
        return self.root

    def drop_work(self, recording_id: str, name: str) -> None:
        self.dropped.append(name)

    def thumbnail(self, recording_id: str, file: str) -> Path:
        return self.root / file

    def drop_pictures(self, recording_id: str, name: str) -> None:
        self.gone.append(name)

    def clear_work(self, recording_id: str) -> None:
        self.cleared += 1


class StillMedia:
    """A file that nobody writes to, and that no scripted phase reads."""

    def changed(self, recording: Recording) -> bool:
        return False


def make_runner(tmp_path: Path, work: Work, backends: OneBackend | None = None) -> tuple[Runner, LibraryStore, NoFiles]:
    store = LibraryStore(tmp_path / "library.db")
    store.recordings.save(RECORDING)
    files = NoFiles(tmp_path)
    runner = Runner(
        work.phases(), store, StillMedia(), files, backends or OneBackend(),  # type: ignore[arg-type]
        lambda recording, run: make_dossier(store, recording, run), tmp_path / "locks",
    )  # fmt: skip
    return runner, store, files
