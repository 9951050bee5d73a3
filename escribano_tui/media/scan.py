"""Changes of the picture from the sizes of its packets."""

from __future__ import annotations

import numpy as np

from escribano_tui.domain.evidence import Change, Envelope
from escribano_tui.domain.recording import Recording
from escribano_tui.media.packets import Bools, Floats, Packets
from escribano_tui.ports import Stop

MOTION_STEP_S = 0.5


def scan_packets(
    recording: Recording, packets: Packets, sensitivity: float, min_interval_s: float, stop: Stop
) -> tuple[list[Change], Envelope]:
    """Changes in time order, and the `motion` envelope."""
    order = np.argsort(packets.time_s, kind="stable")
    time, size, key = packets.time_s[order] - recording.origin_s, packets.size[order].astype(np.float64), packets.key[order]
    plain = np.where(key, np.nan, size)
    intra = float(np.median(size[key])) if key.any() else float(size.max())
    still = float(np.nanmedian(plain)) if not key.all() else 0.0
    share = np.where(key, _key_news(time, size, key, intra), np.maximum(size - 2 * still, 0) / intra)
    limit = 0.05 * sensitivity / 0.4
    found = [(float(t), float(s)) for t, s in zip(time, share, strict=True) if s >= limit and t > 0]
    changes: list[Change] = []
    for t, s in sorted(found, key=lambda f: -f[1]):
        if all(abs(t - c.t_s) >= min_interval_s for c in changes):
            changes.append(Change(round(t, 3), min(1.0, 0.5 + s / 2), "large" if s > 0.25 else "medium"))
    return sorted(changes, key=lambda c: c.t_s), _motion(recording, time, share)


def _key_news(time: Floats, size: Floats, key: Bools, intra: float) -> Floats:
    """How much of a keyframe is news: large where it comes earlier than keyframes usually do."""
    news = np.zeros(len(size))
    keys = np.flatnonzero(key)
    if len(keys) < 3:
        return news
    gaps = np.diff(keys)
    early = gaps < 0.97 * np.percentile(gaps, 90)
    moved = np.abs(np.diff(size[keys])) / intra
    news[keys[1:]] = np.where(early, np.maximum(moved, 0.1), 0.0)
    return news


def _motion(recording: Recording, time: Floats, share: Floats) -> Envelope:
    """Log-scaled share of new information per step."""
    steps = max(1, int(np.ceil(recording.duration_s / MOTION_STEP_S)))
    where = np.clip((time / MOTION_STEP_S).astype(int), 0, steps - 1)
    amount = np.bincount(where, weights=share, minlength=steps)
    values = np.clip(np.log10(1 + amount * 1e4) / 4, 0, 1)
    return Envelope("motion", MOTION_STEP_S, tuple(np.round(values, 4).tolist()))
