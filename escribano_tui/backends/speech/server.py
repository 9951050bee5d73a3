"""Any server with `/v1/audio/transcriptions` as OpenAI's has it (speaches, vLLM, LocalAI, whisper.cpp, a hosted one)."""

from __future__ import annotations

import io
import json
import wave
from typing import TYPE_CHECKING, Any

from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.speech.samples import RATE, sane
from escribano_tui.backends.speech.whisper import Answer, Segment, answer_of, heard_of
from escribano_tui.backends.web import api_base, ask, host_elsewhere, served_models
from escribano_tui.ports import Availability, BackendError, BackendInfo, Heard, Stop

if TYPE_CHECKING:
    import httpx

    from escribano_tui.ports import Sound

NAME = "openai"
DEFAULT_MODEL = "whisper-1"
NOT_TOLD = 0.7  # confidence where the server gives no probabilities: neither doubted nor put before what is known
# Servers name languages in English, as Whisper does; those that it hears best.
_CODES = {
    "english": "en", "german": "de", "spanish": "es", "french": "fr", "italian": "it", "portuguese": "pt", "dutch": "nl",
    "polish": "pl", "russian": "ru", "ukrainian": "uk", "czech": "cs", "swedish": "sv", "norwegian": "no", "danish": "da",
    "finnish": "fi", "turkish": "tr", "greek": "el", "hungarian": "hu", "romanian": "ro", "catalan": "ca", "japanese": "ja",
    "korean": "ko", "chinese": "zh", "arabic": "ar", "hebrew": "he", "hindi": "hi", "indonesian": "id", "vietnamese": "vi",
}  # fmt: skip


class ServerTranscriber:
    """A Transcriber. Asks for probabilities and times of words, and does with the bare text where there are none."""

    def __init__(self, url: str, model: str, stop: Stop) -> None:
        self._url = url
        self._model = model
        self._stop = stop
        self._verbose = True

    def transcribe(
        self, samples: Sound, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        samples = sane(samples)
        seconds = len(samples) / RATE
        told = self._ask(wav(samples), language, prompt, timeout_s=60 + 5 * seconds)
        return heard_from(told, seconds, language)

    def close(self) -> None:
        """Nothing is kept between calls."""

    def _ask(self, sound: bytes, language: str, prompt: str, timeout_s: float) -> dict[str, Any]:
        fields: dict[str, Any] = {"model": self._model, "temperature": "0"}
        fields |= {"language": language.split("-")[0]} if language else {}
        fields |= {"prompt": prompt} if prompt else {}
        if self._verbose:
            more = {"response_format": "verbose_json", "timestamp_granularities[]": ["word", "segment"]}
            try:
                return self._send(sound, fields | more, timeout_s)
            except BackendError as problem:
                if "answered 4" not in str(problem):
                    raise
                self._verbose = False  # it knows the plain form only
        return self._send(sound, fields | {"response_format": "json"}, timeout_s)

    def _send(self, sound: bytes, fields: dict[str, Any], timeout_s: float) -> dict[str, Any]:
        def post(client: httpx.Client) -> httpx.Response:
            files = {"file": ("span.wav", sound, "audio/wav")}
            return client.post(f"{api_base(self._url)}/audio/transcriptions", data=fields, files=files)

        answer = ask(self._url, timeout_s, self._stop, post)
        try:
            told = json.loads(answer.text)
        except ValueError as problem:
            raise BackendError("the server did not answer in JSON", raw=answer.text[:300]) from problem
        if not isinstance(told, dict) or not isinstance(told.get("text", ""), str):
            raise BackendError("the server's answer has no text", raw=answer.text[:300])
        return told


def heard_from(told: dict[str, Any], seconds: float, language: str = "") -> Heard:
    """A server's answer as a Heard. Raises BackendError where it is not what it should be."""
    try:
        answer = answer_of(told)
        if answer["segments"] and told.get("words"):
            words = [(float(w["start"]), float(w["end"]), str(w["word"]), 1.0) for w in told["words"]]
            answer = _with_words(answer, words)
        code = _CODES.get(answer["language"].lower(), answer["language"] if len(answer["language"]) == 2 else "")
        if answer["segments"] and any("avg_logprob" in s for s in told["segments"]):
            heard = heard_of({**answer, "language": code or language}, seconds)
        else:
            heard = Heard(str(told.get("text") or "").strip(), NOT_TOLD, language=code or language)
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise BackendError("the server's answer is not what it should be", raw=str(told)[:300]) from problem
    return heard


def _with_words(answer: Answer, words: list[tuple[float, float, str, float]]) -> Answer:
    """Words that stand beside the segments instead of inside of them."""
    segments: list[Segment] = [{**s, "words": words if k == 0 else ()} for k, s in enumerate(answer["segments"])]
    return {"language": answer["language"], "segments": segments}


def wav(samples: Sound) -> bytes:
    """16-bit mono at 16 kHz."""
    import numpy as np

    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * np.float32(32767)).astype("<i2").tobytes())
    return out.getvalue()


def _look(wanted: Wanted) -> BackendInfo:
    model, availability = wanted.model, Availability(True)
    if not wanted.url:
        availability = Availability(False, "the profile names no server", "Set transcribe.url in your profile.")
    else:
        try:
            models = served_models(wanted.url)
            model = model or next((m for m in models if "whisper" in m.lower()), DEFAULT_MODEL)
        except BackendError as problem:
            availability = Availability(False, str(problem), f"Start the server at {wanted.url}, or correct transcribe.url.")
    return BackendInfo(
        "speech", NAME, model, "OpenAI-compatible server", availability, leaves_machine=host_elsewhere(wanted.url)
    )


def _open(opening: Opening) -> Any:
    return ServerTranscriber(opening.wanted.url, opening.info.model, opening.stop)


OFFER = Offer("speech", NAME, _look, _open)
