"""Moonshine tiny-en (MIT): the weights inside the wheel of moonshine-voice 0.1.0, run by onnxruntime.

The wheel's own library gives neither probabilities nor the choice of what is heard (it looks for speech itself), so its
two graphs are run here: an encoder over the sound, and a decoder that gives one token after another.
"""

from __future__ import annotations

import importlib.util
import math
from difflib import SequenceMatcher
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.offer import Lease, Offer, Opening, Wanted
from escribano_tui.backends.speech.samples import RATE, sane
from escribano_tui.domain.text import squash
from escribano_tui.ports import Availability, BackendError, BackendInfo, Heard

if TYPE_CHECKING:
    from escribano_tui.ports import Sound

NAME, MODEL, VERSION = "moonshine", "tiny-en", "2"
_SIZE_MB = 150
_TOKENS_A_SECOND = 8.0  # no more than this is said; ends a decoder that loops (the library allows 6.5)
_LEAST_SAMPLES = 1_000  # the encoder's convolutions want 895
_BEGIN, _END = 1, 2
# How it is heard: with how much of the silence around the span (s), and at what speed. The text depends on both by
# chance; the one that is surest and that the others agree with most depends on it least (how much, over spans cut
# elsewhere, `tests/benchmarks/speech.py` tells). Longer spans are heard in fewer ways: 10 s of speech are to be text in half
# a second.
_WAYS = ((0.4, 1.0), (-0.05, 1.0), (0.3, 0.85), (0.3, 1.08))
_FEWER_FROM_S = (6.0, 8.0)
_SURE_ENOUGH = 0.94
_COMPLETE = 0.7  # a text with less than this of the longest one's letters has left something out


def folder() -> Path | None:
    """Where the weights are, without importing the package."""
    spec = importlib.util.find_spec("moonshine_voice")
    for place in (spec.submodule_search_locations if spec else None) or ():
        path = Path(place) / "assets" / MODEL
        if all((path / name).is_file() for name in ("encoder_model.ort", "decoder_model_merged.ort", "tokenizer.bin")):
            return path
    return None


class MoonshineModel:
    """Lives in a host process."""

    def __init__(self, path: str) -> None:
        import numpy as np

        from escribano_tui.backends.onnx import session

        self._np = np
        self._encoder = session(Path(path) / "encoder_model.ort")
        self._decoder = session(Path(path) / "decoder_model_merged.ort")
        self._tokens = read_tokens((Path(path) / "tokenizer.bin").read_bytes())
        self._outputs = [o.name for o in self._decoder.get_outputs()]
        self._later_outputs = [name for name in self._outputs if ".encoder." not in name]
        self._past = {
            i.name: (i.shape[1], i.shape[3]) for i in self._decoder.get_inputs() if i.name.startswith("past_key_values")
        }

    def hear(self, samples: Sound, ways: list[tuple[int, int, float]]) -> tuple[str, float, bool]:
        """The best text of the ways (first sample, last sample, speed): text, confidence, whether it came to its end."""
        heard: list[tuple[str, float, bool]] = []
        for first, last, speed in ways:
            tokens, confidence, ended = self._decode(self._at_speed(samples[first:last], speed))
            heard.append((self._text(tokens), confidence, ended))
            if ended and confidence >= _SURE_ENOUGH:
                return heard[-1]
        return steadiest(heard)

    def _at_speed(self, samples: Sound, speed: float) -> Sound:
        """Faster or slower, and higher or lower with it; linear interpolation does for so small a change."""
        np = self._np
        if speed == 1.0:
            return samples
        where = np.arange(int(len(samples) / speed)) * speed
        changed: Sound = np.interp(where, np.arange(len(samples)), samples).astype(np.float32)
        return changed

    def _decode(self, samples: Sound) -> tuple[list[int], float, bool]:
        """Greedy decoding: tokens, the geometric mean of their probabilities, and whether the end token came."""
        np = self._np
        samples = np.pad(samples, (0, max(0, _LEAST_SAMPLES - len(samples))))[None].astype(np.float32)
        mask = np.ones(samples.shape, np.int64)
        hidden = self._encoder.run(None, {"input_values": samples, "attention_mask": mask})[0]
        past = {name: np.zeros((1, heads, 0, size), np.float32) for name, (heads, size) in self._past.items()}
        tokens: list[int] = []
        surprise, token = 0.0, _BEGIN
        most = 8 + math.ceil(samples.shape[1] / RATE * _TOKENS_A_SECOND)
        for step in range(most):
            feed = {
                "input_ids": np.array([[token]]), "encoder_hidden_states": hidden, "encoder_attention_mask": mask,
                "use_cache_branch": np.array([step > 0]),
            }  # fmt: skip
            # What the decoder keeps of the encoder is made in the first step and stays.
            names = self._outputs if step == 0 else self._later_outputs
            logits, *present = self._decoder.run(names, feed | past)
            past |= {name.replace("present", "past_key_values"): value for name, value in zip(names[1:], present, strict=True)}
            scores = logits[0, -1]
            token = int(scores.argmax())
            surprise += math.log(float(np.exp(scores - scores[token]).sum()))
            if token == _END:
                return tokens, math.exp(-surprise / (step + 1)), True
            tokens.append(token)
        return tokens, math.exp(-surprise / most), False

    def _text(self, tokens: list[int]) -> str:
        text = b"".join(self._tokens[t] for t in tokens).decode("utf-8", errors="replace")
        return " ".join(text.replace("\u2581", " ").split())


def read_tokens(data: bytes) -> list[bytes]:
    """The wheel's `tokenizer.bin`: the bytes of every token, after their count (7 bits, then 7 more where the 8th is set)."""
    tokens: list[bytes] = []
    k = 0
    while k < len(data):
        length, k = data[k], k + 1
        if length >= 128:
            length, k = length - 128 + 128 * data[k], k + 1
        tokens.append(data[k : k + length])
        k += length
    return tokens


def steadiest(heard: list[tuple[str, float, bool]]) -> tuple[str, float, bool]:
    """Of the texts that came to their end and left nothing out the one with the most of mean likeness to the others plus
    logarithm of its confidence: a choice of least expected error, with the other ways as the sample (minimum Bayes risk).
    """
    ended = [h for h in heard if h[2]] or heard
    longest = max(len(text) for text, _, _ in ended)
    whole = [h for h in ended if len(h[0]) >= _COMPLETE * longest]
    words = [[squash(w) for w in text.split()] for text, _, _ in whole]

    def worth(k: int) -> float:
        likeness = [SequenceMatcher(None, words[k], words[j], autojunk=False).ratio() for j in range(len(whole)) if j != k]
        return (fmean(likeness) if likeness else 0.0) + math.log(max(whole[k][1], 1e-6))

    return whole[max(range(len(whole)), key=worth)]


def load(path: str) -> MoonshineModel:
    """Factory of the host process."""
    return MoonshineModel(path)


class MoonshineTranscriber:
    """A Transcriber. Hears English only, gives no times of words.

    The confidence is the geometric mean of the probabilities that the decoder gave to its tokens: 0.9 and more for clear
    speech, some 0.8 with a word or two wrong, 0.2 to 0.8 for what it makes of noise.
    """

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        lease.warm_soon()

    def transcribe(
        self, samples: Sound, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        samples = sane(samples)
        seconds = len(samples) / RATE
        text, confidence, ended = self._lease.call(
            "hear", samples, ways_to_hear(len(samples), margins_s), timeout_s=20 + 3 * seconds
        )
        return Heard(text, confidence, language="en", doubtful="" if ended else "did not come to an end")

    def close(self) -> None:
        self._lease.close()


def ways_to_hear(samples: int, margins_s: tuple[float, float]) -> list[tuple[int, int, float]]:
    """First sample, last sample and speed for each of the ways to hear it, each once."""
    before, after = (max(0.0, m) for m in margins_s)
    count = len(_WAYS) - sum(samples >= RATE * (limit_s + before + after) for limit_s in _FEWER_FROM_S)
    ways = []
    for around, speed in _WAYS[:count]:
        first = round(RATE * max(0.0, before - around)) if before else 0
        last = samples - (round(RATE * max(0.0, after - around)) if after else 0)
        ways.append((first, max(last, min(samples, first + _LEAST_SAMPLES)), speed))
    return list(dict.fromkeys(ways))


def _look(wanted: Wanted) -> BackendInfo:
    why, remedy = _missing(wanted)
    return BackendInfo(
        "speech", NAME, MODEL, "Moonshine tiny-en", Availability(not why, why, remedy), size_mb=_SIZE_MB, licence="MIT",
        embedded=True, version=VERSION, languages=("en",),
    )  # fmt: skip


def _missing(wanted: Wanted) -> tuple[str, str]:
    """Why it cannot serve, and what to do about it; empty where it can."""
    if wanted.model not in ("", MODEL):
        return f"it has no model {wanted.model}", ""
    if wanted.language and wanted.language.split("-")[0].lower() != "en":
        remedy = "Fetch a model that knows it: escribano-tui models pull faster-whisper/small"
        return f"it knows English only, and the profile asks for {wanted.language}", remedy
    if folder() is None:
        remedy = "It fits Linux with glibc 2.34 or newer, and macOS 15 or newer on Apple silicon."
        return "the moonshine-voice wheel with its weights is not installed", remedy
    return "", ""


def _open(opening: Opening) -> Any:
    path = folder()
    if path is None:
        raise BackendError("the moonshine-voice wheel with its weights is not installed", fatal=True)
    lease = opening.hosts(f"{__name__}:load", {"path": str(path)}, label="Moonshine tiny-en", size_mb=_SIZE_MB)
    return MoonshineTranscriber(lease)


OFFER = Offer("speech", NAME, _look, _open)
