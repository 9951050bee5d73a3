"""The fewest edits from a draft to a ground truth: what a hand would do in the review, and no less will do.

An edit relabels a segment, splits one, merges two (either label stays) or moves a boundary between its neighbours. A
boundary within NEAR_ENOUGH_S of the true one is left where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass, fields
from functools import cache
from typing import Any, Final

Data = dict[str, Any]
NEAR_ENOUGH_S: Final = 2.0
MOST_AT_ONCE: Final = 24  # true segments in one drafted one: of more, the relabels are counted piece by piece
SLACK_S: Final = 600.0  # in long recordings a boundary is matched with one no farther off than about this
SMALL: Final = 40_000  # pairs of segments up to which all are looked at


@dataclass(frozen=True, slots=True, order=True)
class Edits:
    """How many of each kind; ordered by their sum first."""

    total: int = 0
    relabel: int = 0
    split: int = 0
    merge: int = 0
    move: int = 0

    def plus(self, relabel: int = 0, split: int = 0, merge: int = 0, move: int = 0) -> Edits:
        more = relabel + split + merge + move
        return Edits(self.total + more, self.relabel + relabel, self.split + split, self.merge + merge, self.move + move)

    def by_kind(self) -> dict[str, int]:
        return dict(zip((f.name for f in fields(self)[1:]), astuple(self)[1:], strict=True))


@dataclass(frozen=True, slots=True)
class _Ways:
    """The cheapest ways to be in a true and a drafted segment: freshly matched, merging drafted ones (with the right label
    among them or not), or splitting the drafted one."""

    fresh: Edits | None = None
    merging: Edits | None = None
    merging_right: Edits | None = None
    splitting: Edits | None = None


def fewest_edits(truth: Sequence[Data], found: Sequence[Data]) -> Edits:
    """The fewest edits that turn the draft into the truth; both tile the same time.

    Boundaries that stay or move are matched in order. Between two that follow one another, either several drafted segments
    are merged into a true one, or a drafted one is split into several: then a label that several of the parts share is given
    before they are split (the "strange printer" recurrence). A dynamic programme over pairs of segments.
    """
    if not truth or not found:
        return Edits(len(truth), 0, len(truth), 0, 0) if truth else Edits()
    labels, ours = [s["activity"] for s in truth], [s["activity"] for s in found]
    repaint = _painter(labels)
    reach = _reach(truth, found)
    table: dict[tuple[int, int], _Ways] = {(0, 0): _Ways(fresh=Edits())}
    last = (len(truth) - 1, len(found) - 1)
    best: Edits | None = None
    for i in range(len(truth)):
        for j in reach[i]:
            ways = table.pop((i, j), None)
            if ways is None:
                continue
            right = ours[j] == labels[i]
            ended = _cheapest(
                ways.fresh and ways.fresh.plus(relabel=not right), ways.merging and ways.merging.plus(relabel=1),
                ways.merging_right, ways.splitting,
            )  # fmt: skip
            if (i, j) == last:
                best = ended
                continue
            if ended and i < last[0] and j < last[1] and j + 1 in reach[i + 1]:
                far = abs(truth[i + 1]["start_s"] - found[j + 1]["start_s"]) > NEAR_ENOUGH_S
                _offer(table, (i + 1, j + 1), fresh=ended.plus(move=far))
            if j < last[1] and j + 1 in reach[i]:
                _merge_on(table, (i, j + 1), ways, right, ours[j + 1] == labels[i])
            _split_on(table, (i, j), ways, ours[j], repaint, reach)
    return best or _from_nothing(truth, found)


def _merge_on(table: dict[tuple[int, int], _Ways], to: tuple[int, int], ways: _Ways, right: bool, next_right: bool) -> None:
    for edits, known in ((ways.fresh, right), (ways.merging, False), (ways.merging_right, True)):
        if edits is not None:
            name = "merging_right" if known or next_right else "merging"
            _offer(table, to, **{name: edits.plus(merge=1)})


def _split_on(
    table: dict[tuple[int, int], _Ways], here: tuple[int, int], ways: _Ways, label: str,
    repaint: Callable[[str, int, int], int], reach: Sequence[range],
) -> None:  # fmt: skip
    i, j = here
    for more in range(1, min(MOST_AT_ONCE, len(reach) - 1 - i) + 1):
        if j not in reach[i + more]:
            break
        if ways.fresh is not None:
            edits = ways.fresh.plus(split=more, relabel=repaint(label, i, i + more))
            _offer(table, (i + more, j), splitting=edits)
        if ways.splitting is not None:
            edits = ways.splitting.plus(split=more, relabel=repaint(label, i + 1, i + more))
            _offer(table, (i + more, j), splitting=edits)


def _offer(table: dict[tuple[int, int], _Ways], at: tuple[int, int], **offered: Edits) -> None:
    known = table.get(at, _Ways())
    told = {f.name: getattr(known, f.name) for f in fields(known)}
    for name, edits in offered.items():
        told[name] = _cheapest(told[name], edits)
    table[at] = _Ways(**told)


def _cheapest(*ways: Edits | None) -> Edits | None:
    return min((w for w in ways if w is not None), default=None)


def _reach(truth: Sequence[Data], found: Sequence[Data]) -> list[range]:
    """For each true segment the drafted ones that are looked at: all in short recordings, else those around it."""
    if len(truth) * len(found) <= SMALL:
        return [range(len(found))] * len(truth)
    rows = []
    for segment in truth:
        near = [
            j for j, s in enumerate(found)
            if s["end_s"] >= segment["start_s"] - SLACK_S and s["start_s"] <= segment["end_s"] + SLACK_S
        ]  # fmt: skip
        rows.append(range(near[0], near[-1] + 1) if near else range(0))
    return rows


def _from_nothing(truth: Sequence[Data], found: Sequence[Data]) -> Edits:
    """Merge all, then split and label: where draft and truth do not even lie in the same time."""
    return Edits().plus(merge=len(found) - 1, split=len(truth) - 1, relabel=len(truth))


def _painter(labels: Sequence[str]) -> Callable[[str, int, int], int]:
    """How many relabels a segment of a label needs, before and between its splits, to become labels first..last."""

    @cache
    def strokes(first: int, last: int) -> int:
        """Of a segment without any label."""
        if first > last:
            return 0
        ways = [1 + strokes(first + 1, last)]
        ways += [
            strokes(first + 1, k - 1) + strokes(k, last) for k in range(first + 1, last + 1) if labels[k] == labels[first]
        ]  # fmt: skip
        return min(ways)

    @cache
    def repaint(label: str, first: int, last: int) -> int:
        kept = [strokes(first, k - 1) + strokes(k, last) - 1 for k in range(first, last + 1) if labels[k] == label]
        return min([strokes(first, last), *kept])

    return repaint
