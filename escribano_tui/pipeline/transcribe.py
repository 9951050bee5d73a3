"""Phase `transcribe`: what is said in each span of speech."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import SpeechSpan, Utterance, Word
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.speech import utterance_id
from escribano_tui.domain.text import clean, clean_line
from escribano_tui.pipeline.doubts import judge
from escribano_tui.pipeline.lines import split_lines
from escribano_tui.pipeline.masking import MaskingTranscriber
from escribano_tui.ports import BackendError, Cancelled, Heard, PhaseContext, Transcriber

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

RATE = 16_000
MARGIN_S = 0.4  # silence around a span that is heard with it
Accept = Callable[[list[Utterance]], bool]
_AGREE = 3  # this many spans of one language in a row settle the language of the recording


class Transcribe:
    """An item is a span, by its name. Follows `listen` live."""

    name = "transcribe"
    version = 1
    port = "speech"

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.tracks else "This recording has no sound."

    def run(self, context: PhaseContext) -> None:
        done = context.done()
        seen: int = 0
        total: int | None = None
        with Hearing(context) as hearing:
            for span, before_s, after_s in with_margins(context.follow("listen", SpeechSpan)):
                context.check()
                seen += 1
                if total is None:
                    total = context.count("listen", SpeechSpan)
                    context.expect(total)
                if span.item not in done:
                    hearing.write_down(span, before_s, after_s)
            context.expect(seen)
            context.note(hearing.said())


@dataclass(slots=True)
class Hearing:
    """A loaded transcriber and what came of it so far. Opened with the first span that is not done."""

    context: PhaseContext
    _transcriber: Transcriber | None = None
    _language: str = ""
    _languages: list[str] = field(default_factory=list)
    _dropped: Counter[str] = field(default_factory=Counter)
    _doubtful: int = 0
    _masking: MaskingTranscriber | None = None

    def __enter__(self) -> Hearing:
        self._language = self.context.profile.transcribe.language
        return self

    def __exit__(self, *_: object) -> None:
        if self._transcriber is not None:
            self._transcriber.close()

    def write_down(self, span: SpeechSpan, before_s: float, after_s: float, accept: Accept = bool) -> None:
        """Transcribe a span and store what is accepted of it, or count it as failed.

        Raises BackendError where the backend is gone for good.
        """
        try:
            utterances = self.utterances(span, before_s, after_s)
        except BackendError as problem:
            if problem.fatal:
                raise
            self.context.fail(span.item, str(problem), problem.raw)
            return
        accepted = accept(utterances)
        self.context.put(span.item, utterances if accepted else [])
        if accepted:
            self.context.look(span.start_s, line=utterances[-1].text)

    def utterances(self, span: SpeechSpan, before_s: float, after_s: float) -> list[Utterance]:
        """The lines of a span; none where what was heard cannot be trusted at all. Raises BackendError."""
        samples = self._sound(span, before_s, after_s)
        transcriber = self._open()
        settings = self.context.profile.transcribe
        try:
            heard = transcriber.transcribe(samples, self._language, settings.prompt, (before_s, after_s))
        except (BackendError, Cancelled):
            raise
        except Exception as problem:
            raise BackendError(f"{type(problem).__name__}: {problem}") from problem
        return self._settle(span, heard, samples, before_s)

    def said(self) -> str:
        """What the bar says at the end."""
        parts = [f"{count} left out ({why})" for why, count in sorted(self._dropped.items())]
        if self._masking is not None and self._masking.found:
            parts.append(f"{self._masking.found} secrets masked")
        return ", ".join([*([f"{self._doubtful} doubtful"] if self._doubtful else []), *parts])

    # ------------------------------------------------------------ inside

    def _open(self) -> Transcriber:
        if self._transcriber is None:
            if self.context.choice is None:
                raise BackendError("nothing here transcribes", fatal=True)
            options = {**asdict(self.context.profile.transcribe), "stop": self.context.stop}
            opened: Transcriber = self.context.backends.open(self.context.choice, options)
            if self.context.profile.transcribe.mask_secrets:
                opened = self._masking = MaskingTranscriber(opened)
            self._transcriber = opened
        return self._transcriber

    def _sound(self, span: SpeechSpan, before_s: float, after_s: float) -> Sound:
        track = next(t for t in self.context.recording.tracks if t.name == span.track)
        return self.context.media.sound(track, span.start_s - before_s, span.end_s + after_s, RATE)

    def _settle(self, span: SpeechSpan, heard: Heard, samples: Sound, before_s: float) -> list[Utterance]:
        heard = replace(heard, text=clean(heard.text), words=tuple(_cleaned(heard.words)))
        verdict = judge(heard, span.duration_s)
        if not verdict.text:
            self._dropped[verdict.why] += 1
            return []
        self._learn(heard.language)
        self._doubtful += bool(verdict.why)
        trusted = replace(heard, text=verdict.text)
        lines = split_lines(trusted, samples, before_s, before_s + span.duration_s)
        serves = self.context.choice.serves if self.context.choice else None
        begin_s = span.start_s - before_s
        return [
            Utterance(
                id=utterance_id(span.track, begin_s + line.start_s),
                start_s=round(begin_s + line.start_s, 3),
                end_s=round(begin_s + line.end_s, 3),
                text=line.text,
                track=span.track,
                backend=serves.name if serves else "",
                model=serves.model if serves else "",
                confidence=round(min(1.0, max(0.0, heard.confidence)), 4),
                doubtful=bool(verdict.why),
                language=heard.language or self._language,
                words=tuple(_moved(word, begin_s) for word in line.words),
                why_doubtful=verdict.why,
            )
            for line in lines
        ]

    def _learn(self, language: str) -> None:
        """The language of a recording is what its first spans agree on: one span alone is often mistaken."""
        if self._language or not language:
            return
        self._languages.append(language)
        last = self._languages[-_AGREE:]
        if len(last) == _AGREE and len(set(last)) == 1:
            self._language = language


def with_margins(spans: Iterable[SpeechSpan]) -> Iterator[tuple[SpeechSpan, float, float]]:
    """Each span with the silence before and after it (s) that no other span of its track has a part in.

    A span is held back until the next one of its track is known.
    """
    held: dict[str, tuple[SpeechSpan, float]] = {}
    for span in spans:
        before_s = min(MARGIN_S, span.start_s)
        if span.track in held:
            earlier, margin_s = held[span.track]
            before_s = round(min(MARGIN_S, max(0.0, (span.start_s - earlier.end_s) / 2)), 3)
            yield earlier, margin_s, before_s
        held[span.track] = (span, before_s)
    for span, margin_s in held.values():
        yield span, margin_s, MARGIN_S


def _cleaned(words: Iterable[Word]) -> Iterator[Word]:
    for word in words:
        text = clean_line(word.text)
        if text:
            yield replace(word, text=text)


def _moved(word: Word, by_s: float) -> Word:
    return replace(word, start_s=round(word.start_s + by_s, 3), end_s=round(word.end_s + by_s, 3))
