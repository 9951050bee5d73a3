"""Keyframes set apart from changes: one is big by itself, so its size says little; when and how it came says more."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from escribano_tui.media.levels import Levels, is_variable
from escribano_tui.media.packets import Bools, Floats, Ints, Packets

CUT = 1.2  # share of a keyframe that an encoder made because it saw a cut: more than any other packet counts for
_PERIODS_S = (0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 60.0)
_EXPLAINED = 0.8  # a rule holds where it explains this share of the keyframes, or of the moments when it calls for one
_NEAR_WHOLE = 0.98  # an interval counts as full from here on (rounding of rates such as 29.97)
_OFTEN = 3  # a number that comes up less often may be a coincidence
_COUNT_SPREAD = 2  # pictures: a clock that calls for keyframes is off by one
_SIZE_OF_CHANGE = 0.06  # keyframes of unlike pictures differ in size by more; of like ones by less
_NOISE = 0.001  # keyframes of the very same picture differ by less
_LOOKED_AT, _ONE_IN = 6, 16  # so many, or one in so many, are decoded where nothing else calls for it
_COST = 2.0  # news sent as differences weighs at least half of the same in a keyframe


@dataclass(frozen=True, slots=True)
class KeyNews:
    """What is thought of the keyframes, one value each. `index` are packet numbers; `share` is how much of the picture
    is news (0 where nothing is thought to have changed), `sure` in 0..1; `doubtful` ones are worth decoding; `sent` is
    what came as differences since the keyframe before, as a share of a keyframe; `moved` by how much its size differs
    from that one's."""

    index: Ints
    share: Floats
    sure: Floats
    doubtful: Bools
    sent: Floats
    moved: Floats


def judge(packets: Packets, levels: Levels, all_suspects: bool = False) -> KeyNews:
    """Judge each keyframe by whether one was due, and by whether what was sent in between explains its size.

    `all_suspects`: whatever could hide a change counts as doubtful (a short file, where looking is cheap).
    """
    keys = np.flatnonzero(packets.key).astype(np.int64)
    none = np.zeros(len(keys))
    if len(keys) < 2:
        return KeyNews(keys, none, none, none.astype(np.bool_), none, none)
    size = packets.size[keys].astype(np.float64)
    larger = np.maximum(size, np.roll(size, 1))
    total = np.concatenate(([0.0], np.cumsum(levels.news * levels.whole)))
    sent = np.concatenate(([0.0], np.diff(total[keys]))) / larger
    moved = np.concatenate(([0.0], np.abs(np.diff(size)) / larger[1:]))
    left = moved - _COST * sent  # the part of the move that was not sent before
    leaps = left > np.maximum(_SIZE_OF_CHANGE, 4.0 * _unrest(moved, sent))
    early = ~_due(packets, keys)
    early[0] = False
    # The encoder saw a cut: whatever came right after is refinement, and never stands in for it.
    cut = early & (leaps | (sent > 0.3))
    share = np.where(cut, CUT, np.where(early, 0.3, np.where(leaps, left, 0.0)))
    sure = np.where(early & leaps, 0.95, np.where(early, 0.6, np.where(leaps, 0.5, 0.0)))
    doubtful = ((early ^ leaps) & ~cut) | _most_suspicious(left, moved, sent, early, all_suspects)
    doubtful[0] = False
    return KeyNews(keys, share, sure, doubtful, sent, moved)


def _most_suspicious(left: Floats, moved: Floats, sent: Floats, early: Bools, all_of_them: bool) -> Bools:
    """Of the keyframes that were due: the few that moved most beyond what was sent, or all of them. Two pages may
    weigh nearly the same."""
    if all_of_them:
        return np.asarray(~early & ((moved > 0) | (sent > 0)), dtype=np.bool_)
    index = np.flatnonzero(~early & ((moved > _NOISE) | (sent > 0)) & (left > -_SIZE_OF_CHANGE))
    chosen = np.zeros(len(left), dtype=np.bool_)
    most = max(_LOOKED_AT, len(left) // _ONE_IN)
    chosen[index[np.argsort(-left[index], kind="stable")][:most]] = True
    return chosen


def _unrest(moved: Floats, sent: Floats) -> float:
    """By how much keyframes of one picture differ in this file: where next to nothing was sent in between."""
    quiet = moved[1:][sent[1:] < 0.01]
    return float(np.median(quiet)) if len(quiet) >= 3 else 0.0


def _due(packets: Packets, keys: Ints) -> Bools:
    """Whether a keyframe came because one was due: the longest interval in packets or in time, or a clock's beat.

    None is due where no rule holds: such an encoder makes keyframes where it sees a cut, or where it is asked to.
    """
    shown = np.empty(len(packets), dtype=np.int64)
    shown[np.argsort(packets.time_s, kind="stable")] = np.arange(len(packets))
    count = np.diff(shown[keys], prepend=shown[keys[0]])  # as shown: open groups are shuffled in the file
    time = packets.time_s[keys]
    previous = packets.time_s[np.maximum(keys - 1, 0)]
    by_count = _by_count(count)
    if by_count[1:].any() and not is_variable(packets):
        return by_count  # the tightest rule: one packet less was a cut
    rules = [by_count, _by_interval(time, previous)]
    rules += [_by_beat(packets, time, previous, period) for period in _PERIODS_S]
    explained = [int(np.count_nonzero(rule)) for rule in rules]
    return rules[int(np.argmax(explained))]


def _by_count(count: Ints) -> Bools:
    """A keyframe after the greatest number of pictures, where that number comes again and again."""
    none = np.zeros(len(count), dtype=np.bool_)
    if len(count) < 2:
        return none
    gaps = count[1:]
    usual = float(np.percentile(gaps, 90))
    values, times = np.unique(gaps[gaps >= usual - 1.0], return_counts=True)
    again = values[times >= 2]
    # A number that repeats: an encoder that counts, so that one picture less was a cut. Else a clock, off by one.
    due = count >= (float(again.max()) if len(again) else usual - 1.0)
    due[0] = True
    same = gaps[due[1:]]
    often = len(same) >= _OFTEN or (len(same) >= 2 and 2 * len(same) >= len(gaps))
    return due if often and int(same.max() - same.min()) <= _COUNT_SPREAD else none


def _by_interval(time: Floats, previous: Floats) -> Bools:
    """The first packet after a fixed time since the last keyframe (variable rates)."""
    passed = np.diff(time, prepend=time[0])
    just_before = previous - np.concatenate(([time[0]], time[:-1]))
    candidates = just_before[1:][np.isfinite(just_before[1:])]
    if len(candidates) < 3:
        return np.zeros(len(time), dtype=np.bool_)
    longest = float(np.percentile(candidates, 90))
    due = passed >= max(longest, 1e-6) * _NEAR_WHOLE
    due[0] = True
    held = np.count_nonzero(due[1:]) >= _EXPLAINED * (len(time) - 1)
    return due if held else np.zeros(len(time), dtype=np.bool_)


def _by_beat(packets: Packets, time: Floats, previous: Floats, period_s: float) -> Bools:
    """The first packet after each multiple of a period since the beginning."""
    start = float(packets.time_s[0])
    beat, beat_before = np.floor((time - start) / period_s + 1e-6), np.floor((previous - start) / period_s + 1e-6)
    due = beat > beat_before
    due[0] = True
    order = np.sort(packets.time_s)
    calls = int(np.count_nonzero(np.diff(np.floor((order - start) / period_s + 1e-6)) > 0))
    held = np.count_nonzero(due[1:]) >= _EXPLAINED * max(1, calls)
    return due if held and calls >= 3 else np.zeros(len(time), dtype=np.bool_)
