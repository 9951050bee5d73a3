"""Secrets are masked where text enters: before it is stored, kept for later recordings, prompted or exported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from escribano_tui.domain.secret_shapes import SPOKEN
from escribano_tui.domain.secrets import MASK, Masker, mask_page, rules_of
from escribano_tui.ports import Heard, TextReader, Transcriber

if TYPE_CHECKING:
    from escribano_tui.domain.evidence import Box, Description, ScreenLine
    from escribano_tui.ports import Image, Sound


@lru_cache(maxsize=2)
def _masker(spoken: bool) -> Masker:
    text = resources.files("escribano_tui.data").joinpath("secrets/gitleaks.toml").read_text(encoding="utf-8")
    rules = rules_of(text)
    return Masker(rules, SPOKEN) if spoken else Masker(rules)


def shows_secret(lines: Sequence[ScreenLine]) -> bool:
    """Whether a secret stands on the screen: then no picture of it is kept."""
    return any(MASK in line.text for line in lines)


def mask_text(text: str) -> str:
    """A text of several lines without its secrets."""
    return "\n".join(mask_page(_masker(False), text.split("\n"))[0])


def mask_description(told: Description) -> Description:
    """A description without secrets: a model may have written down what it saw."""
    return replace(
        told, sentence=mask_text(told.sentence), title=mask_text(told.title), document=mask_text(told.document),
        site=mask_text(told.site), apps=tuple(map(mask_text, told.apps)), topics=tuple(map(mask_text, told.topics)),
    )  # fmt: skip


class MaskingReader:
    """A TextReader that recognises no secrets. `found` counts those that it has masked."""

    def __init__(self, reader: TextReader) -> None:
        self._reader = reader
        self.found = 0

    def detect(self, image: Image) -> Sequence[Box]:
        return self._reader.detect(image)

    def recognise(self, lines: Sequence[Image]) -> Sequence[tuple[str, float]]:
        """Lines that are recognised together stand in reading order: a key block over several of them is one secret."""
        told = self._reader.recognise(lines)
        texts, found = mask_page(_masker(False), [text for text, _ in told])
        self.found += len(found)
        return [(text, confidence) for text, (_, confidence) in zip(texts, told, strict=True)]

    def close(self) -> None:
        self._reader.close()


class MaskingTranscriber:
    """A Transcriber that hears no secrets. Words lose their times where one was masked: they cannot be told apart."""

    def __init__(self, transcriber: Transcriber) -> None:
        self._transcriber = transcriber
        self.found = 0

    def transcribe(
        self, samples: Sound, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        heard = self._transcriber.transcribe(samples, language, prompt, margins_s)
        masked = _masker(True).mask(heard.text)
        if not masked.found:
            return heard
        self.found += len(masked.found)
        return replace(heard, text=masked.text, words=())

    def close(self) -> None:
        self._transcriber.close()
