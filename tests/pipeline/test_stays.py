"""Which frames a vision model looks at: one of each part of a stay, and the same ones when it is tried again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.pipeline.describing.stays import LEAST_STAY_S, Part, Sight, Stays

WINDOWS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 40)), min_size=1, max_size=30)


def sights(made: list[tuple[str, int]]) -> list[Sight]:
    found, at_s = [], 0.0
    for k, (window, length) in enumerate(made):
        frame = Frame(at_s + 0.4, "change", at_s, at_s + length, score=(k * 7 % 10) / 10)
        said = Description(frame.t_s, "", "coding", 0.5, apps=("Geany",), title=f"{window}.py")
        found.append(Sight(frame, said))
        at_s += length
    return found


def parts_of(taken: list[Sight], every_s: float = 30.0, done: frozenset[str] = frozenset(), looked: str = "") -> list[Part]:
    stays = Stays(every_s, lambda f: f.item == looked, lambda f: f.item not in done, lambda f: f.score)
    parts = [part for sight in taken for part in stays.take(sight)]
    return parts + stays.end(taken[-1].frame.shows_until_s)


@given(WINDOWS)
def test_every_frame_is_in_one_part_and_every_long_stay_is_looked_at(made: list[tuple[str, int]]) -> None:
    taken = sights(made)
    parts = parts_of(taken)
    told = [sight.frame.item for part in parts for sight in (*part.look, *part.others)]
    assert sorted(told) == [sight.frame.item for sight in taken]
    looked = {sight.frame.item for part in parts for sight in part.look}
    stay: list[Sight] = []
    for sight in [*taken, None]:
        if stay and (sight is None or sight.said.title != stay[0].said.title):  # type: ignore[union-attr]
            length_s = stay[-1].frame.shows_until_s - stay[0].frame.shows_from_s
            assert bool(looked & {s.frame.item for s in stay}) == (length_s >= LEAST_STAY_S)
            stay = []
        if sight is not None:
            stay.append(sight)


@given(WINDOWS)
def test_what_failed_is_looked_at_when_it_is_tried_again(made: list[tuple[str, int]]) -> None:
    """All is done but the frames that were to be looked at: just those are."""
    taken = sights(made)
    first = {sight.frame.item for part in parts_of(taken) for sight in part.look}
    rest = frozenset(sight.frame.item for sight in taken) - first
    again = {sight.frame.item for part in parts_of(taken, done=rest) for sight in part.look}
    assert again == first


def test_a_part_that_was_looked_at_is_not_looked_at_again() -> None:
    taken = sights([("a", 8), ("a", 8), ("a", 8)])
    (part,) = parts_of(taken)
    assert [len(part.look), len(part.others)] == [1, 2]
    (again,) = parts_of(taken, looked=part.look[0].frame.item, done=frozenset({part.look[0].frame.item}))
    assert again.look == ()


def test_what_nobody_could_read_is_a_stay_of_its_own() -> None:
    taken = [Sight(sight.frame, None) for sight in sights([("a", 10)] * 4)]
    assert sum(len(part.look) for part in parts_of(taken)) == 4


def test_a_picture_on_the_way_to_another_window_is_looked_at_only_where_there_is_no_other() -> None:
    taken = sights([("a", 8), ("a", 8), ("a", 1), ("b", 20)])
    best = Sight(Frame(16.4, "change", 16.0, 17.0, score=1.0), taken[2].said)
    part, other = parts_of([*taken[:2], best, taken[3]])
    assert part.look[0].frame in (taken[0].frame, taken[1].frame), "it may show the other window already"
    assert other.look == (taken[3],)
    slow = [*taken[:2], Sight(Frame(17.0, "change", 16.0, 17.0, score=1.0), taken[2].said), *sights([("a", 30), ("b", 9)])[1:]]
    assert parts_of(slow)[0].look[0].frame in (taken[0].frame, taken[1].frame), "nobody saw when the window went after it"
    late = Sight(Frame(16.4, "change", 0.0, 17.0), taken[0].said)
    alone, _ = parts_of([late, taken[3]])
    assert alone.look == (late,)
