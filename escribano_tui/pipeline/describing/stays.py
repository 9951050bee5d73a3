"""Which frames a vision model looks at: one of each stay at a window, one more each minute, as reading goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.domain.lookalikes import fold

LEAST_STAY_S = 5.0  # a shorter visit to a window is not looked at: no segment is made of it
SEVERAL = 3  # pictures of a stay, of which the last one need not be looked at
ON_THE_WAY_S = 2.0  # before another window is in front: it may be there already, and its title not yet


@dataclass(frozen=True, slots=True)
class Sight:
    """A frame and what the screen reader says of it; None where it could not be read."""

    frame: Frame
    said: Description | None


@dataclass(frozen=True, slots=True)
class Part:
    """Frames that one look stands for: the one that is looked at, if any, and the others."""

    look: tuple[Sight, ...]
    others: tuple[Sight, ...]


@dataclass(slots=True)
class _Stay:
    key: tuple[str, ...]
    start_s: float
    sights: list[Sight] = field(default_factory=list)


class Stays:
    """Takes frames in time order and gives, as soon as it is certain, those that are to be looked at.

    `every_s` is the time within a stay that one look stands for; 0 looks at every frame. `looked` tells whether a frame
    was looked at before (an earlier run), `open_` whether it may still be. `worth` ranks the frames that could stand for
    the same time.
    """

    def __init__(
        self, every_s: float, looked: Callable[[Frame], bool], open_: Callable[[Frame], bool], worth: Callable[[Frame], float]
    ) -> None:
        self._every_s = every_s
        self._looked, self._open, self._worth = looked, open_, worth
        self._stay: _Stay | None = None

    def take(self, sight: Sight) -> list[Part]:
        """The next frame; gives the parts of the stay that it ended."""
        if not self._every_s:
            return [Part((sight,), ())] if self._open(sight.frame) else []
        key = _key(sight)
        if self._stay is not None and key and key == self._stay.key:
            self._stay.sights.append(sight)
            return []
        ended = self._ended(sight.frame.shows_from_s)
        self._stay = _Stay(key, min(sight.frame.shows_from_s, sight.frame.t_s), [sight])
        return ended

    def end(self, duration_s: float) -> list[Part]:
        """No more frames come: the parts of the last stay."""
        ended = self._ended(duration_s)
        self._stay = None
        return ended

    def _ended(self, until_s: float) -> list[Part]:
        stay = self._stay
        if stay is None:
            return []
        if max(until_s, stay.sights[-1].frame.t_s) - stay.start_s < LEAST_STAY_S:
            return [Part((), tuple(stay.sights))]
        parts: dict[int, list[Sight]] = {}
        for sight in stay.sights:
            parts.setdefault(int((sight.frame.t_s - stay.start_s) // self._every_s), []).append(sight)
        return [self._part(sights, until_s) for sights in parts.values()]

    def _part(self, sights: Sequence[Sight], until_s: float) -> Part:
        """The best frame that is still open is looked at, unless one was looked at before; one on the way to another window
        only where there is no other."""
        looked = any(self._looked(sight.frame) for sight in sights)
        still = [] if looked else [sight for sight in sights if self._open(sight.frame)]
        still = [sight for sight in still if until_s - sight.frame.t_s >= ON_THE_WAY_S] or still
        if len(still) >= SEVERAL and self._stay is not None and still[-1] is self._stay.sights[-1]:
            still = still[:-1]  # between it and the next picture the window went, nobody saw when
        best = max(still, key=lambda s: (self._worth(s.frame), -s.frame.t_s), default=None)
        return Part((best,) if best else (), tuple(sight for sight in sights if sight is not best))


def _key(sight: Sight) -> tuple[str, ...]:
    """What is in front, so that OCR's slips do not end a stay; empty where nobody knows: then it is a stay of its own."""
    said = sight.said
    if said is None or not (said.apps or said.title):
        return ()
    return (fold(said.apps[0]) if said.apps else "", fold(said.document or said.title or said.site), said.activity)
