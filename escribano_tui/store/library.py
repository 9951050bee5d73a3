"""The store of one library, all its parts on the same connections."""

from __future__ import annotations

from pathlib import Path

from escribano_tui.store.cache import MemoryStore
from escribano_tui.store.carrying import CarryingStore
from escribano_tui.store.database import Connections
from escribano_tui.store.journal import JournalStore
from escribano_tui.store.keeping import KeepingStore
from escribano_tui.store.live import LiveStore
from escribano_tui.store.outputs import OutputStore
from escribano_tui.store.overviews import OverviewStore
from escribano_tui.store.page_migrations import Told
from escribano_tui.store.queue import QueueStore
from escribano_tui.store.recordings import RecordingStore
from escribano_tui.store.runs import RunStore
from escribano_tui.store.search import SearchStore
from escribano_tui.store.summaries import SummaryStore
from escribano_tui.store.thread_journal import ThreadJournalStore


class LibraryStore:
    """The Store port on one SQLite file."""

    def __init__(self, path: Path, lines_mb: float = 64.0, told: Told = lambda done, total: None) -> None:
        """`lines_mb` is what lines that were read may weigh, which are remembered for all recordings together; `told`
        hears how far an older library has been brought to this version's form."""
        self._connections = Connections(path, told)
        self.outputs = OutputStore(self._connections)
        self.recordings = RecordingStore(self._connections)
        self.runs = RunStore(self._connections)
        self.live = LiveStore(self._connections)
        self.journal = JournalStore(self._connections)
        self.summaries = SummaryStore(self._connections)
        self.memory = MemoryStore(self._connections, round(lines_mb * 1e6))
        self.finder = SearchStore(self._connections)
        self.overviews = OverviewStore(self._connections)
        self.threads = ThreadJournalStore(self._connections)
        self.kept = KeepingStore(self._connections)
        self.carrying = CarryingStore(self._connections)
        self.queue = QueueStore(self._connections)

    def close(self) -> None:
        self._connections.close()
