"""Phase `summarize`: the summaries of a session, worded from its facts."""

from __future__ import annotations

from dataclasses import asdict, replace

from escribano_tui.domain.facts import build
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.ports import BackendError, Choice, PhaseContext, Writer

EMBEDDED = "deterministic"
_SHOWN = 60  # characters of what a writer has written last


class Summarize:
    """An item is a format, by its name. `templates` is the folder of the owner's templates, empty for none."""

    name = "summarize"
    version = 2
    port = "writing"

    def __init__(self, templates: str = "") -> None:
        self._templates = templates

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if profile.summarize.formats else "The profile asks for no summary."

    def run(self, context: PhaseContext) -> None:
        formats = dict.fromkeys(context.profile.summarize.formats)
        context.expect(len(formats))
        wanted = [f for f in formats if f not in context.done()]
        if not wanted:
            return
        sheet = build(context.dossier())
        with Desk(context, self._templates) as desk:
            for format in wanted:
                context.check()
                context.note(f"writing {format}")
                try:
                    context.put(format, [desk.write(sheet, format)])
                except BackendError as problem:
                    context.fail(format, str(problem), problem.raw)
            context.note(desk.note or f"{len(formats)} formats")


class Desk:
    """The writer that serves, and the embedded one where that one does not; each is opened once."""

    def __init__(self, context: PhaseContext, templates: str) -> None:
        self._context = context
        self._templates = templates
        self._writers: dict[str, Writer] = {}
        self._gone = ""  # why the writer that serves cannot be used any more
        self.note = ""

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def write(self, sheet: FactSheet, format: str) -> Summary:
        """The summary in a format. Raises BackendError where no writer can make it."""
        choice = self._context.choice
        before = self._context.latest_summary(format)
        if choice is None or choice.serves is None or choice.serves.name == EMBEDDED:
            return self._writer(self._embedded()).write(sheet, format, before, self._context.stop)
        try:
            if self._gone:
                raise BackendError(self._gone)
            return self._writer(choice).write(sheet, format, before, self._context.stop, self._show)
        except BackendError as problem:
            self._gone = str(problem) if problem.fatal else ""
            self.note = f"{choice.serves.label}: {problem}"
            summary = self._writer(self._embedded()).write(sheet, format, before, self._context.stop)
            return replace(summary, note=self.note)

    def _writer(self, choice: Choice) -> Writer:
        name = choice.serves.name if choice.serves else ""
        if name not in self._writers:
            settings = asdict(self._context.profile.summarize)
            options = {**settings, "templates": self._templates, "stop": self._context.stop}
            self._writers[name] = self._context.backends.open(choice, options)
        return self._writers[name]

    def _embedded(self) -> Choice:
        return self._context.backends.choose("writing", (EMBEDDED,))

    def _show(self, text: str) -> None:
        """What the writer writes, on the bar as it comes."""
        self._context.note(" ".join(text.split())[-_SHOWN:])
