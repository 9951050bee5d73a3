"""A full house in memory: the domain's own journal and timeline, a scripted run that tells its events from a thread."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from pathlib import Path

from escribano_tui.domain.cues import Rule
from escribano_tui.domain.events import RunState
from escribano_tui.domain.journal import Entry
from escribano_tui.domain.own_text import OwnChange
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.session import (
    Evidence,
    RunRecord,
)
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Timeline
from escribano_tui.ports import House
from tests.ui import fake_session
from tests.ui.fake_reviews import FakeExports, FakeRules, FakeSessions, FakeSummaries
from tests.ui.fake_runs import FakeMachine, FakeQueue, FakeRuns, FakeWeights, finished_run
from tests.ui.fake_shelf import FakeDoctor, FakeKeeping, FakeLibrary, FakePacking, FakeRollUps, FakeSearch


@dataclass
class Item:
    """One recording of the fake library."""

    recording: Recording
    draft: Timeline | None = None
    evidence: Evidence = field(default_factory=Evidence)
    journal: list[Entry] = field(default_factory=list)
    run: RunRecord | None = None
    deleted: bool = False
    missing: bool = False
    summaries: list[Summary] = field(default_factory=list)
    own: dict[str, tuple[OwnChange, ...]] = field(default_factory=dict)


class FakeHouse:
    """All parts share one lock and one list. `steps` holds a run back: it waits for `steps.release()` before each event."""

    def __init__(self, folder: Path, drafted: bool = True) -> None:
        self.folder = folder
        self.lock = threading.RLock()
        self.items: dict[str, Item] = {}
        self.calls: list[str] = []
        self.steps: threading.Semaphore | None = None
        self.fail_next: Exception | None = None
        self.busy = False
        self.elsewhere: set[str] = set()  # recordings that another program works on
        self.seen_elsewhere = RunState()
        self.purged = 0
        self.rules: list[Rule] = []
        self.closed = False
        self.queue = FakeQueue()
        fake_session.draw_thumbnails(folder / "thumbnails")
        if drafted:
            self.put(Item(fake_session.recording()), draft=True)

    def put(self, item: Item, draft: bool = False) -> Item:
        if draft:
            item.draft, item.evidence = fake_session.story()
            item.run = finished_run(item.recording.id)
        self.items[item.recording.id] = item
        return item

    def new(self, recording: Recording) -> Item:
        return self.put(Item(recording))

    def item(self, recording_id: str) -> Item:
        try:
            return self.items[recording_id]
        except KeyError:
            raise LookupError(f"There is no recording {recording_id}.") from None

    def house(self) -> House:
        def close() -> None:
            self.closed = True

        return House(
            FakeLibrary(self), FakeSessions(self), FakeRuns(self), FakeSummaries(self), FakeExports(self), FakeDoctor(), close,
            FakeRules(self), FakeMachine(), FakeSearch(self), queue=self.queue, weights=FakeWeights(),
            rollups=FakeRollUps(self), keeping=FakeKeeping(self), packing=FakePacking(),
        )  # fmt: skip
