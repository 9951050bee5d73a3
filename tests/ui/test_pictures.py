"""Pictures in cells keep their shape and their colours, and what cannot be read is told."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import termios
import threading
from base64 import standard_b64decode
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from escribano_tui.config.graphics import BLOCKS, KITTY, QUERIES, SIXEL, Graphics, ask, cell_of, find_graphics, graphics_of
from escribano_tui.ui.app import EscribanoApp
from escribano_tui.ui.pictures import Painter, in_blocks, read, shape
from escribano_tui.ui.screens.ask import AskScreen
from escribano_tui.ui.sharp import MARKS, PLACEHOLDER, placeholders, sixels
from escribano_tui.ui.widgets.picture import Picture
from tests.ui.conftest import lines_of, settle, until
from tests.ui.fake_house import FakeHouse


@given(st.integers(1, 4000), st.integers(1, 4000), st.integers(1, 200), st.integers(1, 80))
def test_a_picture_fits_and_keeps_its_shape(width: int, height: int, columns: int, rows: int) -> None:
    w, h = shape(width, height, columns, rows)
    assert 1 <= w <= columns
    assert 1 <= h <= rows
    if 1 < w < columns and 1 < h < rows:
        assert abs(w / (2 * h) - width / height) < width / height


def test_colours_and_edges_come_out() -> None:
    image = Image.new("RGB", (8, 4), (255, 0, 0))
    image.paste((0, 0, 255), (3, 0, 8, 4))
    lines = in_blocks(image, 4, 1)
    assert "".join(s.text for s in lines[0]) in (" ▌  ", " ▐  ")
    first, last = lines[0][0].style, lines[0][-1].style
    assert first is not None
    assert last is not None
    assert first.bgcolor is not None
    assert last.bgcolor is not None
    assert first.bgcolor.triplet == (252, 0, 0)
    assert last.bgcolor.triplet == (0, 0, 252)


def test_every_line_has_the_width_of_the_picture(tmp_path: Path) -> None:
    Image.radial_gradient("L").convert("RGB").save(tmp_path / "g.png")
    lines = read(tmp_path / "g.png", 40, 20).lines
    assert len(lines) == 20
    assert {sum(len(s.text) for s in line) for line in lines} == {40}


def test_the_painter_keeps_the_latest(tmp_path: Path) -> None:
    Image.new("RGB", (16, 9)).save(tmp_path / "a.png")
    painter = Painter()
    assert painter.known(tmp_path / "a.png", 10, 5) is None
    painted = painter.paint(tmp_path / "a.png", 10, 5)
    assert painter.known(tmp_path / "a.png", 10, 5) is painted


@pytest.mark.parametrize("data", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut"])
def test_a_broken_picture_raises_what_the_widget_tells(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.jpg").write_bytes(data)
    with pytest.raises((OSError, ValueError, SyntaxError)):
        read(tmp_path / "x.jpg", 10, 5)


# ---------------------------------------------------------------- what the terminal offers

OK = b"\x1b_Gi=4211;OK\x1b\\"


@pytest.mark.parametrize(
    ("answer", "kind", "cell"),
    [
        (OK + b"\x1b[6;18;9t\x1b[?62;c", KITTY, (9, 18)),
        (b"\x1b[6;20;10t\x1b[?62;4;22c", SIXEL, (10, 20)),
        (OK + b"\x1b[?62;4c", SIXEL, (10, 20)),
        (b"\x1b[?64;14;22c", BLOCKS, (10, 20)),
        (b"\x1b[6;0;0t\x1b[?1;2c", BLOCKS, (10, 20)),
        (b"", BLOCKS, (10, 20)),
        (b"garbage \x1b[6;999999999;1t", BLOCKS, (10, 20)),
    ],
)
def test_what_an_answer_comes_to(answer: bytes, kind: str, cell: tuple[int, int]) -> None:
    found = graphics_of(answer)
    assert (found.kind, found.cell) == (kind, cell)


@pytest.mark.parametrize(
    "environ", [{}, {"TERM": "dumb"}, {"TERM": "xterm", "TMUX": "1"}, {"TERM": "xterm", "NO_COLOR": "1"},
                {"TERM": "xterm-kitty", "ESCRIBANO_PICTURES": "blocks"}],
)  # fmt: skip
def test_some_terminals_are_not_asked(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "open", None)
    found = find_graphics(environ)
    assert found.kind == BLOCKS
    assert found.why in found.said


def test_a_terminal_that_does_not_tell_the_size_of_a_character_is_measured() -> None:
    ours, theirs = pty.openpty()
    assert cell_of(theirs) == (0, 0)
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("4H", 40, 120, 960, 600))
    assert graphics_of(b"\x1b[?62;4c", cell_of(theirs)).cell == (8, 15)
    assert graphics_of(b"\x1b[6;18;9t\x1b[?62;4c", cell_of(theirs)).cell == (9, 18), "what it answers comes first"
    os.close(ours)
    os.close(theirs)


def terminal_that_answers(answer: bytes) -> tuple[int, int, threading.Thread]:
    """(program's side, terminal's side): answers once all queries have come."""
    ours, theirs = pty.openpty()

    def reply() -> None:
        came = b""
        while len(came) < len(QUERIES):
            came += os.read(ours, 100)
        os.write(ours, answer)

    thread = threading.Thread(target=reply, daemon=True)
    thread.start()
    return theirs, ours, thread


def test_a_terminal_is_asked_without_echo_and_left_as_it_was() -> None:
    theirs, ours, thread = terminal_that_answers(OK + b"\x1b[?62;c")
    before = termios.tcgetattr(theirs)
    assert graphics_of(ask(theirs, 5.0)).kind == KITTY
    thread.join()
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)


def test_a_silent_terminal_is_waited_for_no_longer_than_that() -> None:
    ours, theirs = pty.openpty()
    assert ask(theirs, 0.01) == b""
    os.close(ours)
    os.close(theirs)


# ---------------------------------------------------------------- Kitty and Sixel


def unsixel(data: str) -> Image.Image:
    """The picture that a terminal would draw."""
    found = re.fullmatch(r'\x1bP0;1;0q"1;1;(\d+);(\d+)((?:#\d+;2;\d+;\d+;\d+)+)(.*)\x1b\\', data, re.S)
    assert found is not None
    width, height = int(found[1]), int(found[2])
    colours = {
        int(n): tuple(round(int(v) * 2.55) for v in rgb)
        for n, *rgb in re.findall(r"#(\d+);2;(\d+);(\d+);(\d+)", found[3])
    }  # fmt: skip
    image = Image.new("RGB", (width, height))
    for k, band in enumerate(found[4].split("-")):
        for line in band.split("$"):
            number, runs = re.fullmatch(r"#(\d+)(.*)", line).groups()  # type: ignore[union-attr]
            x = 0
            for count, char in re.findall(r"(?:!(\d+))?([?-~])", runs):
                for _ in range(int(count or 1)):
                    for bit in range(6):
                        if ord(char) - 63 >> bit & 1:
                            image.putpixel((x, 6 * k + bit), colours[int(number)])
                    x += 1
            assert x == width
    return image


def test_sixels_draw_the_picture(tmp_path: Path) -> None:
    image = Image.new("RGB", (40, 20), (250, 10, 10))
    image.paste((10, 10, 250), (20, 0, 40, 20))
    drawn = unsixel(sixels(image, 40, 20))
    for at in ((0, 0), (19, 19), (20, 0), (39, 19)):
        assert all(abs(a - b) <= 12 for a, b in zip(drawn.getpixel(at), image.getpixel(at), strict=True)), at  # type: ignore[arg-type]


def test_kitty_gets_the_picture_and_cells_that_name_it(tmp_path: Path) -> None:
    Image.new("RGB", (160, 90), (9, 99, 199)).save(tmp_path / "a.png")
    painted = read(tmp_path / "a.png", 30, 20, Graphics(KITTY), 0x123456)
    assert painted.data.startswith(f"\x1b_Ga=T,U=1,f=100,q=2,i={0x123456},c=30,r=8,m=")
    chunks = re.findall(r"\x1b_G[^;]*;([^\x1b]*)\x1b\\", painted.data)
    assert max(map(len, chunks)) <= 4096
    assert Image.open(BytesIO(standard_b64decode("".join(chunks)))).size == (160, 90)
    cells = placeholders(painted.number, painted.columns, painted.rows)
    assert len(cells) == 8
    assert cells[2][0].text[3:6] == PLACEHOLDER + MARKS[2] + MARKS[1]
    style = cells[0][0].style
    assert style is not None
    assert style.color is not None
    assert style.color.triplet == (0x12, 0x34, 0x56)


@pytest.mark.parametrize("kind", [KITTY, SIXEL])
async def test_the_review_shows_them_in_front_and_blocks_behind_a_dialog(world: FakeHouse, kind: str) -> None:
    app = EscribanoApp(world.house(), graphics=Graphics(kind))
    app.places.set_flag("review-guide", True)
    sent: list[str] = []
    async with app.run_test(size=(120, 40)) as pilot:
        assert app._driver is not None
        app._driver.write = sent.append  # type: ignore[method-assign]
        app.go_review("rec-1")
        mark = "\x1b_G" if kind == KITTY else "\x1bP"
        await until(pilot, lambda: any(mark in s for s in sent), "the picture")
        await settle(pilot)
        cells = "\n".join(lines_of(pilot))
        assert (PLACEHOLDER in cells) == (kind == KITTY)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, AskScreen))
        await settle(pilot)
        sent.clear()
        app.screen_stack[-2].query_one(Picture).refresh()
        await settle(pilot)
        assert PLACEHOLDER not in "\n".join(lines_of(pilot))
        assert not any(mark in s for s in sent), "nothing is drawn over a dialog"
        await pilot.press("escape")
        await settle(pilot)
        if kind == SIXEL:
            await until(pilot, lambda: any(mark in s for s in sent), "the picture again")
        else:
            await until(pilot, lambda: PLACEHOLDER in "\n".join(lines_of(pilot)), "the picture again")


def test_painted_pictures_are_kept_within_bounds_and_the_latest_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Image.effect_noise((64, 36), 90).convert("RGB").save(tmp_path / "a.png")
    painter = Painter()
    weight = painter.paint(tmp_path / "a.png", 20, 20).bytes
    monkeypatch.setattr("escribano_tui.ui.pictures.KEPT_BYTES", 3 * weight)
    first = painter.known(tmp_path / "a.png", 20, 20)
    for width in (21, 22, 23, 24, 25):
        painter.paint(tmp_path / "a.png", width, 20)
        assert painter.known(tmp_path / "a.png", 20, 20) is first, "what is looked at stays"
    assert painter.known(tmp_path / "a.png", 21, 20) is None
