"""Changes of the picture from the sizes of its packets, verified by decoding where these are in doubt."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from escribano_tui.domain.evidence import Change, Envelope
from escribano_tui.domain.recording import Recording
from escribano_tui.media.glimpse import SHORT_FILE, Glimpses
from escribano_tui.media.intra import intra_news, is_intra
from escribano_tui.media.keynews import judge
from escribano_tui.media.levels import levels
from escribano_tui.media.packets import Bools, Floats, Ints, Packets
from escribano_tui.media.verify import SAME_AREA, placed, verified
from escribano_tui.ports import Stop

MOTION_STEP_S = 0.5
MOST_PER_MINUTE = 29.0  # medium and large ones, on average; beyond it the weakest are called small
MOST_OF_SHORT = 10  # a recording of seconds has no average to speak of
LARGE, MEDIUM, SMALL = 0.3, 0.035, 0.004  # shares of a whole picture: a window, part of a page, a line
_USUAL_SENSITIVITY = 0.4
_NEAR_S = 1.5  # a change stands out against what else is new this close to it
_SEEN_SURE = 0.95
_BEGINNING_S = 0.1  # what an encoder does in its first pictures is the beginning, not a change
_NOT_MUCH_WEAKER = 0.6
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Candidates:
    """Packets that may bring a change, one value each: packet number, time (container clock), share of the picture that
    is new, and how sure that is."""

    packet: Ints
    time_s: Floats
    share: Floats
    sure: Floats


def scan_packets(
    recording: Recording, packets: Packets, sensitivity: float, min_interval_s: float, stop: Stop
) -> tuple[list[Change], Envelope]:
    """Changes in time order, and the `motion` envelope, in session time. Raises OSError, av.FFmpegError, Cancelled."""
    glimpses = Glimpses(Path(recording.path), packets, stop)
    scale = sensitivity / _USUAL_SENSITIVITY
    share, sure = _news(recording, packets, glimpses)
    candidates = _candidates(packets, share, sure, SMALL * scale)
    most = max(MOST_OF_SHORT, int(MOST_PER_MINUTE * recording.duration_s / 60))
    kept, counted = _settled(packets, share, candidates, MEDIUM * scale, min_interval_s, most, glimpses)
    return _changes(recording, candidates, kept, counted), _motion(recording, packets, share)


def _settled(
    packets: Packets, news: Floats, found: Candidates, medium: float, min_interval_s: float, most: int, glimpses: Glimpses
) -> tuple[Ints, set[int]]:
    """(indices of the candidates that are changes, those of them that are medium or large).

    Who stood in for others and proves to be nothing makes room for them: it is settled again.
    """
    looked = np.zeros(len(found.packet), dtype=np.bool_)
    for _ in range(_ROUNDS):
        kept, strength = _chosen(found, medium, min_interval_s)
        bigger = kept[found.share[kept] >= medium]
        ranked = bigger[np.argsort(-strength[bigger], kind="stable")][:most]
        fresh = ranked[~looked[ranked]]
        found.time_s[fresh], area = placed(packets, news, found.packet[fresh], glimpses)
        looked[fresh] = True
        seen = ~np.isnan(area)
        found.share[fresh[seen]], found.sure[fresh[seen]] = area[seen], _SEEN_SURE
        if not np.any(area < medium):
            break
    kept = kept[~looked[kept] | (found.share[kept] >= SAME_AREA)]
    return kept, {int(k) for k in ranked if found.share[k] >= medium}


def _news(recording: Recording, packets: Packets, glimpses: Glimpses) -> tuple[Floats, Floats]:
    """(share of the picture that is new, how sure that is or 0 where only the size says it) for each packet."""
    if is_intra(packets, recording.video_codec):
        share = intra_news(packets, glimpses)
        return share, np.where(share > 0, _SEEN_SURE, 0.0)
    measured = levels(packets, recording.width * recording.height)
    keys = verified(packets, judge(packets, measured, len(packets) <= SHORT_FILE), glimpses)
    share, sure = np.minimum(measured.news, 1.0), np.zeros(len(packets))
    share[keys.index], sure[keys.index] = keys.share, keys.sure
    return share, sure


def _candidates(packets: Packets, share: Floats, sure: Floats, least: float) -> Candidates:
    """Every packet with news, but for the first picture; how sure it is grows with how far it stands out."""
    first = int(np.argmin(packets.time_s)) if len(packets) else 0
    index = np.flatnonzero(share >= least)
    index = index[index != first]
    news = share[index]
    beside = _beside(packets.time_s[index], news)
    by_size = np.clip(0.5 + 0.25 * np.log10(news / least), 0.1, 0.98) * (news / beside) ** 0.25
    return Candidates(index, packets.time_s[index].copy(), news, np.where(sure[index] > 0, sure[index], by_size))


def _beside(time_s: Floats, news: Floats) -> Floats:
    """The sum of all news within _NEAR_S of each."""
    order = np.argsort(time_s, kind="stable")
    total = np.concatenate(([0.0], np.cumsum(news[order])))
    first = np.searchsorted(time_s[order], time_s - _NEAR_S, side="left")
    last = np.searchsorted(time_s[order], time_s + _NEAR_S, side="right")
    return np.asarray(np.maximum(total[last] - total[first], news), dtype=np.float64)


def _chosen(found: Candidates, medium: float, min_interval_s: float) -> tuple[Ints, Floats]:
    """(indices of the candidates of which none is closer than `min_interval_s` to a stronger one, strength of all)."""
    strength = found.share * np.sqrt(found.share / np.maximum(_beside(found.time_s, found.share), 1e-9))
    bigger = np.flatnonzero(found.share >= medium)
    kept = _apart(found.time_s[bigger], strength[bigger], min_interval_s)
    _begin_with_first(found, bigger, kept, medium, min_interval_s)
    rank = np.where(found.share >= medium, 10.0 + strength, strength)  # a small one never stands in for a larger one
    rank[bigger[kept]] += 10.0
    return _apart(found.time_s, rank, min_interval_s), strength


def _begin_with_first(found: Candidates, bigger: Ints, kept: Ints, medium: float, distance_s: float) -> None:
    """A window that opens and then paints itself is one change, which begins when it opens: where one not much weaker
    came right before one of the `kept`, that stands for both. The `kept` of the `bigger` are changed in place."""
    time_s = found.time_s[bigger]
    order = np.argsort(time_s, kind="stable")
    sorted_s = time_s[order]
    until_s = -np.inf
    for at in np.argsort(time_s[kept], kind="stable").tolist():
        k = int(kept[at])
        first_s = max(time_s[k] - distance_s, until_s + distance_s)
        first, last = np.searchsorted(sorted_s, (first_s - 1e-9, time_s[k] - 1e-9))
        enough = max(medium, _NOT_MUCH_WEAKER * float(found.share[bigger[k]]))
        begins = next((int(j) for j in order[first:last] if found.share[bigger[j]] >= enough), k)
        found.share[bigger[begins]] = max(found.share[bigger[begins]], found.share[bigger[k]])
        kept[at], until_s = begins, time_s[begins]


def _changes(recording: Recording, found: Candidates, kept: Ints, counted: set[int]) -> list[Change]:
    """Changes in session time; only the `counted` ones may be medium or large."""
    changes = []
    for k in kept.tolist():
        t_s = float(found.time_s[k]) - recording.origin_s
        if not _BEGINNING_S < t_s < recording.duration_s:
            continue
        size = "small" if k not in counted else "large" if found.share[k] >= LARGE else "medium"
        changes.append(Change(round(t_s, 3), round(float(found.sure[k]), 3), size))
    return sorted(changes, key=lambda change: change.t_s)


def _apart(t_s: Floats, strength: Floats, distance_s: float) -> Ints:
    """Indices of those that no stronger one within `distance_s` stands in for."""
    order = np.argsort(t_s, kind="stable")
    free: Bools = np.ones(len(t_s), dtype=np.bool_)
    rank_of = np.empty(len(order), dtype=np.int64)
    rank_of[order] = np.arange(len(order))
    sorted_s = t_s[order]
    kept = []
    for k in np.argsort(-strength, kind="stable").tolist():
        rank = int(rank_of[k])
        if not free[rank]:
            continue
        kept.append(k)
        first = int(np.searchsorted(sorted_s, t_s[k] - distance_s + 1e-9, side="left"))
        last = int(np.searchsorted(sorted_s, t_s[k] + distance_s - 1e-9, side="right"))
        free[first:last] = False
    return np.array(sorted(kept), dtype=np.int64)


def _motion(recording: Recording, packets: Packets, share: Floats) -> Envelope:
    """News per step on a logarithmic scale: 0 nothing, 0.25 a thousandth of the picture, 0.5 a hundredth, 1 all of it."""
    steps = max(1, int(np.ceil(recording.duration_s / MOTION_STEP_S - 1e-9)))
    where = np.clip(((packets.time_s - recording.origin_s) / MOTION_STEP_S).astype(np.int64), 0, steps - 1)
    amount = np.bincount(where, weights=share, minlength=steps)
    values = np.clip(np.log10(1.0 + 1e4 * amount) / 4.0, 0.0, 1.0)
    return Envelope("motion", MOTION_STEP_S, tuple(np.round(values, 4).tolist()))
