"""Small recordings made for tests: screens that change at known times, in many codecs and containers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.pictures import screen

WIDTH, HEIGHT = 320, 240
PALETTES = (
    ("white", "#202020", "#d0d8e0"), ("#182028", "#e0e0e0", "#304050"), ("#f4ecd8", "#503010", "#c0a070"),
    ("#e8f4e8", "#104010", "#90c090"), ("#202040", "#d0d0ff", "#404080"), ("#fff0f0", "#701010", "#e0a0a0"),
)  # fmt: skip


def page(number: int, typed: str = "", width: int = WIDTH, height: int = HEIGHT) -> Any:
    """A screen unlike those of other numbers; `typed` stands in a line of its own near the bottom."""
    ground, ink, bar = PALETTES[number % len(PALETTES)]
    rng = np.random.default_rng(number)
    words = ["".join(chr(97 + int(c)) for c in rng.integers(0, 26, 8)) for _ in range(60)]
    rows = [(8, 24 + 16 * k, " ".join(words[5 * k : 5 * k + 5])) for k in range(min(10, (height - 70) // 16))]
    if typed:
        rows.append((8, height - 40, typed))
    inset = 20 + 13 * (number % 4)
    boxes = [(0, 0, width, 18, bar), (width - inset - 60, 30, width - inset, height - 60, bar)]
    return screen(rows, width=width, height=height, size=12, ground=ground, ink=ink, boxes=boxes)


@dataclass(frozen=True, slots=True)
class Scene:
    """From `start_s` on the page `number` is shown, with `typed` on it."""

    start_s: float
    number: int
    typed: str = ""


@dataclass(frozen=True, slots=True)
class Film:
    """How a recording is encoded. `keyframes` are picture numbers that are forced to be keyframes; `gone` pictures are
    left out (variable rate); `shift_s` is added to all times of the pictures, `sound_shift_s` to those of the sound; from
    `leaps_at_s` on the clock is ahead by `leap_s`."""

    scenes: Sequence[Scene]
    length_s: float
    fps: int = 10
    codec: str = "libx264"
    pix_fmt: str = "yuv420p"
    options: Mapping[str, str] = field(default_factory=dict)
    width: int = WIDTH
    height: int = HEIGHT
    keyframes: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()
    shift_s: float = 0.0
    sound_hz: Sequence[float] = ()
    sound_shift_s: float = 0.0
    sound_s: float = 0.0
    leaps_at_s: float = 0.0
    leap_s: float = 0.0
    metadata: Mapping[str, str] = field(default_factory=dict)
    container_options: Mapping[str, str] = field(default_factory=dict)
    format: str = ""


def pages(film: Film) -> Iterator[tuple[int, Any]]:
    """(picture number, picture) of all that are not left out."""
    made: dict[tuple[int, str], Any] = {}
    for number in range(round(film.length_s * film.fps)):
        if number in film.gone:
            continue
        scene = max((s for s in film.scenes if s.start_s * film.fps <= number + 1e-6), key=lambda s: s.start_s)
        key = (scene.number, scene.typed)
        if key not in made:
            made[key] = page(scene.number, scene.typed, film.width, film.height)
        yield number, made[key]


def shoot(path: Path, film: Film) -> Path:
    """Write the recording."""
    options = {"preset": "veryfast", "crf": "23", **film.options} if film.codec == "libx264" else dict(film.options)
    with av.open(str(path), "w", format=film.format or None, container_options=dict(film.container_options)) as container:
        container.metadata.update(film.metadata)
        video = container.add_stream(film.codec, rate=film.fps, options=options)
        video.width, video.height, video.pix_fmt = film.width, film.height, film.pix_fmt
        video.codec_context.time_base = Fraction(1, film.fps * 100)
        video.codec_context.thread_count = 1
        sounds = [container.add_stream("aac", rate=16_000, layout="mono") for _ in film.sound_hz]
        for stream, hertz in zip(sounds, film.sound_hz, strict=True):
            for packet in _sound(stream, hertz, film):
                container.mux(packet)
        for number, picture in pages(film):
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = round((number / film.fps + film.shift_s + _leap(film, number / film.fps)) * film.fps * 100)
            frame.time_base = Fraction(1, film.fps * 100)
            if number in film.keyframes:
                frame.pict_type = av.video.frame.PictureType.I
            for packet in video.encode(frame):
                container.mux(packet)
        for packet in video.encode(None):
            container.mux(packet)
    return path


def _leap(film: Film, at_s: float) -> float:
    return film.leap_s if at_s >= film.leaps_at_s - 1e-6 else 0.0


def _sound(stream: Any, hertz: float, film: Film) -> Iterator[Any]:
    """A tone at half of full scale, or silence for 0 Hz."""
    rate, length_s = 16_000, film.sound_s or film.length_s
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(length_s * rate)) / rate).astype(np.float32)
    for start in range(0, len(wave), 1024):
        part = np.ascontiguousarray(wave[start : start + 1024].reshape(1, -1))
        frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
        frame.pts = start + round((film.sound_shift_s + _leap(film, start / rate)) * rate)
        yield from stream.encode(frame)
    yield from stream.encode(None)
