"""Phase `scan`: where the picture changed, by the sizes of its packets."""

from __future__ import annotations

from escribano_tui.domain.evidence import Change
from escribano_tui.domain.phrase import many
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.ports import PhaseContext

ITEM = "packets"


class Scan:
    """One item: all changes and the `motion` envelope."""

    name = "scan"
    version = 2
    port = ""

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.has_video else "This recording has no pictures."

    def run(self, context: PhaseContext) -> None:
        context.expect(1)
        if ITEM not in context.done():
            settings = context.profile.scan
            read = _Counted(context)
            changes, motion = context.media.scan(
                context.recording, settings.sensitivity, settings.min_interval_s, context.stop, read
            )
            context.check()
            context.put(ITEM, [*changes, motion])
            context.note(told(changes, read.packets))
        else:
            context.note(told(context.mine(Change), 0))


class _Counted:
    """Hands on how many packets have been read."""

    def __init__(self, context: PhaseContext) -> None:
        self._context = context
        self.packets = 0

    def __call__(self, done: int, total: int | None) -> None:
        self.packets = done
        self._context.progress(done, total, f"{done:,} packets")


def told(changes: list[Change], packets: int) -> str:
    """How many changes, leaving aside small ones such as a typed character."""
    count = sum(1 for change in changes if change.size != "small")
    found = f"{count} change{'' if count == 1 else 's'}"
    return f"{found} in {many(packets, 'packet')}" if packets else found
