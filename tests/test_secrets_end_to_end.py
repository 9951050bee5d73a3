"""Planted secrets of forty kinds, in pictures and in speech, through the real pipeline: they come out nowhere.

The film is drawn and encoded here. Pictures are decoded, read, described and segmented by the real parts; speech comes
from a backend that says what it is told to; a model that repeats its prompt writes the summaries.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.backends.writing import templates
from escribano_tui.backends.writing.model import ModelWriter
from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.evidence import Frame
from escribano_tui.domain.secrets import MASK
from escribano_tui.ports import Availability, BackendInfo, Choice, Heard, RunOptions, Stop
from tests.domain.test_secrets import KINDS, made
from tests.pictures import screen

WIDTH, HEIGHT, FPS, PAGE_S, ROWS = 1280, 720, 5, 3, 6
KEY = ["-----BEGIN RSA PRIVATE KEY-----", *(made(48, seed=k) for k in range(6)), "-----END RSA PRIVATE KEY-----"]
ORDINARY = [
    "def weigh_frame(raw: str) -> Decimal:", "The keys of the table are sorted.", "password = getpass()",
    "commit 8f173f5 Strip labels", "total = sum(prices) + 4096",
]  # fmt: skip
SAID = (
    ("My password is correct horse battery staple.", "horse battery"),
    ("The card number is four one one one seven zero three one nine two five four.", "one one seven zero"),
    ("Your login code is 481593, please hurry.", "481593"),
    (f"The token is {KINDS['github token'][1]} for now.", KINDS["github token"][1][6:30]),
)
PLAIN_SPEECH = "All four tests pass now, so I commit the rounding of the weights."


def pages() -> list[list[str]]:
    """Rows of each page: ordinary ones at both ends, so that something is left to tell."""
    rows = [around.format(secret) for around, secret in KINDS.values()]
    secret = [rows[k : k + ROWS] for k in range(0, len(rows), ROWS)]
    return [ORDINARY, *secret, KEY, ORDINARY]


def film(path: Path) -> float:
    """The pages one after another with a soft noise; returns its length in s."""
    with av.open(str(path), "w") as out:
        video: Any = out.add_stream("libx264", rate=FPS, options={"crf": "18"})
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        sound: Any = out.add_stream("aac", rate=16_000, layout="mono")
        for rows in pages():
            text = [(40, 50 + 660 // len(rows) * k, row) for k, row in enumerate(rows)]
            image = screen(text, width=WIDTH, height=HEIGHT, size=20)
            for _ in range(FPS * PAGE_S):
                out.mux(video.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(image), format="bgr24")))
        out.mux(video.encode(None))
        length = PAGE_S * len(pages())
        noise = np.random.default_rng(1).normal(0, 0.01, (1, 16_000 * length)).astype(np.float32)
        for k in range(0, noise.shape[1], 1024):
            part = av.AudioFrame.from_ndarray(np.ascontiguousarray(noise[:, k : k + 1024]), format="fltp", layout="mono")
            part.sample_rate, part.pts = 16_000, k
            out.mux(sound.encode(part))
        out.mux(sound.encode(None))
    return float(length)


# ---------------------------------------------------------------- what stands in for speech and for the writing model


class Spotter:
    def __init__(self) -> None:
        self.skipped: dict[str, int] = {}

    def feed(self, samples: Any) -> list[tuple[float, float]]:
        return []

    def finish(self) -> list[tuple[float, float]]:
        return [(1.0 + 4.0 * k, 3.5 + 4.0 * k) for k in range(len(SAID) + 1)]

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Speaker:
    told: list[str] = field(default_factory=lambda: [*(text for text, _ in SAID), PLAIN_SPEECH])

    def transcribe(
        self, samples: Any, language: str = "", prompt: str = "", margins_s: tuple[float, float] = (0.0, 0.0)
    ) -> Heard:
        return Heard(self.told.pop(0), 0.95)

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class Parrot:
    """A writing model that repeats its facts; what it was asked is kept."""

    model: str = "parrot"
    asked: list[str] = field(default_factory=list)

    def stream(self, messages: Sequence[Mapping[str, str]], most_tokens: int, stop: Stop) -> Iterator[str]:
        self.asked += [m["content"] for m in messages]
        yield re.sub(r"(?m)^(\[\d+\]) [\w' ]+: ", r"\1 ", messages[-1]["content"]) + "\n"

    def close(self) -> None:
        """Nothing is held."""


class Backends:
    """The real registry, but for speech and writing."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.parrot = Parrot()

    def choose(self, port: str, names: Sequence[str], *rest: Any, **more: Any) -> Choice:
        if port in ("speech_spans", "speech", "writing"):
            return Choice(port, BackendInfo(port, "test", "", "a test", Availability(True)))
        return self._registry.choose(port, names, *rest, **more)

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        if choice.serves is None or choice.serves.name != "test":
            return self._registry.open(choice, options)
        if choice.port == "writing":
            return ModelWriter("test", self.parrot, templates.load()[0])
        return Spotter() if choice.port == "speech_spans" else Speaker()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._registry, name)


# ---------------------------------------------------------------- the run


@dataclass
class Came:
    """Where everything is after the run."""

    paths: Paths
    exports: dict[str, str]
    asked: list[str]
    frames: list[Frame]
    media: Path
    note: str


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> Came:
    folder = tmp_path_factory.mktemp("secrets")
    path = folder / "film.mp4"
    film(path)
    paths = Paths(folder / "home", folder / "config")
    paths.config.mkdir()
    paths.own_profiles.write_text("[quick.frames]\nkeep_pictures = true\n")
    backends: Any = Backends(Registry(paths.models, paths.log))
    house = build_house(paths, backends)
    try:
        recording = house.library.add(path)
        run = house.runs.start(recording.id, "quick", RunOptions(), lambda event: None)
        assert run.wait(300)
        exports = {format: house.exports.export(recording.id, format) for format in house.exports.formats()}
        frames = list(house.sessions.evidence(recording.id).frames)
        session = house.sessions.open(recording.id)
        note = next(p.note for p in session.run.phases if p.name == "read")
        return Came(paths, exports, backends.parrot.asked, frames, paths.media / recording.id, note)
    finally:
        house.close()


def squash(text: str) -> str:
    return re.sub(r"[\W_]", "", text).casefold()


AROUND = squash(" ".join(around for around, _ in KINDS.values()))


def giveaways(secret: str, letters: int) -> list[str]:
    """What would give a secret away: so many letters or digits of it in a row (the whole of a shorter one)."""
    whole = squash(secret)
    parts = [whole[k : k + letters] for k in range(max(1, len(whole) - letters + 1))]
    return [part for part in parts if len(part) >= 6 and part not in AROUND]


AROUND = squash(" ".join(around for around, _ in KINDS.values()))
PLANTED = {**{kind: secret for kind, (_, secret) in KINDS.items()}, **{f"key row {k}": row for k, row in enumerate(KEY[1:-1])}}


def given_away(text: str, letters: int = 8) -> list[str]:
    flat = squash(text)
    found = [kind for kind, secret in PLANTED.items() if any(part in flat for part in giveaways(secret, letters))]
    return found + [said for _, said in SAID if squash(said) in flat]


def test_the_film_shows_them(came: Came) -> None:
    """Without masking all of them would be there: what was read is right but for the masks."""
    assert came.exports["json"].count(MASK) >= 40
    assert int(re.search(r"(\d+) secrets masked", came.note)[1]) >= 40  # type: ignore[index]
    assert "weigh_frame" in came.exports["json"]
    assert "commit the rounding" in came.exports["vtt"].replace("\n", " ")


def test_no_secret_is_in_the_store(came: Came) -> None:
    for path in came.paths.library.parent.glob("library.db*"):
        # Ten in a row: the bytes of a whole file hold every shorter row of digits by chance.
        assert given_away(path.read_bytes().decode("latin-1"), letters=10) == [], path.name


def test_no_secret_is_in_a_prompt(came: Came) -> None:
    assert len(came.asked) > 3
    assert given_away("\n".join(came.asked)) == []


def test_no_secret_is_in_an_export(came: Came) -> None:
    assert {"json", "md", "srt", "vtt", "csv", "html", "truth"} <= set(came.exports)
    for format, text in came.exports.items():
        assert given_away(re.sub(r"data:image/\w+;base64,[\w+/=]+", "", text)) == [], format


def test_no_secret_is_in_a_log(came: Came) -> None:
    logs = [p for p in came.paths.home.rglob("*") if p.is_file() and "log" in p.relative_to(came.paths.home).as_posix()]
    assert given_away("\n".join(p.read_text("utf-8", "replace") for p in logs)) == []


def test_no_picture_shows_one(came: Came) -> None:
    """A picture of a page with secrets is not kept, nor any work picture; those of other pages are, full size too as
    the profile says."""
    first, last = PAGE_S, PAGE_S * (len(pages()) - 1)
    kept = {f.t_s for f in came.frames if f.thumbnail and (came.media / f.thumbnail).is_file()}
    assert kept
    assert [t for t in kept if first + 0.4 < t < last - 0.1] == []
    files = {str(p.relative_to(came.media)) for p in came.media.rglob("*") if p.is_file()}
    small = {f.thumbnail for f in came.frames if f.t_s in kept}
    assert files == {*small, *(f"whole/{name}" for name in small)}
