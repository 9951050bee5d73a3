"""How long a picture will take to be read, told from its pixels."""

from __future__ import annotations

import numpy as np

from escribano_tui.pipeline.effort import PICTURE_S, Effort
from escribano_tui.pipeline.looks import Gray, look
from tests.pictures import screen

TEXTS = ("Station label with trailing space", "crashes the import of April", "the tests pass now", "and what is left of it")


def lines(down: int, *texts: str) -> Gray:
    return look(screen([(20, down + 40 * k, text) for k, text in enumerate(texts)])).gray


def test_text_that_is_new_costs_and_text_that_stood_does_not() -> None:
    effort = Effort()
    first = effort.see(lines(40, *TEXTS[:2]))
    again = effort.see(lines(40, *TEXTS[:2]))
    more = effort.see(lines(40, *TEXTS[:3]))
    assert first > more > again == PICTURE_S


def test_text_that_scrolled_or_came_back_is_known() -> None:
    def second(picture: Gray, between: Gray | None = None) -> float:
        effort = Effort()
        effort.see(lines(40, *TEXTS))
        if between is not None:
            effort.see(between)
        return effort.see(picture) - PICTURE_S

    new = second(lines(120, "something else", "in four lines", "that no picture", "has shown before"))
    blank = np.full_like(lines(40, "x"), 250)
    assert second(lines(120, *TEXTS)) < 0.5 * new
    assert second(lines(40, *TEXTS), between=blank) < 0.5 * new


def test_a_photo_is_searched_but_not_recognised() -> None:
    noise = np.random.default_rng(1).integers(0, 255, lines(40, "x").shape, np.uint8)
    text = lines(10, *(TEXTS * 3))
    assert Effort().see(noise) < Effort().see(text)


def test_pictures_of_another_size_begin_anew() -> None:
    effort = Effort()
    effort.see(lines(40, *TEXTS))
    assert effort.see(np.ascontiguousarray(lines(40, *TEXTS)[:-16, :-32])) > 2 * PICTURE_S
