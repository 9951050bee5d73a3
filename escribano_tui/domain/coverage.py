"""What was looked at and listened to, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from escribano_tui.domain.evidence import LeftOut, SpeechSpan, Utterance
from escribano_tui.domain.session import Coverage
from escribano_tui.domain.speech import NO_VOICE, NOT_ENGLISH, TOO_SHORT

REACH_S = 15.0  # a frame speaks for this much time on either side of it


def union_s(spans: Sequence[tuple[float, float]]) -> float:
    """Length in seconds of the union of spans."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return total


def cover(
    duration_s: float,
    looked_at_s: Sequence[float],
    spans: Sequence[SpeechSpan],
    utterances: Sequence[Utterance],
    frames_failed: int,
    notes: Sequence[str] = (),
) -> Coverage:
    """Coverage of a session. A speech span counts as transcribed where an utterance of its track touches it."""
    near = [(max(0.0, t - REACH_S), min(duration_s, t + REACH_S)) for t in looked_at_s]
    share = min(1.0, union_s(near) / duration_s) if duration_s > 0 else 1.0
    untranscribed = [(s.start_s, s.end_s) for s in spans if not _told(s, utterances)]
    return Coverage(
        share_of_time=round(share, 4),
        frames_failed=frames_failed,
        spoken_s=round(union_s([(s.start_s, s.end_s) for s in spans]), 3),
        speech_untranscribed_s=round(union_s(untranscribed), 3),
        notes=tuple(notes),
    )


def speech_notes(told: Sequence[Utterance], left_out: Sequence[LeftOut]) -> list[str]:
    """Sentences on what was heard and not told, with why, and on tracks in a language that the model does not know."""
    unknown = {u.track for u in told if u.why_doubtful == NOT_ENGLISH}
    remedy = "Other models know more: escribano-tui models pull faster-whisper/small."
    notes = [f"What is said on {track} {NOT_ENGLISH}: its lines are doubtful. {remedy}" for track in sorted(unknown)]
    counts: Counter[str] = Counter()
    for one in left_out:
        if one.why in (TOO_SHORT, NO_VOICE) or not _told(SpeechSpan(one.start_s, one.end_s, one.track), told):
            counts[one.why] += one.count
    short, voiceless = counts.pop(TOO_SHORT, 0), counts.pop(NO_VOICE, 0)
    if counts:
        said = ", ".join(f"{count} ({why})" for why, count in sorted(counts.items()))
        notes.append(f"Left out of what was taken for speech, as no words that can be trusted: {said}.")
    notes += [f"Too short to be written down: {short}."] if short else []
    notes += [f"Not a voice, as far as can be told: {voiceless}."] if voiceless else []
    return notes


def _told(span: SpeechSpan, utterances: Sequence[Utterance]) -> bool:
    return any(u.track == span.track and u.start_s < span.end_s and u.end_s > span.start_s for u in utterances)
