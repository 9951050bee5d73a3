"""One contract for all speech backends, each on its real library (tiny random weights where none are to be had)."""

from __future__ import annotations

import importlib.util
import math
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.backends.speech.moonshine import steadiest
from escribano_tui.ports import BackendError, Cancelled, Heard, Transcriber
from tests.backends.speech_server import SpeechServer, speech_server
from tests.backends.tiny_whisper import make_faster_whisper, make_mlx_whisper
from tests.sounds import RATE, hiss, silence, voice

pytestmark = pytest.mark.native

NATIVE = ["moonshine", "faster-whisper", pytest.param("mlx-whisper", marks=pytest.mark.mlx)]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    make_faster_whisper(folder / "faster-whisper" / "tiny-random")
    if importlib.util.find_spec("mlx_whisper") is not None:
        make_mlx_whisper(folder / "mlx-whisper" / "tiny-random")
    return folder


@pytest.fixture(scope="module")
def registry(models: Path) -> Iterator[Registry]:
    made = Registry(models, models / "hosts.log")
    yield made
    made.close()


@pytest.fixture(scope="module")
def server() -> Iterator[SpeechServer]:
    with speech_server() as made:
        yield made


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture(params=[*NATIVE, "openai"])
def transcriber(request: pytest.FixtureRequest, registry: Registry, server: SpeechServer, stop: Any) -> Iterator[Transcriber]:
    name: str = request.param
    if name == "mlx-whisper" and importlib.util.find_spec("mlx_whisper") is None:
        pytest.skip("mlx-whisper is not installed here (on Linux: pip install --no-deps mlx-whisper beside mlx[cpu])")
    server.mode = "verbose"
    choice = registry.choose("speech", [name], url=server.url if name == "openai" else "")
    assert choice.serves is not None, choice.passed_over
    made = registry.open(choice, {"beam": 2, "stop": stop})
    yield made
    made.close()
    made.close()


# ---------------------------------------------------------------- the contract


def holds(heard: Heard, seconds: float) -> None:
    assert isinstance(heard.text, str)
    assert 0.0 <= heard.confidence <= 1.0
    assert not math.isnan(heard.confidence)
    times = [t for w in heard.words for t in (w.start_s, w.end_s)]
    assert times == sorted(times)
    assert all(0.0 <= t <= seconds + 1e-6 for t in times)
    assert all(w.text == w.text.strip() != "" and 0.0 <= w.confidence <= 1.0 for w in heard.words)
    assert heard.language == "" or len(heard.language) in (2, 3)


def test_a_voice_gives_a_text_with_confidence_and_ordered_words(transcriber: Transcriber) -> None:
    said = voice("beckett")
    heard = transcriber.transcribe(said)
    assert heard.text
    assert heard.language
    holds(heard, len(said) / RATE)


def test_the_same_sound_gives_the_same_text(transcriber: Transcriber) -> None:
    said = voice("beckett")[: 4 * RATE]
    assert transcriber.transcribe(said, "en").text == transcriber.transcribe(said, "en").text


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.05, 0.3])
def test_short_sounds_do_no_harm(transcriber: Transcriber, seconds: float) -> None:
    holds(transcriber.transcribe(hiss(seconds, 0.1), "en"), max(seconds, 0.1))


def test_silence_and_noise_do_no_harm(transcriber: Transcriber) -> None:
    for sound in (silence(2.0), hiss(2.0, 0.5), np.ones(2 * RATE, np.float32)):
        holds(transcriber.transcribe(sound, "en"), 2.0)


def test_sounds_that_are_no_numbers_end_neither_the_backend_nor_the_lane(transcriber: Transcriber) -> None:
    for value in (np.nan, np.inf):
        holds(transcriber.transcribe(np.full(RATE, value, np.float32), "en"), 1.0)
    holds(transcriber.transcribe(voice("beckett")[: 2 * RATE], "en"), 2.0)


def test_language_prompt_and_margins_are_taken(transcriber: Transcriber) -> None:
    said = np.concatenate([silence(0.4), voice("beckett")[: 3 * RATE], silence(0.4)])
    holds(transcriber.transcribe(said, "en", "Beckett, Godot", (0.4, 0.4)), len(said) / RATE)
    holds(transcriber.transcribe(said, "en-GB", margins_s=(2.5, 2.5)), len(said) / RATE)


# ---------------------------------------------------------------- native ones


@pytest.mark.parametrize("transcriber", NATIVE, indirect=True)
def test_a_host_that_dies_costs_one_span(transcriber: Any) -> None:
    said = voice("beckett")[: 3 * RATE]
    first = transcriber.transcribe(said, "en")
    host = transcriber._lease._entry.host
    starts = host.starts
    os.kill(host.pid, signal.SIGSTOP)  # it hangs in the middle of a call, and is killed there
    threading.Timer(0.2, lambda: os.kill(host.pid, signal.SIGKILL)).start()
    with pytest.raises(BackendError, match="SIGKILL"):
        transcriber.transcribe(said, "en")
    assert transcriber.transcribe(said, "en").text == first.text
    assert host.starts == starts + 1


@pytest.mark.parametrize("transcriber", NATIVE, indirect=True)
def test_a_stop_ends_a_call_that_hangs(transcriber: Any, stop: threading.Event) -> None:
    said = voice("beckett")[: 3 * RATE]
    transcriber.transcribe(said, "en")
    os.kill(transcriber._lease._entry.host.pid, signal.SIGSTOP)
    threading.Timer(0.1, stop.set).start()
    with pytest.raises(Cancelled):
        transcriber.transcribe(said, "en")


def test_moonshine_hears_english_only(registry: Registry) -> None:
    choice = registry.choose("speech", ["moonshine"], language="de-CH")
    assert choice.serves is None
    assert choice.passed_over[0].availability.why == "it knows English only, and the profile asks for de-CH"
    assert registry.choose("speech", ["moonshine"], language="en-GB").serves is not None


def test_a_second_load_of_a_resident_model_is_free(registry: Registry) -> None:
    choice = registry.choose("speech", ["moonshine"])
    registry.open(choice, {}).transcribe(voice("beckett")[:RATE])
    starts = {r.label: r.starts for r in registry.residents().models}
    registry.open(choice, {}).transcribe(voice("beckett")[:RATE])
    assert {r.label: r.starts for r in registry.residents().models} == starts


def test_the_text_that_the_others_agree_with_is_taken_before_one_that_is_a_little_surer() -> None:
    heard = [("the bridge is wet", 0.84, True), ("the ridge is west", 0.86, True), ("the bridge is wet today", 0.83, True)]
    assert steadiest(heard)[0] == "the bridge is wet"
    assert steadiest([("it is", 0.99, True), ("it is raining on the whole of the town", 0.8, True)])[1] == 0.8, (
        "it left words out"
    )
    assert steadiest([("on and on and", 0.9, False), ("on and on", 0.7, True)])[2], "it came to its end"
    assert steadiest([("", 0.3, False)]) == ("", 0.3, False)


# ---------------------------------------------------------------- availability


def test_weights_that_are_not_here_are_told_with_what_to_do(registry: Registry) -> None:
    for name in ("faster-whisper", "mlx-whisper"):
        info = registry.choose("speech", [name], model="large-v9").passed_over[0]
        assert not info.availability.ok
        assert info.availability.remedy
    info = registry.choose("speech", ["faster-whisper"], model="large-v9").passed_over[0]
    assert info.availability.why == "the weights of large-v9 are not on this machine"
    assert info.availability.remedy.endswith("models pull faster-whisper/large-v9")


def test_weights_in_the_hubs_cache_or_any_folder_are_found(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshot = tmp_path / "hub" / "models--Systran--faster-whisper-base.en" / "snapshots" / "abc"
    snapshot.parent.mkdir(parents=True)
    snapshot.symlink_to(models / "faster-whisper" / "tiny-random", target_is_directory=True)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    registry = Registry(tmp_path / "models")
    choice = registry.choose("speech", ["faster-whisper"])
    assert (choice.model, choice.serves is not None) == ("base.en", True)
    named = registry.choose("speech", ["faster-whisper"], model=str(models / "faster-whisper" / "tiny-random"))
    assert named.serves is not None


def test_a_model_that_does_not_fit_is_passed_over_with_why_unless_it_is_named(models: Path) -> None:
    registry = Registry(models, limit_mb=1.0)
    choice = registry.choose("speech", ["faster-whisper"])
    assert choice.serves is None
    assert choice.passed_over[0].availability.why.endswith("the limit for all models is 1 MB")
    assert "name faster-whisper and its model tiny-random" in choice.passed_over[0].availability.remedy
    assert registry.choose("speech", ["faster-whisper"], model="tiny-random").serves is not None


# ---------------------------------------------------------------- servers


def opened(registry: Registry, server: SpeechServer, stop: threading.Event | None = None) -> Transcriber:
    choice = registry.choose("speech", ["openai"], url=server.url)
    assert choice.serves is not None
    made: Transcriber = registry.open(choice, {"stop": stop or threading.Event()})
    return made


def test_a_server_is_asked_for_what_the_profile_says(registry: Registry, server: SpeechServer) -> None:
    server.mode, server.asked = "verbose", []
    heard = opened(registry, server).transcribe(voice("beckett")[: 3 * RATE], "en-GB", "Godot")
    (asked,) = server.asked
    assert (asked["model"], asked["language"], asked["prompt"]) == ("tiny-whisper", "en", "Godot")
    assert asked["seconds"] == 3.0
    assert asked["key"] == ""
    assert heard.text == "The tests pass."
    assert heard.language == "en"
    assert abs(heard.confidence - math.exp(-0.1)) < 1e-6
    assert [w.text for w in heard.words] == ["The", "tests", "pass."]


def test_a_key_of_the_environment_is_sent_along(
    registry: Registry, server: SpeechServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.mode, server.asked = "verbose", []
    monkeypatch.setenv("ESCRIBANO_API_KEY", "some-key")
    opened(registry, server).transcribe(silence(1))
    assert server.asked[0]["key"] == "Bearer some-key"


def test_a_server_that_knows_the_plain_form_only_is_understood(registry: Registry, server: SpeechServer) -> None:
    server.mode, server.asked = "plain", []
    transcriber = opened(registry, server)
    assert [transcriber.transcribe(silence(1), "en").text for _ in range(2)] == ["The tests pass."] * 2
    assert [a["response_format"] for a in server.asked] == ["verbose_json", "json", "json"]


@pytest.mark.parametrize(("mode", "why"), [("broken", "answered 500"), ("garbage", "not answer in JSON")])
def test_a_server_that_fails_is_an_error_of_that_span(registry: Registry, server: SpeechServer, mode: str, why: str) -> None:
    transcriber = opened(registry, server)
    server.mode = mode
    with pytest.raises(BackendError, match=why) as caught:
        transcriber.transcribe(silence(1))
    assert caught.value.raw
    assert not caught.value.fatal
    server.mode = "verbose"
    assert transcriber.transcribe(silence(1)).text == "The tests pass."


def test_a_stop_gives_up_a_request_at_once(registry: Registry, server: SpeechServer) -> None:
    stop = threading.Event()
    transcriber = opened(registry, server, stop)
    server.mode = "silent"
    server.waiting.clear()
    threading.Thread(target=lambda: (server.waiting.wait(10), stop.set()), daemon=True).start()
    began = time.monotonic()
    with pytest.raises(Cancelled):
        transcriber.transcribe(silence(1))
    assert time.monotonic() - began < 10
    server.released.set()


def test_a_server_that_is_not_there_or_wants_a_key_says_so(tmp_path: Path, server: SpeechServer) -> None:
    registry = Registry(tmp_path)
    none = registry.choose("speech", ["openai"]).passed_over[0]
    assert none.availability.why == "the profile names no server"
    gone = registry.choose("speech", ["openai"], url="http://127.0.0.1:9").passed_over[0]
    assert "did not answer" in gone.availability.why
    server.mode = "locked"
    locked = registry.choose("speech", ["openai"], url=server.url).passed_over[0]
    assert "ESCRIBANO_API_KEY" in locked.availability.why


def test_where_data_would_go_is_told(tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    for url, host in (("http://localhost:1/v1", ""), ("http://[::1]:1", ""), ("http://192.0.2.7:1", "192.0.2.7")):
        info = registry.choose("speech", ["openai"], url=url).passed_over[0]
        assert info.leaves_machine == host
