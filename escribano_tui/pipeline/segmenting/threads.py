"""Threads of work: segments that belong together, by shared documents, projects, words and returns."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from escribano_tui.domain.segment import Segment
from escribano_tui.pipeline.segmenting.features import Features

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
else:
    Floats = Any

# How alike two segments are is the sum of these; from TOGETHER on they are one thread.
TOGETHER = 0.5
SAME_DOCUMENT = 0.75
NAMED = 0.45  # a document of the one is named on the screen of the other
SAME_TOPIC = 0.4  # a project, a folder, a ticket
WORDS = 0.7  # times the cosine of their words
SERVES = 0.4  # what looks something up for a thread need be only this much like one segment of it
NEIGHBOURS = 0.12
PICKED = 0.42  # what is done right after a plan was looked at was usually picked from it
BETWEEN = 0.4  # what lies between two visits to the same document usually serves it
BETWEEN_MS = 15 * 60_000
ALONE = 0.3  # mail, calls and documents are threads of their own unless they share a document
MAKING = frozenset({"coding", "debugging", "terminal", "review", "data", "design", "media"})
SERVING = frozenset({"research", "reading", "planning", "terminal", "debugging", "other", "data"})
LISTS = frozenset({"planning", "communication", "meeting", "other"})  # one comes back to a plan or an inbox from anything
APART = frozenset({"communication", "meeting", "other"})
OWN = frozenset({"communication", "meeting", "writing"})


def threads(segments: Sequence[Segment], features: Sequence[Features]) -> list[int]:
    """For each segment the number of its thread, numbered in order of first appearance. Average linkage."""
    if len(segments) < 2:
        return [0] * len(segments)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    alike = likenesses(segments, features)
    distance = 1.0 - alike
    groups = fcluster(linkage(squareform(distance, checks=False), "average"), 1.0 - TOGETHER, "distance")
    groups = _attached([int(g) for g in groups], segments, alike)
    numbers: dict[int, int] = {}
    return [numbers.setdefault(g, len(numbers)) for g in groups]


def _attached(groups: list[int], segments: Sequence[Segment], alike: Floats) -> list[int]:
    """What serves and stands alone goes to the thread of the segment that it is most like, if it is like enough."""
    sizes = Counter(groups)
    result = list(groups)
    for k, segment in enumerate(segments):
        if sizes[groups[k]] > 1 or segment.activity not in SERVING:
            continue
        others = [j for j in range(len(segments)) if j != k and segments[j].activity not in APART]
        best = max(others, key=lambda j: (alike[k, j], -abs(j - k)), default=None)
        if best is not None and alike[k, best] >= SERVES:
            result[k] = groups[best]
    return result


def likenesses(segments: Sequence[Segment], features: Sequence[Features]) -> Floats:
    """(n, n) of 0..1, symmetric, 1 on the diagonal."""
    import numpy as np

    n = len(segments)
    documents = _shared([f.documents for f in features])
    named = _named(features)
    topics = _shared([f.topics for f in features])
    alike = SAME_DOCUMENT * documents + NAMED * np.maximum(named, named.T) * (1 - documents)
    alike += SAME_TOPIC * topics * (1 - 0.5 * documents)
    alike += WORDS * _cosine([f.words for f in features])
    alike += _neighbours(segments)
    between = _between(segments, documents)
    own = np.array([s.activity in OWN for s in segments])
    apart = (own[:, None] | own[None, :]) & (between == 0)
    alike += between - ALONE * apart * (1 - documents)
    alike = np.clip(alike, 0.0, 1.0)
    alike[np.arange(n), np.arange(n)] = 1.0
    return (alike + alike.T) / 2


def _shared(sets: Sequence[set[str]]) -> Floats:
    """1 where two segments share a name, 0 where not."""
    import numpy as np
    from scipy.sparse import csr_matrix

    column = {name: k for k, name in enumerate(sorted({name for s in sets for name in s}))}
    rows = [i for i, s in enumerate(sets) for _ in s]
    columns = [column[name] for s in sets for name in sorted(s)]
    matrix = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(sets), max(1, len(column))))
    result: Floats = np.minimum(1.0, np.asarray((matrix @ matrix.T).todense()))
    return result


def _named(features: Sequence[Features]) -> Floats:
    """(i, j): whether a file that i is about is named on the screen of j."""
    import numpy as np

    names = sorted({d for f in features for d in f.documents})
    column = {name: k for k, name in enumerate(names)}
    about = np.zeros((len(features), max(1, len(names))))
    said = np.zeros_like(about)
    for i, f in enumerate(features):
        for d in f.documents:
            about[i, column[d]] = 1.0
        for m in f.mentions:
            if m in column:
                said[i, column[m]] = 1.0
    result: Floats = np.minimum(1.0, about @ said.T)
    return result


def _cosine(counts: Sequence[Counter[str]]) -> Floats:
    """Cosine of word vectors (1 + log of the count, times the inverse frequency over segments)."""
    import numpy as np
    from scipy.sparse import csr_matrix

    n = len(counts)
    among = Counter(word for c in counts for word in c)
    column = {word: k for k, word in enumerate(sorted(word for word, k in among.items() if k >= 2))}
    weights = [{w: (1 + math.log(k)) * math.log(1 + n / among[w]) for w, k in sorted(c.items())} for c in counts]
    norms = np.array([math.sqrt(sum(v * v for v in of.values())) or 1.0 for of in weights])
    rows = [i for i, of in enumerate(weights) for w in of if w in column]
    columns = [column[w] for of in weights for w in of if w in column]
    values = [v for of in weights for w, v in of.items() if w in column]
    matrix = csr_matrix((values, (rows, columns)), shape=(n, max(1, len(column))))
    result: Floats = np.asarray((matrix @ matrix.T).todense()) / norms[:, None] / norms[None, :]
    return result


def _neighbours(segments: Sequence[Segment]) -> Floats:
    """Work that follows on work."""
    import numpy as np

    n = len(segments)
    result = np.zeros((n, n))
    for k in range(n - 1):
        first, second = segments[k].activity, segments[k + 1].activity
        if {first, second} & OWN or not {first, second} & MAKING:
            continue
        result[k, k + 1] = result[k + 1, k] = PICKED if first == "planning" else NEIGHBOURS
    return result


def _between(segments: Sequence[Segment], documents: Floats) -> Floats:
    """What serves lies between two visits to the same document, not long apart."""
    import numpy as np

    n = len(segments)
    result = np.zeros((n, n))
    last_seen: list[int] = []
    for j in range(n):
        before = None
        if segments[j].activity not in LISTS:
            before = next((i for i in reversed(last_seen) if documents[i, j] > 0), None)
        if before is not None and segments[j].start_ms - segments[before].end_ms <= BETWEEN_MS:
            for k in range(before + 1, j):
                if segments[k].activity in SERVING:
                    for visit in (before, j):
                        result[visit, k] = result[k, visit] = BETWEEN
        last_seen = [*last_seen[-24:], j]
    return result
