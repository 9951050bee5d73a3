"""Phase `probe`: what is known of the file is at hand before any phase; here it is put on record."""

from __future__ import annotations

from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import PhaseContext


class Probe:
    """One item, the file. Its notes say what is odd about it."""

    name = "probe"
    version = 1
    port = ""

    def skip(self, recording: Recording, profile: Profile) -> str:
        return ""

    def run(self, context: PhaseContext) -> None:
        context.expect(1)
        context.note(facts(context.recording))
        if "file" not in context.done():
            context.put("file", [])


def facts(recording: Recording) -> str:
    """The picture, the tracks, and what is odd, in one line."""
    parts = []
    if recording.has_video:
        parts.append(f"{recording.width}x{recording.height} {recording.video_codec}")
    tracks = len(recording.tracks)
    parts.append(f"{tracks} sound track{'' if tracks == 1 else 's'}" if tracks else "no sound")
    return ", ".join(parts) + "".join(f" · {note}" for note in recording.notes)
