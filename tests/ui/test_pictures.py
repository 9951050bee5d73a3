"""Pictures in cells keep their shape and their colours, and what cannot be read is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from escribano_tui.ui.pictures import Painter, in_blocks, read, shape


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
    lines = read(tmp_path / "g.png", 40, 20)
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
