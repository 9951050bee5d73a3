"""The best way through the states: an optimal partition of the time line, by dynamic programming.

A partition's worth is the sum of what each cell gains from the state of its segment, less what its boundaries cost; a
segment is never shorter than a least length. This is Viterbi's algorithm with a least duration (a semi-Markov model).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
else:
    Floats = Any


@dataclass(frozen=True, slots=True)
class Stretch:
    """Cells first <= k < last in one state."""

    first: int
    last: int
    state: int


def best_partition(times_ms: Sequence[int], gains: Floats, costs: Sequence[float], least_ms: int) -> list[Stretch]:
    """The best partition of cells into stretches.

    `times_ms` are the n+1 edges of n cells, `gains` is (n, states), `costs` has one entry for each edge. Stretches are at
    least `least_ms` long, but for one that is all there is. Ties go to the state that comes first.
    """
    import numpy as np

    n, states = gains.shape
    total = np.vstack([np.zeros(states), np.cumsum(gains, axis=0)])
    best_end = np.full(n + 1, -np.inf)  # worth of the best partition of all before an edge
    best_state = np.zeros(n + 1, dtype=np.int64)
    best_end[0] = 0.0
    worth = np.full(states, -np.inf)  # of being in a state, in a stretch that is long enough
    began = np.zeros(states, dtype=np.int64)
    begins = np.zeros((n + 1, states), dtype=np.int32)
    waiting: deque[int] = deque([0])
    for edge in range(1, n + 1):
        worth = worth + gains[edge - 1]
        while waiting and (times_ms[edge] - times_ms[waiting[0]] >= least_ms or (edge == n and not np.isfinite(worth).any())):
            start = waiting.popleft()
            fresh = best_end[start] - (costs[start] if start else 0.0) + total[edge] - total[start]
            better = fresh > worth
            worth = np.where(better, fresh, worth)
            began = np.where(better, start, began)
        begins[edge] = began
        if np.isfinite(worth).any():
            best_state[edge] = int(np.argmax(worth))
            best_end[edge] = worth[best_state[edge]]
            waiting.append(edge)
    stretches: list[Stretch] = []
    edge = n
    while edge > 0:
        state = int(best_state[edge])
        start = int(begins[edge, state])
        stretches.append(Stretch(start, edge, state))
        edge = start
    return stretches[::-1]
