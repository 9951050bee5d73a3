"""Phase `refine`: spans that were not heard surely are transcribed again with a better model."""

from __future__ import annotations

from functools import partial

from escribano_tui.domain.evidence import SpeechSpan, Utterance
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.speech import by_span
from escribano_tui.pipeline.hearing import Hearing
from escribano_tui.pipeline.transcribe import weights, with_margins
from escribano_tui.ports import PhaseContext

_TELL_LANGUAGE = 3
ALL = 1.0  # `below_confidence` at which every span is done again


class Refine:
    """An item is a span, by its name; the least sure come first, so that a cancelled run has done most good.

    What a span gives stands in place of its first text (see `domain.speech.settled`); one that gives nothing better
    keeps it.
    """

    name = "refine"
    version = 1
    port = "speech"

    def skip(self, recording: Recording, profile: Profile) -> str:
        if not recording.tracks:
            return "This recording has no sound."
        return "" if profile.refine.enabled else "This profile transcribes once."

    def run(self, context: PhaseContext) -> None:
        spans = context.load("listen", SpeechSpan)
        first = context.load("transcribe", Utterance)
        if _done_by_the_same(context, first):
            context.expect(0)
            context.note("no better model is here than the one that transcribed")
            return
        earlier = by_span(first, spans)
        below = context.profile.refine.below_confidence
        wanted = sorted((s for s in spans if _unsure(earlier[s.item], below)), key=lambda s: _confidence(earlier[s.item]))
        language = _language(first)
        margins = {span.item: (before_s, after_s) for span, before_s, after_s in with_margins(spans)}
        done = context.done()
        context.expect(len(wanted))
        context.weigh(weights(wanted))
        with Hearing(context, gives_way=False, language=language) as hearing:
            for span in wanted if language else _longest_first(wanted):
                context.check()
                context.take_in_hand(span.item)
                if span.item not in done:
                    hearing.write_down(span, *margins[span.item], accept=partial(_better, earlier[span.item]))
        again = sum(1 for told in by_span(context.mine(Utterance), wanted).values() if told)
        context.note(f"{again} of {len(spans)} spans have a better text")


def _language(first: list[Utterance]) -> str:
    """The language of what was heard surely, where it is one; empty where it is to be found out."""
    languages = {u.language for u in first if not u.doubtful and u.language}
    return languages.pop() if len(languages) == 1 else ""


def _longest_first(wanted: list[SpeechSpan]) -> list[SpeechSpan]:
    """The three longest, which tell the language best, before all others."""
    longest = sorted(wanted, key=lambda s: -s.duration_s)[:_TELL_LANGUAGE]
    return [*longest, *(s for s in wanted if s not in longest)]


def _done_by_the_same(context: PhaseContext, first: list[Utterance]) -> bool:
    serves = context.choice.serves if context.choice else None
    return serves is not None and bool(first) and all((u.backend, u.model) == (serves.name, serves.model) for u in first)


def _unsure(earlier: list[Utterance], below: float) -> bool:
    return below >= ALL or any(u.doubtful for u in earlier) or _confidence(earlier) < below


def _confidence(earlier: list[Utterance]) -> float:
    """Of the least sure line; 0.0 where nothing that could be trusted was heard."""
    return min((u.confidence for u in earlier), default=0.0)


def _better(earlier: list[Utterance], later: list[Utterance]) -> bool:
    """Whether a second text may stand in place of the first: never a doubtful one in place of a trusted one."""
    if not later:
        return False
    return not any(u.doubtful for u in later) or not earlier or any(u.doubtful for u in earlier)
