"""The owner's own changes to a text: they stand where what they are about stands, and wait for a decision elsewhere."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.own_text import OwnChange, changes, dump, kept, layered, load

LABELS = ("Hive weights", "Mail to Astrid", "Notes")
CARD = """\
# Session card, 20 November 2026

6:01 recorded: 5:15 at work, 0:46 idle.

## Hive weights, 3:38
coding 2:12 · debugging 1:26

- Worked on `weigh_frame` in `scales.py` [0:26].
- All 4 tests passed [2:51].

## Mail to Astrid, 0:35
communication 0:35

- Answered “Wrong totals” [3:51].

---
*Idle 0:46. Sum 6:01.*
"""
STANDUP = """\
# Stand-up: 6:01 recorded
## Did
- **Hive weights**, 3:38: worked on `weigh_frame` [0:26].
- **Mail to Astrid**, 0:35: answered “Wrong totals” [3:51].
## Outcomes
- All 4 tests passed [2:51].
"""


def test_a_change_stands_where_its_section_is_the_same() -> None:
    edited = CARD.replace("Answered “Wrong totals” [3:51].", "Told Astrid that the totals are right again [3:51].")
    own = changes(CARD, edited, LABELS)
    again = CARD.replace("coding 2:12", "review 2:12").replace("6:01 recorded", "6:02 recorded")

    now = layered(again, own)

    assert now.text == edited.replace("coding 2:12", "review 2:12").replace("6:01 recorded", "6:02 recorded")
    assert (len(now.standing), now.waiting) == (1, ())


def test_a_change_waits_where_its_subject_was_written_anew_and_comes_back_with_it() -> None:
    own = changes(CARD, CARD.replace("All 4 tests passed", "All tests are green"), LABELS)
    again = CARD.replace("coding 2:12", "review 2:12")  # another line, but the same subject

    assert layered(again, own).text == again
    assert layered(again, own).waiting == own
    assert "All tests are green" in layered(CARD, own).text


def test_a_section_that_has_grown_was_written_anew() -> None:
    own = changes(CARD, CARD.replace("Answered “Wrong totals”", "Wrote to Astrid"), LABELS)
    again = CARD.replace("“Wrong totals” [3:51].\n", "“Wrong totals” [3:51].\n- Said: “That was all.” [4:02]\n")

    assert layered(again, own).waiting == own


def test_sections_may_change_places() -> None:
    own = changes(CARD, CARD.replace("- Answered “Wrong totals” [3:51].\n", ""), LABELS)
    first, mail = CARD.index("## Hive"), CARD.index("## Mail")
    turned = CARD[:first] + CARD[mail : CARD.index("---")] + CARD[first:mail] + CARD[CARD.index("---") :]

    now = layered(turned, own)

    assert not now.waiting
    assert "Answered" not in now.text
    assert "weigh_frame" in now.text


@pytest.mark.parametrize("format", [CARD, STANDUP])
def test_what_is_put_in_between_stands_whatever_is_written(format: str) -> None:
    edited = f"{format.rstrip()}\n\n## For Friday\n\n- Show the scales to Lena.\n"
    own = changes(format, edited, LABELS)

    assert layered(format, own).text == edited
    anew = layered("# Something else\n\nwas written.\n", own)
    assert not anew.waiting
    assert "- Show the scales to Lena." in anew.text


def test_a_point_that_is_added_to_a_subject_belongs_to_it() -> None:
    edited = CARD.replace("[3:51].\n", "[3:51].\n- Promised the new totals until Friday.\n")
    own = changes(CARD, edited, LABELS)

    assert layered(CARD, own).text == edited
    assert layered(CARD.replace("Wrong totals", "Right totals"), own).waiting == own


def test_in_a_stand_up_every_line_stands_for_itself() -> None:
    own = changes(STANDUP, STANDUP.replace("worked on `weigh_frame` [0:26]", "made the weights exact [0:26]"), LABELS)

    other_subject = STANDUP.replace("answered “Wrong totals”", "wrote a message")
    assert "made the weights exact" in layered(other_subject, own).text
    same_subject = STANDUP.replace("worked on `weigh_frame`", "worked on `weigh_frame` and `total`")
    assert layered(same_subject, own).waiting == own


def test_a_waiting_change_that_is_kept_takes_the_place_of_what_says_the_same() -> None:
    own = changes(
        CARD, CARD.replace("Worked on `weigh_frame` in `scales.py`", "Made `weigh_frame` in `scales.py` exact"), LABELS
    )
    again = CARD.replace("coding 2:12", "review 2:12").replace("`weigh_frame` in", "`weigh_frame` and `total` in")

    decided = layered(again, kept(again, own, own[0], LABELS))

    assert not decided.waiting
    assert "- Made `weigh_frame` in `scales.py` exact [0:26]." in decided.text
    assert "`total`" not in decided.text
    assert "review 2:12" in decided.text


def test_a_waiting_change_whose_subject_has_gone_stands_at_the_end_when_kept() -> None:
    own = changes(CARD, CARD.replace("Answered “Wrong totals” [3:51].", "Astrid is content [3:51]."), LABELS)
    again = CARD[: CARD.index("## Mail")] + CARD[CARD.index("---") :]

    decided = layered(again, kept(again, own, own[0], LABELS))

    assert not decided.waiting
    assert decided.text.index("Astrid is content") < decided.text.index("---")


def test_a_decision_leaves_the_other_changes_as_they_were() -> None:
    edited = CARD.replace("“Wrong totals”", "Astrid").replace("All 4 tests passed", "All green")
    own = changes(CARD, edited, LABELS)
    again = CARD.replace("coding 2:12", "review 2:12").replace("0:35", "0:36")
    assert len(layered(again, own).waiting) == 2

    after = kept(again, own, own[0], LABELS)

    assert len(layered(again, after).waiting) == 1
    assert "All green" in layered(again, after).text


def test_changes_are_kept_as_data() -> None:
    own = changes(CARD, CARD.replace("Worked", "Toiled").replace("3:51", "3:52"), LABELS)
    assert load(dump(own)) == own
    with pytest.raises(ValueError, match="owner"):
        load('[{"nonsense": 1}]')


_LINE = st.sampled_from(
    ["", "# Title", "## Notes, 1:00", "## Hive weights, 2:00", "- one [0:01].", "- two [0:02].", "plain words", "---", "*x*"]
)
_TEXT = st.lists(_LINE, max_size=14).map(lambda lines: "\n".join(lines) + "\n")


@given(_TEXT, _TEXT)
def test_over_the_text_that_was_changed_the_layer_gives_the_changed_text(written: str, edited: str) -> None:
    now = layered(written, changes(written, edited, LABELS))
    assert not now.waiting
    assert [line for line in now.text.splitlines() if line] == [line for line in edited.splitlines() if line]


@given(_TEXT, _TEXT, _TEXT)
def test_no_change_is_ever_lost(written: str, edited: str, anew: str) -> None:
    own = changes(written, edited, LABELS)
    now = layered(anew, own)
    assert sorted(map(repr, (*now.standing, *now.waiting))) == sorted(map(repr, own))
    while waiting := layered(anew, own).waiting:
        own = kept(anew, own, waiting[0], LABELS)
        text = layered(anew, own).text.splitlines()
        assert all(line in text for line in waiting[0].come if line)
        assert len(layered(anew, own).waiting) < len(waiting)


def test_nothing_changed_is_no_layer() -> None:
    assert changes(CARD, CARD, LABELS) == ()
    assert layered(CARD, ()).text == CARD
    assert layered("", (OwnChange((), 0, (), ("mine",), free=True),)).text == "mine\n"
