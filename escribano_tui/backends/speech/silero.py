"""Silero VAD v6, the ONNX model inside the faster-whisper wheel (MIT), streaming and in batches."""

from __future__ import annotations

import importlib.util
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.offer import Lease, Offer, Opening, Wanted
from escribano_tui.backends.speech.spans import WINDOW, SpanMaker, SpanSettings
from escribano_tui.ports import Availability, BackendError, BackendInfo

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import numpy.typing as npt

    from escribano_tui.ports import Sound

ASSET = "assets/silero_vad_v6.onnx"
_CONTEXT = 64  # samples of the window before that the model wants in front of each window
_STATE = 128  # size of each of the two recurrent states
_STRIDE = 32  # windows that are judged silent or not together: 1 s
_SILENT = 5e-4  # peak (-66 dBFS) below which there is nothing to hear: needs no model
_TIMEOUT_S = 60.0


def asset() -> Path | None:
    """The model's file, found without importing faster_whisper (which would import its whole runtime)."""
    spec = importlib.util.find_spec("faster_whisper")
    for folder in (spec.submodule_search_locations if spec else None) or ():
        path = Path(folder) / ASSET
        if path.is_file():
            return path
    return None


class SileroModel:
    """Lives in a host process."""

    def __init__(self, path: str) -> None:
        import numpy as np

        from escribano_tui.backends.onnx import session

        self._np = np
        self._session = session(Path(path), threads=1)

    def probabilities(self, samples: Sound, context: Sound, state: Sound) -> tuple[Sound, Sound]:
        """Probability of speech for each of the `n` windows in `samples` (n * 512,), and the state after them.

        `context` are the 64 samples before; `state` is (2, 1, 1, 128).
        """
        np = self._np
        windows = samples.reshape(-1, WINDOW)
        before = np.vstack([context[None], windows[:-1, -_CONTEXT:]])
        feed = {"input": np.hstack([before, windows]), "h": state[0], "c": state[1]}
        probabilities, h, c = self._session.run(None, feed)
        return probabilities.reshape(-1), np.stack([h, c])


def load(path: str) -> SileroModel:
    """Factory of the host process."""
    return SileroModel(path)


class SileroSpotter:
    """A SpeechSpotter: one track, fed in order. Its state lives here, so a host that died is no loss."""

    def __init__(self, lease: Lease, settings: SpanSettings) -> None:
        import numpy as np

        self._np = np
        self._lease = lease
        self._spans = SpanMaker(settings)
        self._rest = np.zeros(0, np.float32)
        self._forget()

    @property
    def skipped(self) -> Mapping[str, int]:
        return self._spans.skipped

    def feed(self, samples: Sound) -> Sequence[tuple[float, float]]:
        np = self._np
        samples = np.concatenate([self._rest, samples]) if len(self._rest) else samples
        count = len(samples) // WINDOW
        self._rest = samples[count * WINDOW :].copy()
        return self._windows(samples[: count * WINDOW].reshape(count, WINDOW))

    def finish(self) -> Sequence[tuple[float, float]]:
        np = self._np
        last: list[tuple[float, float]] = []
        if len(self._rest):
            last += self._windows(np.pad(self._rest, (0, WINDOW - len(self._rest)))[None])
        return [*last, *self._spans.flush()]

    def close(self) -> None:
        self._lease.close()

    # ------------------------------------------------------------ inside

    def _windows(self, windows: npt.NDArray[np.float32]) -> list[tuple[float, float]]:
        """Spans that have become certain. Stretches of silence go past the model."""
        np = self._np
        peaks = np.abs(windows).max(axis=1, initial=0.0)
        loud = [bool((peaks[k : k + _STRIDE] > _SILENT).any()) for k in range(0, len(windows), _STRIDE)]
        spans: list[tuple[float, float]] = []
        k = 0
        while k < len(loud):
            first = k
            while k < len(loud) and loud[k] == loud[first]:
                k += 1
            part = windows[first * _STRIDE : k * _STRIDE]
            spans += self._heard(part) if loud[first] else self._silence(len(part))
        return spans

    def _heard(self, windows: npt.NDArray[np.float32]) -> list[tuple[float, float]]:
        np = self._np
        samples = np.ascontiguousarray(windows.reshape(-1), dtype=np.float32)
        probabilities, state = self._ask(samples)
        self._context, self._state = samples[-_CONTEXT:].copy(), state
        loudness = 10 * np.log10(np.maximum(np.mean(np.square(windows), axis=1), 1e-12))
        spans: list[tuple[float, float]] = []
        for probability, level in zip(probabilities.tolist(), loudness.tolist(), strict=True):
            spans += self._spans.push(probability, level)
        return spans

    def _silence(self, windows: int) -> list[tuple[float, float]]:
        self._forget()
        spans: list[tuple[float, float]] = []
        for k in range(windows):
            if self._spans.idle:
                self._spans.pass_over(windows - k)
                break
            spans += self._spans.push(0.0, -120.0)
        return spans

    def _ask(self, samples: Sound) -> tuple[Sound, Sound]:
        """Once more in a new host where the first died: nothing is lost, as the state is here."""
        try:
            answer = self._lease.call("probabilities", samples, self._context, self._state, timeout_s=_TIMEOUT_S)
        except BackendError as problem:
            if problem.fatal:
                raise
            answer = self._lease.call("probabilities", samples, self._context, self._state, timeout_s=_TIMEOUT_S)
        probabilities, state = answer
        return probabilities, state

    def _forget(self) -> None:
        self._context = self._np.zeros(_CONTEXT, self._np.float32)
        self._state = self._np.zeros((2, 1, 1, _STATE), self._np.float32)


def _look(wanted: Wanted) -> BackendInfo:
    here = asset() is not None and importlib.util.find_spec("onnxruntime") is not None
    why = "" if here else "the faster-whisper package with its voice activity model is not installed"
    return BackendInfo(
        "speech_spans", "silero-vad", "silero-vad-v6", "Silero VAD", embedded=True, size_mb=60, licence="MIT",
        availability=Availability(here, why, "" if here else "Install escribano-tui again with all of its dependencies."),
    )  # fmt: skip


def _open(opening: Opening) -> Any:
    path = asset()
    if path is None:
        raise BackendError("the voice activity model is not installed", fatal=True)
    known = {f.name for f in fields(SpanSettings)}
    settings = SpanSettings(**{k: v for k, v in opening.options.items() if k in known})
    lease = opening.hosts(f"{__name__}:load", {"path": str(path)}, label="Silero VAD", size_mb=60)
    return SileroSpotter(lease, settings)


OFFER = Offer("speech_spans", "silero-vad", _look, _open)
