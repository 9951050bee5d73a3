"""Hearing spans: a loaded transcriber, what is made of what it says, and what is done where it does not serve."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from statistics import median
from typing import TYPE_CHECKING

from escribano_tui.domain.evidence import LeftOut, SpeechSpan, Utterance, Word
from escribano_tui.domain.secrets import MASK
from escribano_tui.domain.speech import NOT_ENGLISH, by_span, unknown_speech, utterance_id
from escribano_tui.domain.text import clean, clean_line
from escribano_tui.pipeline.doubts import judge
from escribano_tui.pipeline.lines import split_lines
from escribano_tui.pipeline.masking import MaskingTranscriber
from escribano_tui.ports import BackendError, Cancelled, Choice, Heard, PhaseContext, Transcriber

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

RATE = 16_000
_AGREE = 3  # this many spans of one language in a row settle the language of the recording
Told = tuple[list[Utterance], list[LeftOut]]
Accept = Callable[[list[Utterance]], bool]


@dataclass(slots=True)
class Hearing:
    """A loaded transcriber and what it costs. Opened with the first span that is not done.

    `gives_way`: where the backend turns out not to serve (it cannot be loaded), the next one in the order does, and its
    spans count as failed, so that they can be tried again with the right one; their texts stand in until then.
    `language` is what is known of the recording; it is settled by the first spans that agree where it is empty.
    """

    context: PhaseContext
    gives_way: bool = True
    language: str = ""
    _choice: Choice | None = None
    _transcriber: Transcriber | None = None
    _languages: list[str] = field(default_factory=list)
    _heard: int = 0
    _calls: list[tuple[float, float]] = field(default_factory=list)  # (s of sound, s that it took)

    def __enter__(self) -> Hearing:
        self._choice = self.context.choice
        self.language = self.context.profile.transcribe.language or self.language
        for earlier in self.context.mine(Utterance):
            self._learn(earlier.language)
        return self

    def __exit__(self, *_: object) -> None:
        if self._transcriber is not None:
            self._transcriber.close()
        self.context.measured(*at_usual_pace(self._calls))

    def write_down(self, span: SpeechSpan, before_s: float, after_s: float, accept: Accept | None = None) -> None:
        """Transcribe a span and store what is made of it, or count it as failed. What `accept` refuses is not stored.

        Raises BackendError where no backend serves any more.
        """
        try:
            lines, left_out = self._tell(span, before_s, after_s)
        except BackendError as problem:
            if problem.fatal:
                raise
            self.context.fail(span.item, str(problem), problem.raw)
            return
        if accept is not None and not accept(lines):
            lines, left_out = [], []
        if self._choice is not self.context.choice and self._choice is not None:
            self.context.fail(span.item, f"heard by {self._label}, {self._choice.why}", instead=[*lines, *left_out])
        else:
            self.context.put(span.item, [*lines, *left_out])
        if lines:
            self.context.look(span.start_s, line=lines[-1].text)

    def doubt_unknown_speech(self, spans: Iterable[SpeechSpan]) -> frozenset[str]:
        """Mark all lines of tracks whose speech is evidently not English where the model knows nothing else; returns them."""
        serves = self._choice.serves if self._choice else None
        if serves is None or serves.languages != ("en",) or self.context.profile.transcribe.language:
            return frozenset()
        lines, left_out = self.context.mine(Utterance), self.context.mine(LeftOut)
        tracks = unknown_speech(lines, left_out)
        if tracks:
            failed = self.context.failed_items()
            for item, told in by_span(lines, [s for s in spans if s.track in tracks]).items():
                if item not in failed and any(u.why_doubtful != NOT_ENGLISH for u in told):
                    self.context.put(item, [_not_known(u) for u in told])
        return tracks

    def said(self, unknown: frozenset[str] = frozenset()) -> str:
        """What the bar says at the end: totals of all runs that had a part in it."""
        lines = self.context.mine(Utterance)
        doubtful = sum(u.doubtful for u in lines)
        dropped: Counter[str] = Counter()
        for one in self.context.mine(LeftOut):
            dropped[one.why] += one.count
        masked = sum(u.text.count(MASK) for u in lines)
        parts = [f"{self._label} serves {self._choice.why}"] if self._choice is not self.context.choice and self._choice else []
        parts += [f"{track}: {NOT_ENGLISH}" for track in sorted(unknown)]
        parts += [f"{doubtful} doubtful"] if doubtful else []
        parts += [f"{count} left out ({why})" for why, count in sorted(dropped.items())]
        parts += [f"{masked} secrets masked"] if masked else []
        return ", ".join(parts)

    # ------------------------------------------------------------ inside

    @property
    def _label(self) -> str:
        return self._choice.serves.label if self._choice and self._choice.serves else "nothing"

    def _tell(self, span: SpeechSpan, before_s: float, after_s: float) -> Told:
        samples = self._sound(span, before_s, after_s)
        while True:
            try:
                heard = self._hear(samples, before_s, after_s)
                break
            except BackendError as problem:
                if not problem.fatal or not self._give_way(str(problem)):
                    raise
        return self._settle(span, heard, samples, before_s)

    def _hear(self, samples: Sound, before_s: float, after_s: float) -> Heard:
        transcriber = self._open()
        began = time.perf_counter()
        try:
            prompt = self.context.profile.transcribe.prompt
            heard = transcriber.transcribe(samples, self.language, prompt, (before_s, after_s))
        except (BackendError, Cancelled):
            raise
        except Exception as problem:
            raise BackendError(f"{type(problem).__name__}: {problem}") from problem
        self._count(len(samples) / RATE, time.perf_counter() - began)
        return heard

    def _count(self, sound_s: float, took_s: float) -> None:
        self._heard += 1
        # The first call waits for the model to load; another backend's speed is not that of the one that was chosen.
        if self._heard > 1 and self._choice is self.context.choice:
            self._calls.append((sound_s, took_s))

    def _open(self) -> Transcriber:
        if self._transcriber is None:
            if self._choice is None:
                raise BackendError("nothing here transcribes", fatal=True)
            options = {**asdict(self.context.profile.transcribe), "stop": self.context.stop}
            opened: Transcriber = self.context.backends.open(self._choice, options)
            self._transcriber = MaskingTranscriber(opened) if self.context.profile.transcribe.mask_secrets else opened
        return self._transcriber

    def _give_way(self, why: str) -> bool:
        """Take the next backend in the order; whether there is one."""
        if self._choice is None or not self.gives_way:
            return False
        later = self.context.backends.instead(self._choice, clean_line(why))
        if later.serves is None:
            return False
        if self._transcriber is not None:
            self._transcriber.close()
            self._transcriber = None
        self._choice = later
        self.context.note(f"{self._label} serves {later.why}")
        return True

    def _sound(self, span: SpeechSpan, before_s: float, after_s: float) -> Sound:
        track = next(t for t in self.context.recording.tracks if t.name == span.track)
        return self.context.media.sound(track, span.start_s - before_s, span.end_s + after_s, RATE)

    def _settle(self, span: SpeechSpan, heard: Heard, samples: Sound, before_s: float) -> Told:
        heard = replace(heard, text=clean(heard.text), words=tuple(_cleaned(heard.words)))
        confidence = round(min(1.0, max(0.0, heard.confidence)), 4)
        verdict = judge(heard, span.duration_s)
        if not verdict.text:
            return [], [LeftOut(span.track, span.start_s, span.end_s, verdict.why, confidence=confidence)]
        self._learn(heard.language)
        trusted = replace(heard, text=verdict.text)
        lines = split_lines(trusted, samples, before_s, before_s + span.duration_s)
        serves = self._choice.serves if self._choice else None
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
                confidence=confidence,
                doubtful=bool(verdict.why),
                language=heard.language or self.language,
                words=tuple(_moved(word, begin_s) for word in line.words),
                why_doubtful=verdict.why,
            )
            for line in lines
        ], []

    def _learn(self, language: str) -> None:
        """The language of a recording is what its first spans agree on: one span alone is often mistaken."""
        if self.language or not language:
            return
        self._languages.append(language)
        last = self._languages[-_AGREE:]
        if len(last) == _AGREE and len(set(last)) == 1:
            self.language = language


def at_usual_pace(calls: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """(seconds of sound, what they take at the pace of the middle call): the machine may have been busy with something else
    for some of them."""
    paces = [took_s / sound_s for sound_s, took_s in calls if sound_s > 0]
    sound_s = sum(sound_s for sound_s, _ in calls)
    return sound_s, sound_s * median(paces) if paces else 0.0


def _not_known(utterance: Utterance) -> Utterance:
    return replace(utterance, doubtful=True, why_doubtful=NOT_ENGLISH, language="")


def _cleaned(words: Iterable[Word]) -> Iterator[Word]:
    for word in words:
        text = clean_line(word.text)
        if text:
            yield replace(word, text=text)


def _moved(word: Word, by_s: float) -> Word:
    return replace(word, start_s=round(word.start_s + by_s, 3), end_s=round(word.end_s + by_s, 3))
