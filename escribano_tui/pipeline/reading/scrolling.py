"""How far a part of the screen was scrolled: a line that moved is the same line."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from escribano_tui.domain.evidence import Box
from escribano_tui.pipeline.reading.pixels import Gray

_BANDS = 32  # into which the strokes of each row are counted
_LEAST_HEIGHT = 96  # pixels; a smaller part is read anew as cheaply
_LEAST_SHARED = 0.2  # of the part's height that must be on both pictures
_ALIKE = 0.75  # correlation of the shared rows


def scrolled_by(before: Gray, now: Gray, part: Box) -> int:
    """Pixels by which what stood in a part moved down (up where negative); 0 where it did not scroll.

    Normalised cross-correlation of row profiles, by Fourier transform over all shifts at once.
    """
    if part.h < _LEAST_HEIGHT:
        return 0
    old, new = _profiles(before, part), _profiles(now, part)
    size = cv2.getOptimalDFTSize(2 * part.h)
    spectrum = np.conj(np.fft.rfft(old, size, axis=0)) * np.fft.rfft(new, size, axis=0)
    matches = np.fft.irfft(spectrum, size, axis=0).sum(axis=1)
    reach = int(part.h * (1 - _LEAST_SHARED))
    shifts = np.concatenate([np.arange(-reach, 0), np.arange(1, reach + 1)])
    likeness = matches[shifts] / np.sqrt(_energies(old, shifts) * _energies(new, -shifts) + 1e-6)
    best = int(np.argmax(likeness))
    return int(shifts[best]) if likeness[best] >= _ALIKE else 0


def _profiles(gray: Gray, part: Box) -> npt.NDArray[np.float32]:
    """(rows, bands): strokes of each row, without what all rows share."""
    cut = gray[part.y : part.bottom, part.x : part.right]
    strokes = np.zeros(cut.shape, np.float32)
    strokes[:, 1:] = cv2.absdiff(cut[:, 1:], cut[:, :-1])
    bands = cv2.resize(strokes, (_BANDS, part.h), interpolation=cv2.INTER_AREA)
    return np.asarray(bands - bands.mean(axis=0), dtype=np.float32)


def _energies(profiles: npt.NDArray[np.float32], shifts: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """Energy of the rows that stay on the part when it moves down by each of the shifts."""
    upto = np.concatenate([[0.0], np.cumsum((profiles.astype(np.float64) ** 2).sum(axis=1))])
    height = len(profiles)
    first, last = np.maximum(0, -shifts), np.minimum(height, height - shifts)
    return np.asarray(upto[last] - upto[first], dtype=np.float64)


def moved(before: Gray, part: Box, shift: int, now: Gray) -> Gray:
    """The part as it would look now had it only scrolled; rows that came in are those of `now`."""
    old, new = before[part.y : part.bottom, part.x : part.right], now[part.y : part.bottom, part.x : part.right].copy()
    if shift > 0:
        new[shift:] = old[:-shift]
    elif shift < 0:
        new[:shift] = old[-shift:]
    return new
