"""Exports of a session (the port Exports)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from escribano_tui.domain.session import Dossier, SummaryView
from escribano_tui.ports import Sessions, Store
from escribano_tui.usecases import dossiers
from escribano_tui.whole_file import write_whole

Render = Callable[[Dossier], str]


@dataclass(frozen=True, slots=True)
class ExportDesk:
    """`renderers` make the text of a format; `views` gives the newest summaries of a dossier."""

    store: Store
    sessions: Sessions
    renderers: Mapping[str, Render]
    views: Callable[[Dossier], tuple[SummaryView, ...]]

    def formats(self) -> list[str]:
        return list(self.renderers)

    def export(self, recording_id: str, format: str) -> str:
        render = self.renderers.get(format)
        if render is None:
            raise LookupError(f"There is no format of this name; there are: {', '.join(self.renderers)}.")
        session = self.sessions.open(recording_id)
        dossier = dossiers.make_dossier(self.store, session.recording, session.run)
        return render(replace(dossier, summaries=self.views(dossier)))

    def write(self, recording_id: str, format: str, target: Path) -> None:
        write_whole(target, self.export(recording_id, format))

    def draft(self, recording_id: str) -> str:
        session = self.sessions.open(recording_id)
        dossier = dossiers.make_dossier(self.store, session.recording, session.run)
        return self.renderers["json"](dossiers.machines_own(self.store, dossier))
