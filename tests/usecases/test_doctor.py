"""The doctor: what is in memory, what a model costs here, which one serves and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from escribano_tui.domain.machine import Figures, Resident, Residents
from escribano_tui.ports import Availability, BackendInfo, Choice
from escribano_tui.usecases.doctor import DoctorDesk

SLOW = BackendInfo("speech", "whisper", "large", "Whisper", Availability(False, "it is too slow here", "Name it."))
QUICK = BackendInfo("speech", "moonshine", "tiny-en", "Moonshine tiny-en", Availability(True), 150, languages=("en",))
FIGURES = Figures(3, 41.0, 0.4, 166.0)


class OneSpeaker:
    """Two backends for speech, none for anything else."""

    def __init__(self, *models: Resident) -> None:
        self.models = models

    def infos(self, port: str) -> list[BackendInfo]:
        return [SLOW, QUICK] if port == "speech" else []

    def choose(self, port: str, names: Sequence[str], model: str = "", url: str = "", language: str = "") -> Choice:
        serves = QUICK if port == "speech" else None
        return Choice(port, serves, (SLOW,), why="the best that serves here" if serves else "")

    def figures(self, info: BackendInfo) -> Figures | None:
        return FIGURES if info is QUICK else None

    def residents(self) -> Residents:
        return Residents(self.models, 4_000.0, 1_500.0)


def checks(*models: Resident) -> dict[tuple[str, str], tuple[str, str]]:
    speaker = OneSpeaker(*models)
    desk = DoctorDesk(speaker, (), Path("log"), dict, list, lambda: ("ok", ""))  # type: ignore[arg-type]
    return {(c.area, c.name): (c.state, c.detail) for c in desk.checks()}


def test_models_in_memory_are_told_with_their_sizes_and_the_limit() -> None:
    held = Resident("Moonshine tiny-en", "speech", "moonshine", "tiny-en", 166.0, True, True, 1, 0.0, 0.4, 1)
    idle = replace(held, label="PP-OCR", size_mb=500.0, busy=False, users=0, idle_s=12.0)
    gone = replace(held, label="Silero VAD", size_mb=90.0, loaded=False, busy=False, users=0)
    found = checks(held, idle, gone)
    assert found["models", "in memory"] == ("ok", "666 MB of at most 4.0 GB")
    assert found["models", "Moonshine tiny-en"] == ("ok", "166 MB, at work, loaded in 0.4 s")
    assert found["models", "PP-OCR"] == ("ok", "500 MB, idle for 0:12, loaded in 0.4 s")
    assert found["models", "Silero VAD"] == ("ok", "let go of; it took 90 MB")
    assert checks()["models", "in memory"][1] == "none now; all together may take 4.0 GB"


def test_what_a_model_costs_and_knows_is_told() -> None:
    _, detail = checks()["backends", "speech to text: Moonshine tiny-en"]
    assert "English only, here: 41 times real time, loads in 0.4 s, 166 MB" in detail


def test_the_choice_is_told_with_its_reason_and_what_was_passed_over() -> None:
    found = checks()
    assert found["choices", "speech to text"] == ("ok", "auto takes Moonshine tiny-en: the best that serves here")
    assert found["backends", "speech to text: Whisper"] == ("warn", "it is too slow here")
    assert ("choices", "describing frames") not in found


def test_little_memory_is_a_warning() -> None:
    assert checks()["machine", "memory"] == ("warn", "1.5 GB free")
