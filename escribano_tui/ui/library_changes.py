"""What the owner changes of a recording in the library: when it was recorded, and whether it is there at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from escribano_tui.domain.session import RecordingRow
from escribano_tui.ui.jobs import job
from escribano_tui.ui.words import moment, not_a_moment

if TYPE_CHECKING:
    from escribano_tui.ui.screens.base import CommandScreen as _Base
else:
    _Base = object

ELSEWHERE = "Another program works on this recording: enter shows how it goes."


class Changing(_Base):
    """The commands `when`, `delete` and `restore` of the library's screen, which has `row`, `elsewhere` and `load`."""

    deleted: list[RecordingRow]

    if TYPE_CHECKING:

        @property
        def row(self) -> RecordingRow | None: ...

        def elsewhere(self, row: RecordingRow | None) -> bool: ...

        def load(self, select: str = "") -> Any: ...

    def do_when(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen

        row = self.row
        if row is None:
            return

        def answered(text: str | None) -> None:
            if text is not None:
                self.set_when(row, text)

        title = f"When was “{row.name}” recorded? As 2026-11-20 09:14, with +01:00 where it matters"
        self.house_app.push_screen(AskScreen(title, row.started_at[:16].replace("T", " "), check=not_a_moment), answered)

    @job("change", exclusive=False)
    async def set_when(self, row: RecordingRow, text: str) -> None:
        await asyncio.to_thread(self.house_app.house.library.set_started_at, row.id, moment(text, row.started_at))
        self.load(select=row.id)

    def do_delete(self) -> None:
        from escribano_tui.ui.screens.confirm import ConfirmScreen

        row = self.row
        if row is None:
            return
        kept = self.house_app.keeper.of(row.id)
        if self.elsewhere(row) or (kept is not None and not kept.over):
            self.tell(ELSEWHERE if self.elsewhere(row) else "It is being worked on: cancel the run first.", "warning")
            return
        question = f"Delete “{row.name}” from the library?"
        key = self.house_app.keymap.shown("library.restore")
        detail = (
            f"Its draft, your corrections and its pictures go when the app closes; until then {key} brings it back. "
            "The file itself stays."
        )

        def answered(yes: bool | None) -> None:
            if yes:
                self.delete(row)

        self.house_app.push_screen(ConfirmScreen(question, detail, "delete"), answered)

    @job("change", exclusive=False)
    async def delete(self, row: RecordingRow) -> None:
        await asyncio.to_thread(self.house_app.house.library.delete, row.id)
        self.deleted.append(row)
        self.tell(f"Deleted {row.name}. {self.house_app.keymap.shown('library.restore')} brings it back until the app closes.")
        self.load()

    @job("change", exclusive=False)
    async def restore(self, row: RecordingRow) -> None:
        await asyncio.to_thread(self.house_app.house.library.restore, row.id)
        self.load(select=row.id)

    def do_restore(self) -> None:
        self.restore(self.deleted.pop())
