"""Reads images of single lines: the CTC recogniser of PP-OCR, in batches of like width.

RapidOCR's own loop pads every batch of six to at least 320 columns; most lines on a screen are shorter than that, so
here lines of like width share a batch and a batch is bounded by its columns.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from escribano_tui.backends.screen_text.spread import Spread
    from escribano_tui.ports import Image

HEIGHT = 48  # of a line as the network wants it
_LEAST_WIDTH = 32
_MOST_WIDTH = 6400  # columns; a longer line is squeezed
_STEP = 16  # widths are rounded up to it
_BATCH_COLUMNS = 2000  # more in one call is slower by the column (cache), fewer waste calls
_BLANK = 0  # the CTC blank
_UNSURE = 0.9  # an odd accent less probable than this in an English line is a speck on the plain letter


class Recogniser:
    """Text and confidence of line images of shape (height, width, 3); `spread` reads several batches at once.

    Which lines share a batch does not hang on how many are read at once: the padding that they share does not either.
    """

    def __init__(self, session: Any, spread: Spread = map) -> None:
        self._session = session
        self._spread = spread
        self._input = session.get_inputs()[0].name
        letters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
        self._letters = ["", *letters, " "]

    def __call__(self, lines: Sequence[Image]) -> list[tuple[str, float]]:
        """In the order of `lines`."""
        upright = [_upright(line) for line in lines]
        widths = [_width(line) for line in upright]
        # The longest first: none is left to be read alone while the other cores wait.
        shared = sorted(batches(widths), key=lambda batch: -len(batch) * widths[batch[-1]])

        def read(batch: Sequence[int]) -> list[tuple[str, float]]:
            pixels = _pixels([upright[k] for k in batch], [widths[k] for k in batch])
            return [self._decoded(steps) for steps in self._session.run(None, {self._input: pixels})[0]]

        texts: list[tuple[str, float]] = [("", 0.0)] * len(lines)
        for batch, said in zip(shared, self._spread(read, shared), strict=True):
            for k, text in zip(batch, said, strict=True):
                texts[k] = text
        return texts

    def _decoded(self, steps: npt.NDArray[np.float32]) -> tuple[str, float]:
        """Greedy CTC decoding of (steps, letters): repeats and blanks dropped; confidence is the mean over letters."""
        best = steps.argmax(axis=1)
        new = best != _BLANK
        new[1:] &= best[1:] != best[:-1]
        at = np.flatnonzero(new)
        if not len(at):
            return "", 0.0
        sure = steps[at, best[at]]
        letters = [self._letters[k] for k in best[at].tolist()]
        return "".join(plain_where_unsure(letters, sure.tolist())), float(sure.mean())


def batches(widths: Sequence[int]) -> Iterator[list[int]]:
    """Places of lines of like width, each batch at most _BATCH_COLUMNS wide in all (or one line)."""
    batch: list[int] = []
    for k in sorted(range(len(widths)), key=lambda k: widths[k]):
        if batch and ((len(batch) + 1) * widths[k] > _BATCH_COLUMNS or widths[k] > widths[batch[0]] * 1.15 + _STEP):
            yield batch
            batch = []
        batch.append(k)
    if batch:
        yield batch


def plain_where_unsure(letters: Sequence[str], sure: Sequence[float]) -> list[str]:
    """Latin letters beyond Latin-1 that the network is not sure of, in a line that has no others, made plain.

    A mouse pointer or a speck over a letter looks like a macron or a comma below.
    """
    odd = [k for k, letter in enumerate(letters) if "Ā" <= letter <= "ɏ"]
    if not odd or any(sure[k] >= _UNSURE for k in odd):
        return list(letters)
    return [unicodedata.normalize("NFD", c)[0] if k in odd else c for k, c in enumerate(letters)]


def _upright(line: Image) -> Image:
    """A label that runs upwards, turned."""
    height, width = line.shape[:2]
    turned = height >= 1.5 * width and height >= HEIGHT
    return np.ascontiguousarray(np.rot90(line, -1)) if turned else line


def _width(line: Image) -> int:
    """Columns that the line takes at the network's height."""
    height, width = int(line.shape[0]), int(line.shape[1])
    return min(_MOST_WIDTH, max(_LEAST_WIDTH, math.ceil(HEIGHT * width / height)))


def _pixels(lines: Sequence[Image], widths: Sequence[int]) -> npt.NDArray[np.float32]:
    """(lines, 3, 48, columns), -1..1, padded with 0 on the right."""
    columns = -(-max(widths) // _STEP) * _STEP
    pixels = np.zeros((len(lines), 3, HEIGHT, columns), np.float32)
    for k, (line, width) in enumerate(zip(lines, widths, strict=True)):
        scaled = cv2.resize(line, (width, HEIGHT), interpolation=cv2.INTER_LINEAR)
        pixels[k, :, :, :width] = (scaled.transpose(2, 0, 1).astype(np.float32) - 127.5) / 127.5
    return pixels
