"""The house: its parts joined by the desks that serve the doors."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from escribano_tui.bootstrap import parts
from escribano_tui.bootstrap.later import LaterMapping, later
from escribano_tui.bootstrap.owners_files import (
    known_profiles,
    own_cues,
    problems,
    profile_or_first,
    shipped_cues,
    template_names,
)
from escribano_tui.config.paths import Paths, find_paths, make_private, private

if TYPE_CHECKING:
    from escribano_tui.domain.recording import Recording
    from escribano_tui.ports import Backends, House, Store


def build_house(paths: Paths | None = None, backends: Backends | None = None, nice: int = 0) -> House:
    """Every part, joined; models stand back by `nice` levels behind what else the machine does.

    Makes the folders of the state; close it with `house.close()`.
    """
    from escribano_tui import exports
    from escribano_tui.config.keeping_file import KeepingFile
    from escribano_tui.config.rule_file import RuleFile
    from escribano_tui.config.zone import local_zone
    from escribano_tui.pipeline.runner import Runner, phase_table
    from escribano_tui.ports import House
    from escribano_tui.usecases.doctor import DoctorDesk
    from escribano_tui.usecases.dossiers import make_dossier
    from escribano_tui.usecases.exports import ExportDesk
    from escribano_tui.usecases.following import Follower
    from escribano_tui.usecases.keeping import KeepingDesk
    from escribano_tui.usecases.library import LibraryDesk
    from escribano_tui.usecases.packing import PackingDesk
    from escribano_tui.usecases.queue import QueueDesk
    from escribano_tui.usecases.rollups import RollUpDesk
    from escribano_tui.usecases.rules import RuleDesk
    from escribano_tui.usecases.runs import RunDesk
    from escribano_tui.usecases.search import SearchDesk
    from escribano_tui.usecases.sessions import SessionDesk
    from escribano_tui.usecases.summaries import SummaryDesk
    from escribano_tui.usecases.weights import WeightDesk

    paths = paths or find_paths()
    _make_ready(paths)
    store = parts.build_store(paths)
    media = later(parts.build_media)
    files = later(lambda: parts.build_files(paths))
    registry = backends or parts.build_backends(paths, store, nice)
    locks = paths.home / "locks"
    runner = Runner(
        LaterMapping(lambda: phase_table(parts.build_phases(paths)), lambda: own_cues(paths)[0]), store, media, files, registry,
        lambda recording, run: make_dossier(store, recording, run), locks,
    )  # fmt: skip
    sessions = SessionDesk(store, files, parts.index_of_looks)
    summaries = SummaryDesk(
        store, sessions, registry, lambda name: profile_or_first(paths, name), lambda: template_names(paths),
        {"templates": str(paths.own_templates)},
    )  # fmt: skip
    follower = Follower(store, summaries.formats)
    search = SearchDesk(store, follower, local_zone)
    folders = (("state", paths.home), ("media", paths.media), ("models", paths.models), ("settings", paths.config))
    return House(
        library=LibraryDesk(store, media, files, runner, follower, search),
        sessions=sessions,
        runs=RunDesk(store, media, runner, lambda: known_profiles(paths)),
        summaries=summaries,
        exports=ExportDesk(store, sessions, exports.renderers(sessions.thumbnail), summaries.views),
        doctor=DoctorDesk(registry, folders, paths.log, parts.codecs, lambda: problems(paths), parts.pictures),
        close=_closer(registry.close, store.close),
        rules=RuleDesk(store, sessions, RuleFile(paths.own_cues, shipped_cues()), parts.tells),
        machine=registry,
        search=search,
        rollups=RollUpDesk(store, follower, summaries, local_zone),
        keeping=KeepingDesk(
            store, sessions, runner, follower, KeepingFile(paths.own_settings), paths.library, paths.media, files,
            (("models", paths.models), ("logs", paths.logs)),
        ),
        queue=QueueDesk(store, locks / "queue.lock"),
        packing=PackingDesk(store, files, runner.busy),
        weights=WeightDesk(lambda name, told, stop: parts.pull(paths, name, told, stop), parts.look_again(registry)),
    )  # fmt: skip


def _make_ready(paths: Paths) -> None:
    private()
    make_private(paths.home)
    if os.access(paths.home, os.W_OK):  # else the library can still be read
        make_private(paths.logs)


def _closer(*steps: Callable[[], None]) -> Callable[[], None]:
    def close() -> None:
        for step in steps:
            step()

    return close


@contextmanager
def house_aside(recording: Path) -> Iterator[tuple[House, Recording]]:
    """A house on a library of its own in a temporary folder, gone at the end, and in it a recording with what the owner's
    library has computed of it already: a run in it changes nothing in the owner's. Raises UnusableInput."""
    paths = find_paths()
    with TemporaryDirectory(prefix="escribano-") as folder, ExitStack() as closing:
        known = parts.build_store(paths) if paths.library.exists() else None
        closing.callback(known.close if known else lambda: None)
        house = build_house(Paths(Path(folder), paths.config), parts.build_backends(paths, known))
        closing.callback(house.close)
        taken = house.library.add(recording)
        if known is not None and known.recordings.get(taken.id):
            _carry_over(known, paths, house, taken.id, Path(folder) / "known.zip")
        yield house, taken


def _carry_over(known: Store, paths: Paths, house: House, recording_id: str, packed: Path) -> None:
    from escribano_tui.domain.recording import UnusableInput
    from escribano_tui.usecases.packing import PackingDesk

    PackingDesk(known, parts.build_files(paths), lambda recording: False).pack(recording_id, packed)
    with suppress(UnusableInput):  # a run is writing to it just now: then all is computed here
        house.packing.unpack(packed)
