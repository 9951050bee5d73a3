"""Phase `subjects`: the segments in threads of work, idle and personal time apart. With it the draft is whole."""

from __future__ import annotations

from importlib import resources

from escribano_tui.domain.cues import parse_cues
from escribano_tui.domain.evidence import Description, ScreenLine, SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.speech import settled
from escribano_tui.domain.timeline import Timeline
from escribano_tui.pipeline.segmenting.features import features_of
from escribano_tui.pipeline.segmenting.subjects import group
from escribano_tui.ports import PhaseContext

ITEM = "subjects"


class Subjects:
    """One item: the final segments, each with its subject, and the subjects."""

    name = "subjects"
    version = 1
    port = ""

    def __init__(self, own_cues: str = "") -> None:
        self.own_cues = own_cues

    def skip(self, recording: Recording, profile: Profile) -> str:
        return ""

    def run(self, context: PhaseContext) -> None:
        context.expect(1)
        cues = parse_cues(
            resources.files("escribano_tui.data").joinpath("cues.toml").read_text(encoding="utf-8"), self.own_cues
        )
        segments = context.load("segment", Segment)
        said = settled(
            context.load("transcribe", Utterance), context.load("refine", Utterance), context.load("listen", SpeechSpan)
        )  # fmt: skip
        tools = {command for program in cues.programs for command in program.commands}
        described, lines = context.load("describe", Description), context.load("read", ScreenLine)
        features = features_of(segments, described, lines, said, {*cues.topics, *tools}, cues.stop_words)
        context.check()
        placed, subjects = group(segments, features)
        Timeline(context.recording.duration_ms, tuple(placed), tuple(subjects))  # raises where the draft would not hold
        context.put(ITEM, [*placed, *subjects])
        work = sum(s.kind == "work" for s in subjects)
        context.note(f"{work} subject{'' if work == 1 else 's'}")
