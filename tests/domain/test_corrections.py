"""The fewest edits from a draft to the truth, against a search through all that a hand could do."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.corrections import fewest_edits

CELLS = 5
LABELS = ("coding", "data", "idle")
Draft = tuple[tuple[int, ...], tuple[str, ...]]  # inner boundaries, labels


def segments_of(cuts: Sequence[float], labels: Sequence[str]) -> list[dict[str, object]]:
    """Segments from their edges and labels."""
    return [{"start_s": a, "end_s": b, "activity": label} for (a, b), label in zip(pairwise(cuts), labels, strict=True)]


def edits_of(draft: Draft) -> list[Draft]:
    """All drafts that one edit makes of a draft."""
    cuts, labels = draft
    edges = (0, *cuts, CELLS)
    found: list[Draft] = []
    for k, label in enumerate(labels):
        found += [(cuts, (*labels[:k], other, *labels[k + 1 :])) for other in LABELS if other != label]
        for at in range(edges[k] + 1, edges[k + 1]):
            found.append(((*cuts[:k], at, *cuts[k:]), (*labels[:k], label, *labels[k:])))
    for k in range(len(cuts)):
        found += [((*cuts[:k], *cuts[k + 1 :]), (*labels[:k], kept, *labels[k + 2 :])) for kept in labels[k : k + 2]]
        for to in range(edges[k] + 1, edges[k + 2]):
            found.append(((*cuts[:k], to, *cuts[k + 1 :]), labels))
    return found


def searched(draft: Draft, truth: Draft) -> int:
    """The length of the shortest way, breadth first."""
    seen, waiting = {draft}, deque([(draft, 0)])
    while waiting:
        here, steps = waiting.popleft()
        if here == truth:
            return steps
        for there in edits_of(here):
            if there not in seen:
                seen.add(there)
                waiting.append((there, steps + 1))
    raise AssertionError("there is always a way")


cuts = st.sets(st.integers(1, CELLS - 1)).map(lambda s: tuple(sorted(s)))
drafts = cuts.flatmap(
    lambda c: st.tuples(st.just(c), st.lists(st.sampled_from(LABELS), min_size=len(c) + 1, max_size=len(c) + 1).map(tuple))
)


def told(draft: Draft) -> list[dict[str, object]]:
    return segments_of([10.0 * edge for edge in (0, *draft[0], CELLS)], draft[1])


@settings(max_examples=100)
@given(drafts, drafts)
def test_no_hand_needs_fewer(draft: Draft, truth: Draft) -> None:
    edits = fewest_edits(told(truth), told(draft))
    assert edits.total == searched(draft, truth)
    assert edits.total == sum(edits.by_kind().values())


def test_a_label_that_parts_share_is_given_before_they_are_split() -> None:
    truth = segments_of([0, 10, 20, 30, 40, 50], ["coding", "data", "coding", "idle", "coding"])
    assert fewest_edits(truth, segments_of([0, 50], ["writing"])).by_kind() == {"relabel": 3, "split": 4, "merge": 0, "move": 0}
    assert fewest_edits(truth, segments_of([0, 50], ["coding"])).by_kind() == {"relabel": 2, "split": 4, "merge": 0, "move": 0}


def test_a_boundary_that_is_near_enough_stays() -> None:
    truth = segments_of([0, 10, 20], ["coding", "data"])
    assert fewest_edits(truth, segments_of([0, 11.9, 20], ["coding", "data"])).total == 0
    assert fewest_edits(truth, segments_of([0, 12.1, 20], ["coding", "data"])).by_kind()["move"] == 1


def test_hundreds_of_segments_with_faults_are_counted_too() -> None:
    """So many that only segments near one another are looked at as pairs."""
    chance = random.Random(1)
    edges = sorted(chance.sample(range(5, 14_395), 230))
    truth = segments_of([0, *edges, 14_400], [chance.choice(LABELS) for _ in range(231)])
    ours = sorted({*(e for e in edges if chance.random() < 0.8), *chance.sample(range(5, 14_395), 30)})
    draft = segments_of([0, *ours, 14_400], [chance.choice(LABELS) for _ in range(len(ours) + 1)])
    edits = fewest_edits(truth, draft)
    assert edits.split - edits.merge == len(truth) - len(draft)
    assert edits.total < 231 + len(ours)
    assert fewest_edits(truth, truth).total == 0
    assert fewest_edits(truth, segments_of([0, 14_400], ["idle"])).split == 230
