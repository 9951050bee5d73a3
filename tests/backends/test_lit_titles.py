"""Of several windows the one whose title is lit, or whose entry in the task bar is marked, has the focus."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from escribano_tui.backends.vision.screen_reader import ScreenReader, load_cues
from escribano_tui.domain.evidence import Description
from tests.backends.screen_reader_screens import HEIGHT, WIDTH, browser, panel, put, scene, window

if TYPE_CHECKING:
    from escribano_tui.ports import Image

LEFT, RIGHT = "wheel.py (~/engine) - VIM", "ada@host: ~/engine - Konsole"
LINES = [
    *put(4, 0, LEFT),
    *put(804, 0, RIGHT),
    *put(4, 40, "$SOURCE"),
    *put(804, 40, "ada@host:~/engine$ pytest -q\nE   assert 3 == 4\n1 failed, 6 passed\nada@host:~/engine$"),
]


def picture(lit: str, scale: float = 1.0) -> Image:
    """Two titles as stripes of letters: white ones on blue where the window has the focus, grey ones on grey elsewhere."""
    image = np.full((round(HEIGHT * scale), round(WIDTH * scale), 3), 20, np.uint8)
    for title in (line for line in LINES if line.text in (LEFT, RIGHT)):
        box, focused = title.box, title.text == lit
        rows = slice(round(box.y * scale), round(box.bottom * scale))
        image[rows, round(box.x * scale) : round(box.right * scale)] = (120, 80, 40) if focused else (36, 36, 36)
        image[rows, round(box.x * scale) : round(box.right * scale) : 6] = 255 if focused else 130
    return image


def tell(image: Image | None) -> Description:
    told = replace(scene(LINES), look=lambda: image)
    answer = ScreenReader(load_cues()).describe([told])[0]
    assert isinstance(answer, Description)
    return answer


@pytest.mark.parametrize("scale", [1.0, 0.5])
def test_the_window_with_the_lit_title_is_in_front(scale: float) -> None:
    left, right = tell(picture(LEFT, scale)), tell(picture(RIGHT, scale))
    assert (left.activity, left.apps[0]) == ("coding", "vim")
    assert (right.activity, right.apps[0]) == ("debugging", "Konsole")
    assert left.confidence > 0.5


def test_without_a_picture_or_a_clear_difference_the_text_decides() -> None:
    blank = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    assert tell(None) == tell(blank) == tell(picture("neither"))


ENTRIES = ("wheel.py - /home/ada - Geany", "wheels - Talk - Chromium", "plan.pdf")
SIDE_BY_SIDE = [
    *window(0, 120, 760, "wheel.py - /home/ada - Geany", "File Edit Search View Document Project Build Tools Help"),
    *put(10, 300, "$SOURCE"),
    *(
        replace(line, box=replace(line.box, x=line.box.x + 800))
        for line in browser("wheels - Talk", "chat.works.example", "# general")
    ),
    *panel(*ENTRIES),
]


def bar(marked: str) -> Image:
    """A task bar whose entry of one window is lighter than the others."""
    image = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
    for line in SIDE_BY_SIDE:
        if line.text == marked:
            image[line.box.y : line.box.bottom, line.box.x : line.box.right] = (120, 90, 60)
    return image


@pytest.mark.parametrize(("entry", "activity"), [(ENTRIES[0], "coding"), (ENTRIES[1], "communication")])
def test_the_window_whose_entry_is_marked_is_in_front(entry: str, activity: str) -> None:
    told = replace(scene(SIDE_BY_SIDE), look=lambda: bar(entry))
    answer = ScreenReader(load_cues()).describe([told])[0]
    assert isinstance(answer, Description)
    assert answer.activity == activity


def test_a_picture_is_looked_at_only_where_it_is_in_doubt_which_window_is_in_front() -> None:
    def never() -> Image | None:
        raise AssertionError("one window needs no look")

    alone = replace(scene(LINES[:1] + LINES[2:12]), look=never)
    assert isinstance(ScreenReader(load_cues()).describe([alone])[0], Description)
