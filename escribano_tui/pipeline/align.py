"""Phase `align`: what was said, by the segment in which it was said."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from escribano_tui.domain.alignment import align
from escribano_tui.domain.evidence import SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.speech import settled
from escribano_tui.domain.timeline import Timeline
from escribano_tui.ports import PhaseContext

UNNAMED = Subject("unnamed", "unnamed")  # a timeline needs one; subjects are found in the next phase


class Align:
    """An item is a segment, by its id; it holds the utterances (or parts of such) that belong to it."""

    name = "align"
    version = 1
    port = ""

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.tracks else "This recording has no sound."

    def run(self, context: PhaseContext) -> None:
        segments = context.load("segment", Segment)
        said = settled(
            context.load("transcribe", Utterance), context.load("refine", Utterance), context.load("listen", SpeechSpan)
        )  # fmt: skip
        timeline = Timeline(
            context.recording.duration_ms, tuple(replace(s, subject_id=UNNAMED.id) for s in segments), (UNNAMED,)
        )
        told: dict[str, list[Utterance]] = defaultdict(list)
        for part in align(timeline, said):
            told[part.segment_id].append(part.utterance)
        context.expect(len(segments))
        for segment in segments:
            context.check()
            context.put(segment.id, told[segment.id])
        count = sum(len(parts) for parts in told.values())
        context.note(f"{count} utterance{'' if count == 1 else 's'} in {len(told)} of {len(segments)} segments")
