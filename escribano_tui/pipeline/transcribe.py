"""Phase `transcribe`: what is said in each span of speech."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from escribano_tui.domain.evidence import SpeechSpan
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.pipeline.hearing import Hearing
from escribano_tui.ports import PhaseContext

MARGIN_S = 0.4  # silence around a span that is heard with it
USUAL_SHARE, USUAL_COUNTS_S = 0.25, 60.0  # of a recording is speech, before any of it is known; it counts as much as so much
HEARING_S = 0.08  # for a second of sound on a slow machine, with the embedded model


class Transcribe:
    """An item is a span, by its name. Follows `listen` live."""

    name = "transcribe"
    version = 1
    port = "speech"

    def skip(self, recording: Recording, profile: Profile) -> str:
        return "" if recording.tracks else "This recording has no sound."

    def run(self, context: PhaseContext) -> None:
        done = context.done()
        spans: list[SpeechSpan] = []
        total: int | None = None
        with Hearing(context) as hearing:
            for span, before_s, after_s in with_margins(context.follow("listen", SpeechSpan)):
                context.check()
                spans.append(span)
                if total is None:
                    total = context.count("listen", SpeechSpan)
                    context.expect(total)
                    known = weights(context.so_far("listen", SpeechSpan))
                    context.weigh(known, 0.0 if total is not None else _rest(context, sum(known.values())))
                context.take_in_hand(span.item)
                if span.item not in done:
                    hearing.write_down(span, before_s, after_s)
            context.expect(len(spans))
            context.note(hearing.said(hearing.doubt_unknown_speech(spans)))


def weights(spans: Iterable[SpeechSpan]) -> dict[str, float]:
    """How long each span takes to be heard, on a slow machine."""
    return {span.item: HEARING_S * (span.duration_s + 2 * MARGIN_S) for span in spans}


def _rest(context: PhaseContext, known_s: float) -> float:
    """How long the speech takes that has not been found yet, by how much there was so far."""
    through_s, whole_s = context.progress_of("listen")
    rate = (known_s + USUAL_COUNTS_S * USUAL_SHARE * HEARING_S) / (through_s + USUAL_COUNTS_S)
    return rate * max(0.0, (whole_s or context.recording.duration_s) - through_s)


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
