"""What the library weighs, rules that clear it up, its check and its backup (the port Keeping)."""

from __future__ import annotations

import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from escribano_tui.domain.journal import fold
from escribano_tui.domain.keeping import Due, KeepingRules, Weight
from escribano_tui.domain.overview import OverviewRow
from escribano_tui.domain.rollup import started_ms
from escribano_tui.ports import MediaFiles, Pipeline, Sessions, Store
from escribano_tui.usecases.following import FOREVER_S, Follower
from escribano_tui.whole_file import whole_file

WHOLE = "whole"  # the folder of full pictures, within that of a recording


class RulesFile(Protocol):
    """Where the owner's rules are kept."""

    def load(self) -> KeepingRules: ...

    def save(self, rules: KeepingRules) -> None: ...


@dataclass(frozen=True, slots=True)
class KeepingDesk:
    """`folders` are (area, path) of what is weighed beside the library; `media` is that of the pictures."""

    store: Store
    sessions: Sessions
    pipeline: Pipeline
    follower: Follower
    file: RulesFile
    library: Path
    media: Path
    files: MediaFiles
    folders: Sequence[tuple[str, Path]]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    # ------------------------------------------------------------ weight

    def weigh(self) -> list[Weight]:
        parts = [Weight("library", name, count, str(self.library)) for name, count in self.store.kept.weigh()]
        return [*parts, *self._pictures(), *(Weight(area, area, _weight(path), str(path)) for area, path in self.folders)]

    def _pictures(self) -> list[Weight]:
        whole = sum(_weight(folder) for folder in self.media.glob(f"*/{WHOLE}"))
        small = Weight("pictures", "thumbnails" if whole else "pictures", _weight(self.media) - whole, str(self.media))
        return [small, Weight("pictures", "full pictures", whole, str(self.media))] if whole else [small]

    # ------------------------------------------------------------ rules

    def rules(self) -> KeepingRules:
        return self.file.load()

    def set_rules(self, rules: KeepingRules) -> None:
        self.file.save(rules)

    def due(self) -> list[Due]:
        rules = self.file.load()
        self.follower.catch_up(FOREVER_S)
        oldest = round((self.now() - timedelta(days=rules.pictures_days)).timestamp() * 1000)
        found = (self._due(row, rules, oldest) for row in self.store.overviews.rows())
        return [one for one in found if one is not None]

    def _due(self, row: OverviewRow, rules: KeepingRules, oldest_ms: int) -> Due | None:
        weight = _weight(self.media / row.id)
        if rules.gone != "keep" and not os.path.exists(row.path):
            if rules.gone == "forget" and not self.store.journal.revision(row.id):
                return Due(row.id, row.name, "its file is not where it was, and nothing of it was corrected", weight, True)
            if weight:
                return Due(row.id, row.name, "its file is not where it was", weight)
        if rules.pictures_days and weight and started_ms(row.started_at, row.added_at) < oldest_ms:
            return Due(row.id, row.name, f"recorded more than {rules.pictures_days} days ago", weight)
        return None

    def tidy(self) -> list[Due]:
        done = []
        for recording, _ in self.store.recordings.all():
            if not self.pipeline.busy(recording.id):  # left by a run that was killed
                self.files.clear_work(recording.id)
        for due in self.due():
            if self.pipeline.busy(due.recording_id):
                continue
            if due.forget:
                self.store.recordings.set_deleted(due.recording_id, True)
            else:
                shutil.rmtree(self.media / due.recording_id, ignore_errors=True)
            done.append(due)
        return done

    # ------------------------------------------------------------ check

    def check(self) -> list[str]:
        found = self.store.kept.check()
        for recording, _ in self.store.recordings.all():
            try:
                fold(self.store.journal.entries(recording.id))
                if self.store.runs.shown(recording.id) is not None:
                    self.sessions.open(recording.id)
            except (ValueError, LookupError) as why:
                found.append(f"{recording.id}: {why}")
        known = {recording.id for deleted in (False, True) for recording, _ in self.store.recordings.all(deleted)}
        strays = [p.name for p in self.media.iterdir() if p.is_dir() and p.name not in known] if self.media.is_dir() else []
        return [*found, *(f"{self.media / name} holds pictures of no recording." for name in sorted(strays))]

    def repair(self) -> None:
        self.store.kept.repair()
        self.follower.catch_up(FOREVER_S)

    # ------------------------------------------------------------ backup

    def backup(self, path: Path, pictures: bool = True) -> int:
        """A zip of the library, as of now, and its pictures, laid out as they lie; returns its bytes."""
        with (
            whole_file(path) as written,
            zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as zipped,
            tempfile.TemporaryDirectory(dir=path.absolute().parent) as folder,
        ):
            copy = Path(folder) / "library.db"
            self.store.kept.copy_to(copy)
            zipped.write(copy, "library.db")
            for file in _kept(self.media) if pictures else ():
                zipped.write(file, f"media/{file.relative_to(self.media).as_posix()}", zipfile.ZIP_STORED)
        return path.stat().st_size


def _kept(media: Path) -> list[Path]:
    """All pictures but those that a run has at work."""
    found = media.glob("*/*.jpg"), media.glob(f"*/{WHOLE}/*.jpg")
    return sorted(path for some in found for path in some)


def _weight(folder: Path) -> int:
    """Bytes of all files in a folder."""
    total = 0
    for where, _, files in os.walk(folder):
        for file in files:
            try:
                total += os.lstat(os.path.join(where, file)).st_size
            except FileNotFoundError:  # a run has just taken it away
                continue
    return total
