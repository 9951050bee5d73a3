"""Secrets are masked where text enters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from escribano_tui.domain.evidence import Box, ScreenLine, Word
from escribano_tui.domain.secrets import MASK
from escribano_tui.pipeline.masking import MaskingReader, MaskingTranscriber, shows_secret
from escribano_tui.ports import Heard

KEY = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
BLOCK = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEpAIBAAKCAQEAwJ7nC3mFqv2Wf3vC8gq3", "-----END RSA PRIVATE KEY-----"]


class Recogniser:
    closed = False

    def __init__(self, *texts: str) -> None:
        self.texts = texts

    def detect(self, image: Any) -> list[Box]:
        return [Box(0, 0, 1, 1)]

    def recognise(self, lines: Sequence[Any]) -> list[tuple[str, float]]:
        return [(text, 0.9) for text in self.texts]

    def close(self) -> None:
        self.closed = True


def test_keys_on_the_screen_are_masked_and_counted() -> None:
    reader = MaskingReader(Recogniser("def parse(self):", f"token = {KEY}", *BLOCK))
    told = [text for text, _ in reader.recognise([])]
    assert told[0] == "def parse(self):"
    assert KEY not in " ".join(told)
    assert "MIIEpAIB" not in " ".join(told)
    assert MASK in told[1]
    assert reader.found >= 2
    assert shows_secret([ScreenLine("l", told[1], Box(0, 0, 1, 1), 0.0, 1.0)])
    assert not shows_secret([ScreenLine("l", told[0], Box(0, 0, 1, 1), 0.0, 1.0)])


def test_what_is_said_is_masked_with_its_words() -> None:
    class Speech:
        def transcribe(self, *_: Any) -> Heard:
            text = "my card number is 4111 1111 1111 1111 thanks"
            return Heard(text, 0.9, tuple(Word(k, k + 1, w) for k, w in enumerate(text.split())))

        def close(self) -> None:
            raise AssertionError("not closed here")

    masking = MaskingTranscriber(Speech())
    heard = masking.transcribe(None)  # type: ignore[arg-type]
    assert "4111" not in heard.text
    assert heard.text.startswith("my card number is")
    assert heard.words == ()
    assert masking.found == 1
