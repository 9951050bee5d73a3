"""Phase `summarize`: the summaries of a session, worded from its facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import asdict, replace
from queue import SimpleQueue
from threading import Lock

from escribano_tui.domain.facts import build
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.summary import FactSheet, Summary
from escribano_tui.ports import BackendError, Choice, PhaseContext, Writer

EMBEDDED = "deterministic"
_POLL_S = 0.1
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
            for format, made in desk.write(sheet, wanted):
                if isinstance(made, BackendError):
                    context.fail(format, str(made), made.raw)
                else:
                    context.put(format, [made])
            context.note(desk.note or f"{len(formats)} formats")


class Desk:
    """The writer that serves, and the embedded one where that one does not; each is opened once."""

    def __init__(self, context: PhaseContext, templates: str) -> None:
        self._context = context
        self._templates = templates
        self._writers: dict[str, Writer] = {}
        self._gone = ""  # why the writer that serves cannot be used any more
        self.note = ""
        self._written: SimpleQueue[str] = SimpleQueue()
        self._guard = Lock()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._writers.values():
            writer.close()

    def write(self, sheet: FactSheet, formats: Sequence[str]) -> Iterator[tuple[str, Summary | BackendError]]:
        """Each format with its summary, or why no writer can make it, as they are done. Raises Cancelled.

        A model writes several at once: it shares out among them what it is asked at the same time.
        """
        choice = self._context.choice
        before = {format: self._context.latest_summary(format) for format in formats}
        if choice is None or choice.serves is None or choice.serves.name == EMBEDDED:
            for format in formats:
                self._context.check()
                self._context.note(f"writing {format}")
                yield format, self._by_hand(sheet, format, before[format])
            return
        writer, label = self._writer(choice), choice.serves.label
        with ThreadPoolExecutor(max(1, self._context.profile.summarize.at_once), thread_name_prefix="formats") as pool:
            jobs = {pool.submit(self._by_model, writer, label, sheet, f, before[f]): f for f in formats}
            waiting = set(jobs)
            while waiting:
                done, waiting = wait(waiting, _POLL_S, FIRST_COMPLETED)
                self._context.check()  # the jobs see the same stop
                self._tell()
                for job in done:
                    yield jobs[job], job.result()

    def _by_hand(self, sheet: FactSheet, format: str, before: Summary | None) -> Summary | BackendError:
        try:
            return self._writer(self._embedded()).write(sheet, format, before, self._context.stop)
        except BackendError as problem:
            return problem

    def _by_model(
        self, writer: Writer, label: str, sheet: FactSheet, format: str, before: Summary | None
    ) -> Summary | BackendError:
        try:
            if self._gone:
                raise BackendError(self._gone)
            return writer.write(sheet, format, before, self._context.stop, self._written.put)
        except BackendError as problem:
            self._gone = str(problem) if problem.fatal else self._gone
            self.note = f"{label}: {problem}"
            made = self._by_hand(sheet, format, before)
            return replace(made, note=self.note) if isinstance(made, Summary) else made

    def _writer(self, choice: Choice) -> Writer:
        name = choice.serves.name if choice.serves else ""
        with self._guard:
            if name not in self._writers:
                settings = asdict(self._context.profile.summarize)
                options = {**settings, "templates": self._templates, "stop": self._context.stop}
                self._writers[name] = self._context.backends.open(choice, options)
            return self._writers[name]

    def _embedded(self) -> Choice:
        return self._context.backends.choose("writing", (EMBEDDED,))

    def _tell(self) -> None:
        """What the writer has written last, on the bar."""
        text = ""
        while not self._written.empty():
            text += self._written.get()
        if text.strip():
            self._context.note(" ".join(text.split())[-_SHOWN:])
