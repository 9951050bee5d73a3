"""How good a draft is, measured against a ground truth: boundaries, labels, text, words, and corrections needed.

Both sides are plain data: the truth as `export --format truth` writes it, the session as `export --format json` does.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from escribano_tui.domain.activity import is_activity
from escribano_tui.domain.corrections import Data, fewest_edits
from escribano_tui.domain.text import clean_line, squash

TOLERANCES_S = (1.0, 2.0, 5.0)
STEP_S = 0.1
NEAR_S = 0.05  # within a frame: segments of a truth follow on one another
LEAST_ASTRAY = 5  # letters; shorter texts stand on any screen


def evaluate(truth: Data, session: Data) -> Data:
    """Every figure for one session; between 0 and 1 unless the name says otherwise, None where there is nothing."""
    found = sorted(session["segments"], key=lambda s: s["start_s"])
    return {
        **_counts(truth, session, found),
        **_boundaries(truth, session, found),
        **_labels(truth, found),
        **_text(truth, session),
        **_words(truth, session),
        **corrections(truth["segments"], found, truth["duration_s"]),
        "reliability": reliability(truth["segments"], found),
    }


def wrong_with_truth(told: object) -> str:
    """What is wrong with the data of a truth file, or the empty string."""
    if not isinstance(told, dict):
        return "it holds no object"
    if not _is_time(told.get("duration_s")) or told["duration_s"] <= 0:
        return "it needs duration_s in seconds"
    segments = told.get("segments")
    if not isinstance(segments, list) or not segments or not all(isinstance(s, dict) for s in segments):
        return "it needs segments, at least one"
    at = 0.0
    for k, segment in enumerate(segments, 1):
        start, end, activity = segment.get("start_s"), segment.get("end_s"), segment.get("activity")
        if not (_is_time(start) and _is_time(end)) or abs(start - at) > NEAR_S or end <= start:
            return f"segment {k} does not begin where the one before it ends ({at:g} s), or has no length"
        if not is_activity(str(activity)):
            return f"segment {k} has an activity that there is not: {clean_line(str(activity), 40)!r}"
        for name in ("apps", "keywords_on_screen"):
            if not all(isinstance(text, str) for text in _listed(segment, name)):
                return f"segment {k}: {name} must be a list of texts"
        at = end
    if abs(at - told["duration_s"]) > 0.25:
        return f"its segments end at {at:g} s of {told['duration_s']:g} s"
    if not all(isinstance(u, dict) and isinstance(u.get("text"), str) for u in _listed(told, "speech")):
        return "speech must be a list of objects with a text"
    return ""


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")


def _listed(told: Data, name: str) -> list[Any]:
    """A list that may be left out; what is no list counts as one that is wrong."""
    value = told.get(name)
    return [] if value is None else value if isinstance(value, list) else [None]


# ---------------------------------------------------------------- structure


def _counts(truth: Data, session: Data, found: list[Data]) -> Data:
    grouped = [i for subject in session.get("subjects", []) for i in subject["segment_ids"]]
    ends = [0.0, *(s["end_s"] for s in found)]
    gaps = sum(abs(a - s["start_s"]) > 0.001 for a, s in zip(ends, found, strict=False))
    described = sum(bool(f.get("description")) for f in session.get("frames", []))
    short = not found or abs(ends[-1] - truth["duration_s"]) > 0.25
    return {
        "segments_true_count": len(truth["segments"]),
        "segments_found_count": len(found),
        "tiling_faults_count": gaps + short,
        "subjects_count": len(session.get("subjects", [])),
        "segments_in_no_or_two_subjects_count": sum(grouped.count(s["id"]) != 1 for s in found),
        "frames_described_per_true_segment": described / len(truth["segments"]),
        "phase_wall_s": {p["name"]: p.get("wall_s") for p in session.get("run", {}).get("phases", [])},
    }


def paired(truth: Sequence[float], found: Sequence[float], tolerance_s: float) -> int:
    """The most times that pair off one to one within a tolerance (greedy on sorted times, which is optimal here)."""
    hits, j, found = 0, 0, sorted(found)
    for want in sorted(truth):
        while j < len(found) and found[j] < want - tolerance_s:
            j += 1
        if j < len(found) and found[j] <= want + tolerance_s:
            hits, j = hits + 1, j + 1
    return hits


def f1(hits: int, truth: int, found: int) -> tuple[float, float, float]:
    """Precision, recall and their harmonic mean; all 1 where nothing was to be found and nothing was."""
    if not truth and not found:
        return 1.0, 1.0, 1.0
    precision, recall = (hits / found if found else 0.0), (hits / truth if truth else 0.0)
    return precision, recall, 2 * precision * recall / (precision + recall) if hits else 0.0


def _boundaries(truth: Data, session: Data, found: list[Data]) -> Data:
    real = [s["start_s"] for s in truth["segments"][1:]]
    ours = [s["start_s"] for s in found[1:]]
    figures: Data = {}
    for tolerance_s in TOLERANCES_S:
        precision, recall, both = f1(paired(real, ours, tolerance_s), len(real), len(ours))
        name = f"boundary_{tolerance_s:g}s"
        figures |= {f"{name}_precision": precision, f"{name}_recall": recall, f"{name}_f1": both}
    changes = [c["t_s"] for c in session.get("changes", []) if c.get("size") != "small"]
    figures["scan_recall_0.5s"] = f1(paired(real, changes, 0.5), len(real), len(changes))[1]
    figures["scan_changes_per_minute"] = len(changes) / truth["duration_s"] * 60
    return figures


# ---------------------------------------------------------------- labels


def _at(segments: Sequence[Data], t: float) -> Data | None:
    return next((s for s in segments if s["start_s"] <= t < s["end_s"]), None)


def _labels(truth: Data, found: list[Data]) -> Data:
    right = total = app_right = app_total = 0
    by_class: dict[str, list[int]] = {}
    for k in range(int(truth["duration_s"] / STEP_S)):
        t = (k + 0.5) * STEP_S
        want, got = _at(truth["segments"], t), _at(found, t)
        if want is None:
            continue
        hit = got is not None and got["activity"] == want["activity"]
        total, right = total + 1, right + hit
        tally = by_class.setdefault(want["activity"], [0, 0])
        tally[0], tally[1] = tally[0] + hit, tally[1] + 1
        if want.get("apps"):
            app_total += 1
            app_right += _same_app(want["apps"], got)
    return {
        "activity_accuracy": right / total if total else None,
        "activity_accuracy_by_class": {name: hits / of for name, (hits, of) in sorted(by_class.items())},
        "app_accuracy": app_right / app_total if app_total else None,
    }


def _same_app(wanted: Sequence[str], got: Data | None) -> bool:
    front = squash(got["apps"][0]) if got and got.get("apps") else ""
    return len(front) >= 3 and any(squash(a) in front or front in squash(a) for a in wanted)


def reliability(truth: Sequence[Data], found: Sequence[Data]) -> list[Data]:
    """For each band of confidence: how sure the draft was, how much of that time was right, and how long it is (s)."""
    bands = [(0.0, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)]
    rows = []
    for low, high in bands:
        inside = [s for s in found if low <= s["confidence"] < high]
        seconds = sum(s["end_s"] - s["start_s"] for s in inside)
        if not seconds:
            continue
        right = sum(_shared(s, want) for s in inside for want in truth if want["activity"] == s["activity"])
        sure = sum(s["confidence"] * (s["end_s"] - s["start_s"]) for s in inside) / seconds
        rows.append({"said": round(sure, 3), "right": round(right / seconds, 3), "seconds": round(seconds, 1)})
    return rows


def _shared(one: Data, other: Data) -> float:
    return max(0.0, float(min(one["end_s"], other["end_s"]) - max(one["start_s"], other["start_s"])))


# ---------------------------------------------------------------- text and speech


def _text(truth: Data, session: Data) -> Data:
    """Of the texts that were legible in a segment, those that were read in it; and of the texts of other segments, those
    that are said to stand in the middle of this one (windows behind it and panels make it more than 0)."""
    read = legible = astray = elsewhere = 0
    every = {k for s in truth["segments"] for k in _keywords(s) if len(k) > LEAST_ASTRAY}
    for segment in truth["segments"]:
        wanted = _keywords(segment)
        seen = _seen(session, segment["start_s"], segment["end_s"])
        legible += len(wanted)
        read += sum(k in seen for k in wanted)
        middle = (segment["start_s"] + segment["end_s"]) / 2
        others = every.difference(wanted)
        now = _seen(session, middle, middle + 0.001) if others else ""
        elsewhere += len(others)
        astray += sum(k in now for k in others)
    return {
        "screen_text_recall": read / legible if legible else None,
        "screen_text_astray": astray / elsewhere if elsewhere else None,
    }


def _keywords(segment: Data) -> list[str]:
    return [k for k in (_plain(k) for k in segment.get("keywords_on_screen", [])) if k]


def _seen(session: Data, start_s: float, end_s: float) -> str:
    """All that was read in a span of time, squashed."""
    span = {"start_s": start_s, "end_s": end_s}
    blocks = [b for b in session.get("screen_text", []) if _shared(span, b) > 0]
    return _plain("\n".join(line for block in blocks for line in block["lines"]))


def _plain(text: str) -> str:
    return re.sub("[^a-z0-9]+", "", squash(text))


def _words(truth: Data, session: Data) -> Data:
    spoken = [w for u in truth.get("speech", []) for w in words(u["text"])]
    said = sorted((u for u in session.get("utterances", []) if not u.get("doubtful")), key=lambda u: u["start_s"])
    heard = [w for u in said for w in words(u["text"])]
    return {
        "word_error_rate": edit_distance(spoken, heard) / len(spoken) if spoken else None,
        "words_heard_without_speech_count": 0 if spoken else len(heard),
    }


def words(text: str) -> list[str]:
    """Lower-case words without punctuation or accents, as word error rates are counted."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.findall("[a-z0-9']+", plain.lower())


def edit_distance(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein distance over words."""
    row = list(range(len(heard) + 1))
    for i, want in enumerate(reference, 1):
        before, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (want != got))
    return row[-1]


# ---------------------------------------------------------------- corrections


def corrections(truth: Sequence[Data], found: Sequence[Data], duration_s: float) -> Data:
    """The fewest relabel, split, merge and move edits from the draft to the truth, and that for an hour."""
    edits = fewest_edits(truth, found)
    return {
        "corrections": edits.by_kind(),
        "corrections_per_hour": edits.total * 3600 / duration_s if duration_s else None,
    }
