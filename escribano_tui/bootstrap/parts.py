"""Each part of the house by itself, made of what lies behind its port. Heavy libraries come with the part that needs them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.bootstrap.owners_files import model_settings, own_cues
from escribano_tui.config.paths import Paths

if TYPE_CHECKING:
    from escribano_tui.config.graphics import Graphics
    from escribano_tui.domain.likeness import Near
    from escribano_tui.ports import Backends, Media, MediaFiles, Phase, Stop, Store

FEW_PICTURES = 1000  # so many are compared sooner one by one than numpy is imported


def build_store(paths: Paths) -> Store:
    """The library; one of an older form is brought to this one, and the terminal is told."""
    from escribano_tui.store.library import LibraryStore
    from escribano_tui.terminal import tell_of_an_older_library

    return LibraryStore(paths.library, model_settings(paths).lines_mb, tell_of_an_older_library)


def build_media() -> Media:
    """The engine that reads recordings."""
    from escribano_tui.media.engine import MediaEngine

    return MediaEngine()


def build_files(paths: Paths) -> MediaFiles:
    """The pictures that are kept of recordings."""
    from escribano_tui.media.files import RecordingFiles

    return RecordingFiles(paths.media)


def build_backends(paths: Paths, store: Store | None = None, nice: int = 0) -> Backends:
    """The registry of all backends; `store` knows what they cost on this machine so far. Models stand back by `nice`
    levels behind what else the machine does."""
    from escribano_tui.backends.registry import Registry
    from escribano_tui.usecases.figures import measured

    settings = model_settings(paths)
    return Registry(
        paths.models, paths.log, settings.memory_mb, own_cues=lambda: own_cues(paths)[0], own_prompts=paths.own_prompts,
        idle_s=settings.idle_s, share=settings.memory_share, measured=measured(store.runs) if store else _not_measured,
        nice=nice,
    )  # fmt: skip


def _not_measured(port: str, backend: str, model: str) -> None:
    """Where there is no library yet, nothing was measured."""


def build_phases(paths: Paths) -> list[Phase]:
    """One of each phase."""
    from escribano_tui.pipeline.align import Align
    from escribano_tui.pipeline.describe import Describe
    from escribano_tui.pipeline.frames import Frames
    from escribano_tui.pipeline.listen import Listen
    from escribano_tui.pipeline.probe import Probe
    from escribano_tui.pipeline.read import Read
    from escribano_tui.pipeline.refine import Refine
    from escribano_tui.pipeline.scan import Scan
    from escribano_tui.pipeline.segment import SegmentPhase
    from escribano_tui.pipeline.subjects import Subjects
    from escribano_tui.pipeline.summarize import Summarize
    from escribano_tui.pipeline.transcribe import Transcribe

    cues = own_cues(paths)[0]
    return [
        Probe(), Scan(), Frames(), Read(), Describe(), Listen(), Transcribe(), Refine(), SegmentPhase(cues), Align(),
        Subjects(cues), Summarize(str(paths.own_templates)),
    ]  # fmt: skip


def index_of_looks(hashes: Sequence[int]) -> Near:
    """Which pictures look like one, by perceptual hashes."""
    from escribano_tui.domain.likeness import one_by_one

    if len(hashes) < FEW_PICTURES:
        return one_by_one(hashes)
    from escribano_tui.media.similarity import looks_of

    return looks_of(hashes).near


def tells(picture: Path) -> bool:
    """Whether a window can be known by the look of a picture that is kept."""
    from escribano_tui.pipeline.looks import tells

    return tells(picture)


def pull(paths: Paths, name: str, progress: Callable[[int, int, str], None], stop: Stop) -> Path:
    """Fetch the weights of a model into the models folder; returns where they are. Raises BackendError, Cancelled."""
    from escribano_tui.backends.fetch import pull

    return pull(name, paths.models, progress, stop)


def look_again(backends: Backends) -> Callable[[], None]:
    """What lets the registry see what was fetched; other backends, as tests give them, have nothing to forget."""
    from escribano_tui.backends.registry import Registry

    return backends.look_again if isinstance(backends, Registry) else lambda: None


def codecs() -> dict[str, bool]:
    """Which decoders libav has here."""
    import av

    names = {"H.264": "h264", "HEVC": "hevc", "VP9": "vp9", "AV1": "libdav1d", "AAC": "aac", "Opus": "opus"}
    return {label: name in av.codecs_available for label, name in names.items()}


@lru_cache(maxsize=1)
def terminal_graphics() -> Graphics:
    """How this terminal can show pictures; asked for once, before the app takes the terminal."""
    from escribano_tui.config.graphics import find_graphics

    return find_graphics()


def pictures() -> tuple[str, str]:
    """How pictures are shown here, and why so, in words."""
    found = terminal_graphics()
    return found.kind, found.said
