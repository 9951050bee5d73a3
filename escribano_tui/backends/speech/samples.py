"""Samples as models can stand them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

RATE = 16_000
LEAST = RATE // 10


def sane(samples: Sound) -> Sound:
    """Float32 in -1..1, what is no number taken for silence, at least 0.1 s of it."""
    import numpy as np

    finite = np.nan_to_num(np.asarray(samples, np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    bounded: Sound = np.clip(finite, -1.0, 1.0)
    return np.pad(bounded, (0, LEAST - len(bounded))) if len(bounded) < LEAST else bounded
