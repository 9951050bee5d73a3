"""Pictures of screens for tests: text in a real font on flat ground, windows, panels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

Text = tuple[int, int, str]  # left, top, what


def screen(
    texts: Sequence[Text] = (), *, width: int = 960, height: int = 540, size: int = 18, ground: str = "white",
    ink: str = "#202020", boxes: Sequence[tuple[int, int, int, int, str]] = (),
) -> Any:  # fmt: skip
    """A picture (height, width, 3), BGR. `boxes` are filled rectangles (left, top, right, bottom, colour) below the text."""
    picture = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(picture)
    for left, top, right, bottom, colour in boxes:
        draw.rectangle((left, top, right, bottom), fill=colour)
    font = ImageFont.load_default(size)
    for left, top, what in texts:
        draw.text((left, top), what, font=font, fill=ink)
    return np.ascontiguousarray(np.asarray(picture)[:, :, ::-1])


def noisy(picture: Any, levels: int = 4, seed: int = 1) -> Any:
    """The picture with what a codec does to it: noise of a few levels, most of it at edges."""
    rng = np.random.default_rng(seed)
    edges = np.zeros(picture.shape[:2], bool)
    gray = picture.mean(axis=2)
    edges[:, 1:] |= np.abs(np.diff(gray, axis=1)) > 20
    edges[1:] |= np.abs(np.diff(gray, axis=0)) > 20
    noise = rng.integers(-levels, levels + 1, picture.shape)
    noise[~edges] //= 4
    return np.clip(picture.astype(np.int16) + noise, 0, 255).astype(np.uint8)
