"""Sounds for tests, 16 kHz mono: human voices out of the moonshine wheel, and music, typing and noise made here."""

from __future__ import annotations

import importlib.util
import wave
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

Sound = npt.NDArray[np.float32]
RATE = 16_000

# "It was the best of times ..." (Dickens) and "Ever tried ..." (Beckett), as they are spoken in the wheel's recordings.
TWO_CITIES = (
    "It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of foolishness, it was "
    "the epoch of belief, it was the epoch of incredulity, it was the season of Light, it was the season of Darkness, it was "
    "the spring of hope, it was the winter of despair, we had everything before us, we had nothing before us, we were all "
    "going direct to Heaven, we were all going direct the other way - in short, the period was so far like the present "
    "period, that some of its noisiest authorities insisted on its being received, for good or for evil, in the superlative "
    "degree of comparison only."
)
BECKETT = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."


def voice(name: str) -> Sound:
    """`two_cities` or `beckett`; skips the test where the wheel is not installed."""
    spec = importlib.util.find_spec("moonshine_voice")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the moonshine-voice wheel, which holds the voices, does not fit this system")
    return read_wav(Path(spec.submodule_search_locations[0]) / "assets" / f"{name}.wav")


def read_wav(path: Path) -> Sound:
    """16-bit mono of any rate, at 16 kHz."""
    from scipy.signal import resample_poly

    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
        rate = file.getframerate()
    return samples if rate == RATE else np.asarray(resample_poly(samples, RATE, rate), np.float32)


def write_wav(path: Path, samples: Sound, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def silence(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE), np.float32)


def hiss(seconds: float, level: float, seed: int = 0) -> Sound:
    """White noise of this RMS."""
    return np.random.default_rng(seed).standard_normal(int(seconds * RATE)).astype(np.float32) * level


def typing(seconds: float, seed: int = 0) -> Sound:
    """Key clicks at some 60 words a minute over room noise."""
    rng = np.random.default_rng(seed)
    out = hiss(seconds, 2e-3, seed)
    at = 0
    while True:
        at += int(rng.exponential(0.16) * RATE) + 400
        length = int(rng.uniform(0.03, 0.15) * RATE)
        if at + length >= len(out):
            return out
        ring = np.sin(2 * np.pi * rng.uniform(1500, 5000) * np.arange(length) / RATE)
        click = (0.6 * rng.standard_normal(length) + 0.4 * ring) * np.exp(-4 * np.arange(length) / length)
        out[at : at + length] += (click * rng.uniform(0.05, 0.5)).astype(np.float32)


def music(seconds: float, seed: int = 0, vibrato: float = 5.5) -> Sound:
    """Chords, a beat and a melody with vibrato and formants, the nearest that an instrument comes to a voice."""
    rng = np.random.default_rng(seed)
    count = int(seconds * RATE)
    out = 0.5 * _chords(count, rng) + 0.4 * _beat(count, rng) + _melody(count, rng, vibrato)
    return np.asarray(0.5 * out / np.abs(out).max(), np.float32)


def _chords(count: int, rng: Any) -> Sound:
    out = np.zeros(count)
    at = 0
    while at < count:
        length = min(int(rng.choice([0.5, 1.0, 2.0]) * RATE), count - at)
        t = np.arange(length) / RATE
        root = 110 * 2 ** (rng.integers(0, 18) / 12)
        notes = [root * 2 ** (step / 12) for step in (0, rng.choice([3, 4]), 7)]
        tone = sum(np.sin(2 * np.pi * f * h * t) / h for f in notes for h in range(1, 9) if f * h < 7500)
        out[at : at + length] += tone * np.minimum(1, t / 0.02) * np.exp(-t)
        at += length
    return np.asarray(out / np.abs(out).max(), np.float32)


def _melody(count: int, rng: Any, vibrato: float) -> Sound:
    from scipy.signal import butter, lfilter

    out = np.zeros(count)
    at, phase = 0, 0.0
    while at < count:
        length = min(int(rng.choice([0.2, 0.3, 0.4, 0.6, 1.0]) * RATE), count - at)
        t = np.arange(length) / RATE
        pitch = 220 * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 11, 12, 14, 16]) / 12) * (1 + 0.02 * np.sin(2 * np.pi * vibrato * t))
        turn = phase + 2 * np.pi * np.cumsum(pitch) / RATE
        phase = float(turn[-1])
        fade = np.minimum(1, t / 0.03) * np.minimum(1, (length / RATE - t) / 0.05)
        out[at : at + length] = sum(np.sin(h * turn) / h for h in range(1, 12)) * fade
        at += length
    for formant in rng.choice([500, 700, 1100, 1700, 2500], 2, replace=False):
        b, a = butter(2, [formant * 0.8 / 8000, formant * 1.2 / 8000], "band")
        out = out + 3 * lfilter(b, a, out)
    return np.asarray(out / np.abs(out).max(), np.float32)


def _beat(count: int, rng: Any) -> Sound:
    out = np.zeros(count)
    length = 4000
    t = np.arange(length) / RATE
    kick = np.sin(2 * np.pi * (60 + 80 * np.exp(-30 * t)) * t) * np.exp(-15 * t)
    for k, at in enumerate(range(0, count - length, RATE // 4)):
        out[at : at + length] += kick if k % 4 == 0 else 0.3 * rng.standard_normal(length) * np.exp(-40 * t)
    return np.asarray(out, np.float32)


def words_of(text: str) -> list[str]:
    """Lower-case words without punctuation."""
    import re

    return re.findall(r"[a-z0-9']+", text.lower())


def word_error_rate(reference: str, heard: str) -> float:
    """Levenshtein distance over words, by the number of words in the reference."""
    want, got = words_of(reference), words_of(heard)
    row = list(range(len(got) + 1))
    for i, word in enumerate(want, 1):
        before, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (word != other))
    return row[-1] / len(want)
