"""Subtitle cues: utterances in lines of at most 42 characters, two lines a cue, none over another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.session import Dossier
from escribano_tui.exports.rows import segment_rows

WIDTH = 42
LINES = 2
SHORTEST_MS = 300


@dataclass(frozen=True, slots=True)
class Cue:
    """`track` is empty where the recording has only one with speech."""

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]
    track: str = ""


def cues(dossier: Dossier, personal: bool = False, mark: str = "") -> list[Cue]:
    """The cues of a session in time order. Doubtful utterances and, unless asked, personal time are left out.

    With more than one track, `mark` (such as `[{}] `) with the track's name begins the text and counts for its width.
    """
    said = [u for row in segment_rows(dossier, personal) for u in row.said if not u.doubtful and u.text.strip()]
    several = len({u.track for u in said}) > 1
    made = [c for u in said for c in _cues_of(u, u.track if several else "", mark.format(u.track) if several and mark else "")]
    return _apart(sorted(made, key=lambda c: (c.start_ms, c.end_ms)))


def _cues_of(utterance: Utterance, track: str, mark: str) -> list[Cue]:
    timed = _timed_words(utterance, mark)
    lines: list[list[tuple[float, float, str]]] = [[]]
    for start, end, word in timed:
        length = sum(len(w) + 1 for _, _, w in lines[-1])
        if lines[-1] and length + len(word) > WIDTH:
            lines.append([])
        lines[-1].append((start, end, word))
    made = []
    for k in range(0, len(lines), LINES):
        group = lines[k : k + LINES]
        start, end = group[0][0][0], group[-1][-1][1]
        made.append(
            Cue(round(start * 1000), round(end * 1000), tuple(" ".join(w for _, _, w in line) for line in group), track)
        )
    return made


def _timed_words(utterance: Utterance, mark: str) -> list[tuple[float, float, str]]:
    """(start, end, word) with the times of its words, else in proportion to the characters; long words are cut."""
    text = f"{mark}{utterance.text}"
    words = [piece for word in text.split() for piece in _pieces(word)]
    if utterance.words and not mark and len(words) == len(utterance.words):
        return [(w.start_s, w.end_s, word) for w, word in zip(utterance.words, words, strict=True)]
    whole = sum(len(w) + 1 for w in words) or 1
    length = utterance.end_s - utterance.start_s
    timed, at = [], 0
    for word in words:
        begin = utterance.start_s + length * at / whole
        at += len(word) + 1
        timed.append((begin, utterance.start_s + length * at / whole, word))
    return timed


def _pieces(word: str) -> list[str]:
    return [word[k : k + WIDTH] for k in range(0, len(word), WIDTH)]


def _apart(ordered: Sequence[Cue]) -> list[Cue]:
    """No cue over another: the earlier one ends where the next begins, but every cue stands for a moment at least."""
    kept: list[Cue] = []
    for cue in ordered:
        if kept and kept[-1].end_ms > cue.start_ms:
            before = kept[-1]
            kept[-1] = replace(before, end_ms=min(before.end_ms, max(cue.start_ms, before.start_ms + SHORTEST_MS)))
        start = max(cue.start_ms, kept[-1].end_ms if kept else 0)
        kept.append(replace(cue, start_ms=start, end_ms=max(cue.end_ms, start + SHORTEST_MS)))
    return kept


def stamp(ms: int, point: str) -> str:
    """`hh:mm:ss.mmm` with the given decimal sign."""
    whole, rest = divmod(ms, 1000)
    minutes, s = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{s:02d}{point}{rest:03d}"
