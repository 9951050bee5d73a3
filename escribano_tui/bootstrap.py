"""The one place that picks concrete parts and joins them.

Nothing heavy is imported before it is needed: the command line imports this module for every command.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from escribano_tui.config.paths import Paths, data, find_paths, make_private, shipped
from escribano_tui.config.profiles import Profiles, load_profiles

if TYPE_CHECKING:
    from escribano_tui.config.graphics import Graphics
    from escribano_tui.domain.evidence import Change
    from escribano_tui.domain.likeness import Near
    from escribano_tui.domain.profile import Profile
    from escribano_tui.domain.recording import Recording
    from escribano_tui.ports import BackendInfo, Backends, House, Media, MediaFiles, Phase, Stop, Store

# While somebody looks at the screen: a thread that works gives way to the one that draws after this time (Python's own 5 ms
# add up, as a key press passes through several threads), and models stand back by so many levels of niceness.
SWITCH_S = 0.001
BEHIND = 5


def private() -> None:
    """From now on, files that this process makes are readable by their owner alone."""
    os.umask(0o077)


def demo_recording() -> Path:
    """The small recording that ships with the package."""
    return data("demo.mp4")


def known_profiles(paths: Paths | None = None) -> Profiles:
    """The shipped profiles with the owner's laid over them."""
    return load_profiles(shipped("profiles.toml"), (paths or find_paths()).own_profiles)


def build_house(paths: Paths | None = None, backends: Backends | None = None, nice: int = 0) -> House:
    """Every part, joined; models stand back by `nice` levels behind what else the machine does.

    Makes the folders of the state; close it with `house.close()`.
    """
    from escribano_tui import exports
    from escribano_tui.config.keeping_file import KeepingFile
    from escribano_tui.config.rule_file import RuleFile
    from escribano_tui.config.zone import local_zone
    from escribano_tui.later import LaterMapping, later
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

    private()
    paths = paths or find_paths()
    make_private(paths.home)
    if os.access(paths.home, os.W_OK):  # else the library can still be read
        make_private(paths.logs)
    store = _library(paths)
    media = later(_media_engine)
    files = later(lambda: _recording_files(paths))
    registry = backends or build_backends(paths, store, nice)
    runner = Runner(
        LaterMapping(lambda: phase_table(build_phases(paths)), lambda: own_cues(paths)[0]), store, media, files, registry,
        lambda recording, run: make_dossier(store, recording, run), paths.home / "locks",
    )  # fmt: skip
    sessions = SessionDesk(store, files, _index_of_looks)
    summaries = SummaryDesk(
        store, sessions, registry, lambda name: _profile_or_first(known_profiles(paths), name),
        lambda: list(_templates(paths)[0]), {"templates": str(paths.own_templates)},
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
        doctor=DoctorDesk(registry, folders, paths.log, _codecs, lambda: _problems(paths), _pictures),
        close=_closer(registry.close, store.close),
        rules=RuleDesk(store, sessions, RuleFile(paths.own_cues, _shipped_cues()), _tells),
        machine=registry,
        search=search,
        rollups=RollUpDesk(store, follower, summaries, local_zone),
        keeping=KeepingDesk(
            store,
            sessions,
            runner,
            follower,
            KeepingFile(paths.own_settings),
            paths.library,
            paths.media,
            files,
            (("models", paths.models), ("logs", paths.logs)),
        ),
        queue=QueueDesk(store, paths.home / "locks" / "queue.lock"),
        packing=PackingDesk(store, files, runner.busy),
        weights=WeightDesk(lambda name, progress, stop: _pull(paths, name, progress, stop), _look_again(registry)),
    )


@contextmanager
def house_aside(recording: Path) -> Iterator[tuple[House, Recording]]:
    """A house on a library of its own in a temporary folder, gone at the end, and in it a recording with what the owner's
    library has computed of it already: a run in it changes nothing in the owner's. Raises UnusableInput."""
    paths = find_paths()
    with TemporaryDirectory(prefix="escribano-") as folder, ExitStack() as closing:
        known = _library(paths) if paths.library.exists() else None
        closing.callback(known.close if known else lambda: None)
        house = build_house(Paths(Path(folder), paths.config), build_backends(paths, known))
        closing.callback(house.close)
        taken = house.library.add(recording)
        if known is not None and known.recordings.get(taken.id):
            _carry_over(known, paths, house, taken.id, Path(folder) / "known.zip")
        yield house, taken


def _carry_over(known: Store, paths: Paths, house: House, recording_id: str, packed: Path) -> None:
    from escribano_tui.domain.recording import UnusableInput
    from escribano_tui.usecases.packing import PackingDesk

    PackingDesk(known, _recording_files(paths), lambda recording: False).pack(recording_id, packed)
    with suppress(UnusableInput):  # a run is writing to it just now: then all is computed here
        house.packing.unpack(packed)


def _pull(paths: Paths, name: str, progress: Callable[[int, int, str], None], stop: Stop) -> Path:
    from escribano_tui.backends.fetch import pull

    return pull(name, paths.models, progress, stop)


def _look_again(backends: Backends) -> Callable[[], None]:
    """What lets the registry see what was fetched; other backends, as tests give them, have nothing to forget."""
    from escribano_tui.backends.registry import Registry

    return backends.look_again if isinstance(backends, Registry) else lambda: None


def _library(paths: Paths) -> Store:
    from escribano_tui.store.library import LibraryStore
    from escribano_tui.terminal import tell_of_an_older_library

    return LibraryStore(paths.library, _lines_mb(paths), tell_of_an_older_library)


def _lines_mb(paths: Paths) -> float:
    from escribano_tui.config.settings import load_settings

    return load_settings(paths.own_settings)[0].models.lines_mb


def _media_engine() -> Media:
    from escribano_tui.media.engine import MediaEngine

    return MediaEngine()


def _recording_files(paths: Paths) -> MediaFiles:
    from escribano_tui.media.files import RecordingFiles

    return RecordingFiles(paths.media)


def _profile_or_first(known: Profiles, name: str) -> Profile:
    return next((p for p in known.profiles if p.name == name), known.profiles[0])


def _index_of_looks(hashes: Sequence[int]) -> Near:
    """Which pictures look like one. Some hundred are compared sooner than numpy is imported."""
    from escribano_tui.domain.likeness import one_by_one

    if len(hashes) < 1000:
        return one_by_one(hashes)
    from escribano_tui.media.similarity import looks_of

    return looks_of(hashes).near


def _tells(picture: Path) -> bool:
    """Whether a window can be known by the look of a picture that is kept."""
    from escribano_tui.pipeline.looks import tells

    return tells(picture)


def _closer(*steps: Callable[[], None]) -> Callable[[], None]:
    def close() -> None:
        for step in steps:
            step()

    return close


def build_backends(paths: Paths, store: Store | None = None, nice: int = 0) -> Backends:
    """The registry of all backends; `store` knows what they cost on this machine so far."""
    from escribano_tui.backends.registry import Registry
    from escribano_tui.config.settings import load_settings
    from escribano_tui.usecases.figures import measured

    settings = load_settings(paths.own_settings)[0].models
    return Registry(
        paths.models, paths.log, settings.memory_mb, own_cues=lambda: own_cues(paths)[0], own_prompts=paths.own_prompts,
        idle_s=settings.idle_s, share=settings.memory_share, measured=measured(store.runs) if store else _not_measured,
        nice=nice,
    )  # fmt: skip


def _not_measured(port: str, backend: str, model: str) -> None:
    """Where there is no library yet, nothing was measured."""


def own_cues(paths: Paths) -> tuple[str, str]:
    """The text of the owner's cues as it is now, and what is wrong with it: a bad file is named and left aside."""
    try:
        text = paths.own_cues.read_text(encoding="utf-8") if paths.own_cues.exists() else ""
    except (OSError, UnicodeDecodeError) as why:
        return "", f"{paths.own_cues}: {why} The shipped cues serve meanwhile."
    wrong = _wrong_cues(text)
    return ("", f"{paths.own_cues}: {wrong} The shipped cues serve meanwhile.") if wrong else (text, "")


@lru_cache(maxsize=8)
def _wrong_cues(text: str) -> str:
    """What is wrong with an owner's cues, or the empty string."""
    if not text:
        return ""
    from escribano_tui.domain.cues import BadCues, parse_cues

    try:
        parse_cues(_shipped_cues(), text)
    except BadCues as why:
        return str(why)
    return ""


@lru_cache(maxsize=1)
def _shipped_cues() -> str:
    return data("cues.toml").read_text(encoding="utf-8")


def _templates(paths: Paths) -> tuple[dict[str, object], list[str]]:
    """The summary templates, the owner's among them, and what is wrong with the owner's."""
    from escribano_tui.backends.writing.templates import load

    templates, problems = load(paths.own_templates)
    return dict(templates), problems


def run_problems(paths: Paths | None = None) -> list[str]:
    """What is wrong with the files of the owner's that a run looks at: profiles, cues, summary templates, settings."""
    from escribano_tui.config.settings import load_settings

    paths = paths or find_paths()
    wrong = own_cues(paths)[1]
    settings = load_settings(paths.own_settings)[1]
    return [*known_profiles(paths).problems, *([wrong] if wrong else []), *_templates(paths)[1], *settings]


def _problems(paths: Paths) -> list[str]:
    """What is wrong with the files that the owner wrote."""
    from escribano_tui.config.keymap import load_keymap
    from escribano_tui.config.themes import load_themes

    appearance = (*load_keymap(paths.own_keys).problems, *load_themes([paths.own_themes]).problems)
    kept = _keeping_problem(paths)
    return [*([kept] if kept else []), *run_problems(paths), *appearance]


def _keeping_problem(paths: Paths) -> str:
    """What is wrong with the owner's rules of keeping, or the empty string."""
    from escribano_tui.config.keeping_file import KeepingFile

    try:
        KeepingFile(paths.own_settings).load()
    except ValueError as why:
        return f"{why} No rule is applied meanwhile."
    return ""


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


def known_backends() -> dict[str, list[BackendInfo]]:
    """All backends, available or not, by what they do."""
    from escribano_tui.usecases.doctor import PORTS

    paths = find_paths()
    store = _library(paths) if paths.library.exists() else None
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

    from escribano_tui.backends.fetch import pull

    private()
    paths = find_paths()
    make_private(paths.home)
    return pull(name, paths.models, progress, Event())


def scan_file(path: Path) -> tuple[Recording, list[Change]]:
    """Probe and scan alone; nothing is kept. Raises UnusableInput."""
    from threading import Event

    from escribano_tui.domain.profile import Profile
    from escribano_tui.media.engine import MediaEngine
    from escribano_tui.terminal import quiet

    private()
    with quiet(find_paths().log):
        media = MediaEngine()
        recording = media.probe(path.absolute())
        settings = Profile("scan").scan
        changes, _ = media.scan(recording, settings.sensitivity, settings.min_interval_s, Event(), lambda done, total: None)
    return recording, changes


def recording_facts(recording: Recording) -> dict[str, object]:
    """A recording as the JSON of the contract has it."""
    from escribano_tui.exports.json import recording_facts as facts

    return facts(recording)


def _codecs() -> dict[str, bool]:
    """Which decoders libav has here."""
    import av

    names = {"H.264": "h264", "HEVC": "hevc", "VP9": "vp9", "AV1": "libdav1d", "AAC": "aac", "Opus": "opus"}
    return {label: name in av.codecs_available for label, name in names.items()}


@lru_cache(maxsize=1)
def terminal_graphics() -> Graphics:
    """How this terminal can show pictures; asked for once, before the app takes the terminal."""
    from escribano_tui.config.graphics import find_graphics

    return find_graphics()


def _pictures() -> tuple[str, str]:
    found = terminal_graphics()
    return found.kind, found.said


def run_app(opening: Path | None = None, demo: bool = False) -> None:
    """The full-screen app: on the library, or on choosing a profile for a file."""
    from escribano_tui.terminal import quiet
    from escribano_tui.ui.app import EscribanoApp, Start

    paths = find_paths()
    sys.setswitchinterval(SWITCH_S)
    house = build_house(paths, nice=BEHIND)
    try:
        path = demo_recording() if demo else opening
        if path:
            house.library.add(path)  # a file that cannot be used is told of before the screen is taken
        start = Start(path=path)
        graphics = terminal_graphics()
        with quiet(paths.log, full_screen=True):
            EscribanoApp(house, start, paths, graphics).run()
        if not _keeping_problem(paths):
            house.keeping.tidy()
        house.library.purge()
    finally:
        house.close()
