"""What looks alike: returns to a window, and nothing else."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.likeness import alike, one_by_one
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.timeline import Timeline

PICTURE = 0x0F0F_3C3C_55AA_9966
OTHER = 0x1234_5678_9ABC_DEF0


def made(*rows: tuple[str, str, tuple[str, ...], int]) -> tuple[Timeline, list[Frame]]:
    """(activity, title, apps, phash), ten seconds each."""
    segments = tuple(
        Segment(f"s{k}", k * 10_000, (k + 1) * 10_000, activity, title, apps=apps, subject_id="b")
        for k, (activity, title, apps, _) in enumerate(rows)
    )
    frames = [Frame(k * 10 + 5.0, "change", k * 10.0, k * 10 + 10.0, phash=row[3]) for k, row in enumerate(rows)]
    return Timeline(len(rows) * 10_000, segments, (Subject("b", "b"),)), frames


def found(*rows: tuple[str, str, tuple[str, ...], int]) -> list[str]:
    draft, frames = made(*rows)
    return alike(draft, draft, frames, "s0")


def test_a_return_to_a_document_is_found_whatever_the_picture() -> None:
    kate = ("Kate",)
    assert found(("coding", "a.py", kate, PICTURE), ("coding", "b.py", kate, OTHER), ("writing", "A.py", kate, OTHER)) == ["s2"]


def test_the_same_picture_of_another_program_is_not_alike() -> None:
    assert found(("design", "map", ("GIMP",), PICTURE), ("media", "map", ("Parole",), PICTURE)) == []


def test_a_terminal_with_other_commands_is_not_alike() -> None:
    rows = [("debugging", "tidewater", ("Terminal", *c), PICTURE) for c in (("pytest", "python3"), ("git",), ("pytest",), ())]
    assert found(*rows) == ["s2"]


def test_nearly_the_same_picture_counts_where_it_was_drafted_alike() -> None:
    chat = ("Chat",)
    near = PICTURE ^ 0b111
    assert found(
        ("communication", "", chat, PICTURE), ("communication", "", chat, near), ("reading", "", chat, near),
        ("communication", "", chat, OTHER),
    ) == ["s1"]  # fmt: skip


def test_what_stood_still_is_alike_only_what_stood_still() -> None:
    page = ("Firefox",)
    assert found(
        ("planning", "Board", page, PICTURE), ("idle", "Board", page, PICTURE), ("planning", "Board", page, PICTURE)
    ) == ["s2"]  # fmt: skip


def test_a_title_that_only_names_the_program_says_nothing() -> None:
    rows = [("terminal", "xterm", ("xterm",), PICTURE), ("data", "xterm", ("xterm",), PICTURE)]
    assert found(*rows) == []


def test_it_goes_by_the_draft_where_the_owner_has_relabelled() -> None:
    draft, frames = made(*[("terminal", "", ("xterm",), PICTURE)] * 2)
    edited = replace(draft, segments=(replace(draft.segments[0], activity="debugging"), draft.segments[1]))
    assert alike(edited, draft, frames, "s0") == ["s1"]


def test_nothing_is_alike_what_shows_nothing() -> None:
    assert found(("other", "", (), PICTURE), ("other", "", (), PICTURE)) == []


@given(
    looks=st.lists(st.sampled_from((0b1, 0b111, 0b11111111, 1 << 40)), min_size=2, max_size=12),
    most=st.integers(0, 10),
)
def test_every_index_gives_the_same(looks: list[int], most: int) -> None:
    from escribano_tui.media.similarity import looks_of

    plain, quick = one_by_one(looks), looks_of(looks).near
    for look in looks:
        assert sorted(quick(look, most)) == list(plain(look, most))
