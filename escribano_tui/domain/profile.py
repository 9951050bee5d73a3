"""A profile: named settings of every phase. Each field says in its metadata what it does, its unit and its bounds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any


def setting(
    default: Any,
    help: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    keyed: bool = True,
) -> Any:
    """A dataclass field with what a form, a checker and the documentation need to know about it; what a phase finds does
    not hang on one that is not `keyed`."""
    metadata = {"help": help, "unit": unit, "low": low, "high": high, "choices": choices, "keyed": keyed}
    if isinstance(default, (list, dict)):
        return field(default_factory=lambda: type(default)(default), metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class ScanSettings:
    sensitivity: float = setting(
        0.4, "how little a picture must change to count (the original's scene threshold)", low=0.05, high=1.0
    )
    min_interval_s: float = setting(0.5, "closest that two changes may lie", unit="s", low=0.0, high=60.0)


@dataclass(frozen=True, slots=True)
class FramesSettings:
    policy: str = setting("changes", "which moments are taken", choices=("changes", "grid"))
    still_gap_s: float = setting(30.0, "a still stretch of this length gets one frame", unit="s", low=2.0, high=600.0)
    base_interval_s: float = setting(
        0.0, "with `grid`: the base interval; 0 is 10, 20 or 30 s by the number of changes", unit="s", low=0.0, high=600.0
    )
    gap_threshold_s: float = setting(
        15.0, "with `grid`: a stretch without frames longer than this is filled", unit="s", low=1.0, high=600.0
    )
    gap_fill_s: float = setting(3.0, "with `grid`: distance of the frames that fill a gap", unit="s", low=0.5, high=600.0)
    read_interval_s: float = setting(
        0.0, "also read on this grid where something changed; 0 is off", unit="s", low=0.0, high=60.0
    )
    most_per_minute: float = setting(
        12.0, "cap of frames for each minute of recording, wherever in it they lie", low=0.5, high=600.0
    )
    description_side: int = setting(768, "long side of the picture for a vision backend", unit="px", low=128, high=4096)
    keep_pictures: bool = setting(
        False, "keep the full pictures too, not only thumbnails: none of secrets, or of what is never read", keyed=False
    )


@dataclass(frozen=True, slots=True)
class ReadSettings:
    backend: tuple[str, ...] = setting(("auto",), "screen text backends, first that is available serves")
    min_confidence: float = setting(0.5, "lines less sure than this are dropped", low=0.0, high=1.0)
    mask_secrets: bool = setting(True, "mask keys, tokens, passwords and card numbers, and keep no picture of them")
    exclude: tuple[str, ...] = setting(
        ("password managers",),
        "programs and sites that are never read, described or pictured, by name, title or address; `password managers`"
        " stands for the usual ones",
    )


@dataclass(frozen=True, slots=True)
class DescribeSettings:
    backend: tuple[str, ...] = setting(("auto",), "vision backends, first that is available serves")
    model: str = setting("", "model of the vision backend; empty is the backend's default")
    url: str = setting("", "server of the vision backend; empty is this machine")
    batch_size: int = setting(4, "frames a batch", low=1, high=64)
    max_tokens: int = setting(300, "longest answer", unit="tokens", low=32, high=4096)
    look_every_s: float = setting(
        30.0, "a vision model looks once at each stay at a window, and again after this; 0 is at every frame",
        unit="s", low=0.0, high=3600.0,
    )  # fmt: skip
    most_frames: int = setting(0, "it looks at no more than this many frames, best first; 0 is no limit", low=0, high=100_000)
    most_seconds: float = setting(
        0.0, "it looks for no longer than this, best first; 0 is no limit", unit="s", low=0.0, high=86_400.0
    )
    timeout_s: float = setting(60.0, "a call longer than this has failed", unit="s", low=1.0, high=3600.0)


@dataclass(frozen=True, slots=True)
class ListenSettings:
    min_speech_s: float = setting(0.25, "shorter spans are skipped", unit="s", low=0.0, high=10.0)
    min_silence_s: float = setting(1.2, "a pause of this length ends a span", unit="s", low=0.05, high=10.0)
    max_span_s: float = setting(20.0, "longer spans are cut at their quietest place", unit="s", low=5.0, high=30.0)
    threshold: float = setting(0.5, "probability of speech that counts", low=0.05, high=0.95)


@dataclass(frozen=True, slots=True)
class TranscribeSettings:
    backend: tuple[str, ...] = setting(("auto",), "speech backends, first that is available serves")
    model: str = setting("", "model of the speech backend; empty is the backend's default")
    url: str = setting("", "server of the speech backend; empty is this machine")
    language: str = setting("", "language code such as en; empty is detected")
    beam: int = setting(1, "beam width where the backend has one", low=1, high=16)
    prompt: str = setting("", "words that the backend should expect: names, jargon")
    mask_secrets: bool = setting(True, "mask passwords, keys and card numbers that are spoken")


@dataclass(frozen=True, slots=True)
class RefineSettings:
    enabled: bool = setting(False, "transcribe doubtful spans again with a better model")
    backend: tuple[str, ...] = setting(("auto",), "speech backends for the second pass")
    model: str = setting("", "model of the second pass; empty is the best that is here")
    url: str = setting("", "server of the second pass; empty is this machine")
    below_confidence: float = setting(0.7, "spans less sure than this are done again; 1 is all", low=0.0, high=1.0)


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    min_segment_s: float = setting(5.0, "a shorter visit to another window does not split", unit="s", low=0.0, high=120.0)
    idle_after_s: float = setting(30.0, "a still screen with nothing said is idle after this", unit="s", low=5.0, high=3600.0)


@dataclass(frozen=True, slots=True)
class SubjectsSettings:
    backend: tuple[str, ...] = setting(("embedded",), "groupers, first that is available serves; ollama and openai ask a model")
    model: str = setting("", "model of the grouper; empty is the backend's default")
    url: str = setting("", "server of the grouper; empty is this machine")
    timeout_s: float = setting(60.0, "a model that says nothing for longer has failed", unit="s", low=1.0, high=3600.0)


@dataclass(frozen=True, slots=True)
class SummarizeSettings:
    backend: tuple[str, ...] = setting(("auto",), "writers, first that is available serves")
    model: str = setting("", "model of the writer; empty is the backend's default")
    url: str = setting("", "server of the writer; empty is this machine")
    formats: tuple[str, ...] = setting(("card", "standup", "narrative"), "formats written by a run")
    at_once: int = setting(2, "subjects, over all formats, that a model is asked for at the same time", low=1, high=16)
    stall_s: float = setting(
        30.0, "a model that says nothing for so long has failed (four times as long before its first word)", unit="s", low=1.0,
        high=3600.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Profile:
    """Named settings of every phase. Sections carry the names of the phases."""

    name: str
    description: str = ""
    scan: ScanSettings = ScanSettings()
    frames: FramesSettings = FramesSettings()
    read: ReadSettings = ReadSettings()
    describe: DescribeSettings = DescribeSettings()
    listen: ListenSettings = ListenSettings()
    transcribe: TranscribeSettings = TranscribeSettings()
    refine: RefineSettings = RefineSettings()
    segment: SegmentSettings = SegmentSettings()
    subjects: SubjectsSettings = SubjectsSettings()
    summarize: SummarizeSettings = SummarizeSettings()

    def section(self, phase: str) -> dict[str, Any]:
        """Settings of one phase as plain data; empty for a phase without settings."""
        value = getattr(self, phase, None)
        return asdict(value) if value is not None and phase in SECTIONS else {}

    def keyed(self, phase: str) -> dict[str, Any]:
        """Of those, what the phase's results hang on."""
        names = {f.name for f in fields(getattr(self, phase)) if f.metadata["keyed"]} if phase in SECTIONS else set()
        return {name: value for name, value in self.section(phase).items() if name in names}


SECTIONS: tuple[str, ...] = tuple(f.name for f in fields(Profile) if f.name not in ("name", "description"))
