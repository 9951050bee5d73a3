"""What commands ask for that need no library: a scan alone, backends, weights, what is shipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.bootstrap.parts import build_backends, build_media, build_store, pull
from escribano_tui.config.paths import data, find_paths, make_private, private

if TYPE_CHECKING:
    from escribano_tui.domain.evidence import Change
    from escribano_tui.domain.recording import Recording
    from escribano_tui.ports import BackendInfo


def demo_recording() -> Path:
    """The small recording that ships with the package."""
    return data("demo.mp4")


def known_backends() -> dict[str, list[BackendInfo]]:
    """All backends, available or not, by what they do."""
    from escribano_tui.usecases.doctor import PORTS

    paths = find_paths()
    store = build_store(paths) if paths.library.exists() else None
    registry = build_backends(paths, store)
    try:
        return {does: list(registry.infos(port)) for port, does in PORTS.items()}
    finally:
        registry.close()
        if store is not None:
            store.close()


def pull_model(name: str, progress: Callable[[int, int, str], None]) -> Path:
    """Fetch the weights of a model into the models folder; returns where they are. Raises BackendError.

    `progress(bytes so far, bytes in all, file)`.
    """
    from threading import Event

    private()
    paths = find_paths()
    make_private(paths.home)
    return pull(paths, name, progress, Event())


def scan_file(path: Path) -> tuple[Recording, list[Change]]:
    """Probe and scan alone; nothing is kept. Raises UnusableInput."""
    from threading import Event

    from escribano_tui.domain.profile import Profile
    from escribano_tui.terminal import quiet

    private()
    with quiet(find_paths().log):
        media = build_media()
        recording = media.probe(path.absolute())
        settings = Profile("scan").scan
        changes, _ = media.scan(recording, settings.sensitivity, settings.min_interval_s, Event(), lambda done, total: None)
    return recording, changes


def recording_facts(recording: Recording) -> dict[str, object]:
    """A recording as the JSON of the contract has it."""
    from escribano_tui.exports.json import recording_facts as facts

    return facts(recording)
