"""Where a sound file that was given beside a recording lies in it: the lag at which both are loud together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import correlate, correlation_lags

from escribano_tui.domain.recording import Track
from escribano_tui.media import audio
from escribano_tui.ports import Stop

Curve = npt.NDArray[np.float64]
_RATE = 8_000
_STEP_S = 0.01
_HEARD_S = 1_800.0  # of both; clocks are set at the start
_BLOCK_S = 30.0
_FURTHEST_S = 900.0
_LEAST_OVERLAP_S = 10.0
_NEAR_S = 0.5  # a peak has slopes: its rivals lie further away
_SURE = 1.5  # times as high as any rival; unrelated sounds stay below 1.3
_LEAST_ALIKE = 0.25  # Pearson's r of the rises at the best lag; unrelated sounds stay below 0.1
_FLOOR_DB = -70.0
_MOST_DB = 3.0  # a step: one great jump, such as where a file begins, must not decide


def clock_offset(track: Track, reference: Track, stop: Stop) -> float | None:
    """What to add to `track.offset_s` so that it lies in time with `reference`; None where they share no sound.

    Cross-correlation of the rises of loudness, to 10 ms. Raises Cancelled.
    """
    ours, theirs = _rises(track, stop), _rises(reference, stop)
    if min(len(ours), len(theirs)) * _STEP_S < _LEAST_OVERLAP_S or not ours.any() or not theirs.any():
        return None
    return best_lag(ours, theirs)


def best_lag(ours: Curve, theirs: Curve) -> float | None:
    """The lag (s) by which `ours` must be moved to fit `theirs`, where one stands out. Both in steps of 10 ms."""
    fit = correlate(theirs, ours, mode="full", method="fft")
    lags = correlation_lags(len(theirs), len(ours), mode="full") * _STEP_S
    shared = np.minimum(len(theirs), lags / _STEP_S + len(ours)) - np.maximum(0, lags / _STEP_S)
    allowed = (np.abs(lags) <= _FURTHEST_S) & (shared * _STEP_S >= _LEAST_OVERLAP_S)
    fit = np.where(allowed, fit, -np.inf)
    best = int(np.argmax(fit))
    rivals = fit[allowed & (np.abs(lags - lags[best]) > _NEAR_S)]
    if fit[best] <= 0 or (len(rivals) and fit[best] < _SURE * float(rivals.max())):
        return None
    return round(float(lags[best]), 3) if _alike(ours, theirs, round(float(lags[best]) / _STEP_S)) >= _LEAST_ALIKE else None


def _alike(ours: Curve, theirs: Curve, lag: int) -> float:
    """Pearson's r of the two where they overlap."""
    ours, theirs = ours[max(0, -lag) :], theirs[max(0, lag) :]
    shared = min(len(ours), len(theirs))
    ours, theirs = ours[:shared], theirs[:shared]
    spread = float(ours.std() * theirs.std())
    return float(np.mean((ours - ours.mean()) * (theirs - theirs.mean()))) / spread if spread > 0 else 0.0


def _rises(track: Track, stop: Stop) -> Curve:
    """How much louder each step is than the one before (dB, falls are 0), from session time 0 on."""
    size = round(_STEP_S * _RATE)
    levels: list[Curve] = []
    heard_s = 0.0
    for start_s, samples in audio.blocks(track, stop, _BLOCK_S, _RATE):
        if not levels and start_s > 0:
            levels.append(np.full(round(start_s / _STEP_S), _FLOOR_DB))
        elif not levels:
            samples = samples[round(-start_s * _RATE) :]
        whole = samples[: len(samples) // size * size].reshape(-1, size)
        levels.append(10 * np.log10(np.maximum(np.mean(np.square(whole, dtype=np.float64), axis=1), 1e-7)))
        heard_s += len(samples) / _RATE
        if heard_s >= _HEARD_S:
            break
    level = np.concatenate(levels) if levels else np.zeros(0)
    smooth = np.convolve(level, np.ones(5) / 5, mode="same") if len(level) >= 5 else level
    rises: Curve = np.clip(np.diff(smooth, prepend=smooth[:1]), 0.0, _MOST_DB)
    return rises - rises.mean() if len(rises) else rises
