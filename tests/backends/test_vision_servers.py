"""One contract for the vision backends that ask a server: real clients, real HTTP."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.backends.vision.model import CONFIDENCE, CONFIDENCE_AGAIN, CONFIDENCE_REPAIRED
from escribano_tui.backends.vision.ollama import best_model
from escribano_tui.domain.evidence import Description, Frame
from escribano_tui.ports import BackendError, Cancelled, Scene
from tests.backends.vision_server import GOOD, Asked, Behaviour, serving

BACKENDS = ("ollama", "openai")
MODULES = tuple(f"escribano_tui.backends.vision.{name}" for name in BACKENDS)


def opened(
    tmp_path: Path, name: str, url: str, stop: threading.Event | None = None, own: Path = Path(), **options: Any
) -> tuple[Any, Any]:
    registry = Registry(tmp_path, modules=MODULES, own_prompts=own)
    choice = registry.choose("vision", (name,), "", url)
    assert choice.serves is not None, choice.passed_over
    return registry.open(choice, {"stop": stop, "timeout_s": 5.0, "max_tokens": 200, **options}), choice


def scenes(*colours: int) -> list[Scene]:
    """One scene for each shade of grey."""
    frames = [Frame(float(k), "change", float(k), k + 1.0) for k in range(len(colours))]
    images = [np.full((90, 160, 3), colour, np.uint8) for colour in colours]
    return [Scene(frame, 160, 90, image=image) for frame, image in zip(frames, images, strict=True)]


def shade(picture: bytes) -> int:
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert image is not None
    assert image.shape == (90, 160)
    return round(float(image.mean()))


@pytest.mark.parametrize("name", BACKENDS)
def test_each_picture_is_asked_about_alone_and_answered_in_order(tmp_path: Path, name: str) -> None:
    def answer(asked: Asked) -> str:
        return json.dumps({**GOOD, "sentence": f"Looks at shade {shade(asked.pictures[0])}"})

    behaviour = Behaviour(answer)
    with serving(behaviour) as url:
        describer, choice = opened(tmp_path, name, url)
        assert describer.wants_image
        found = describer.describe(scenes(10, 90, 200))
        describer.close()
    assert [d.sentence for d in found] == ["Looks at shade 10", "Looks at shade 90", "Looks at shade 200"]
    assert [len(asked.pictures) for asked in behaviour.asked] == [1, 1, 1]
    assert {(asked.model, asked.schema, asked.temperature) for asked in behaviour.asked} == {(behaviour.models[0], True, 0.0)}
    first = found[0]
    assert (first.t_s, first.activity, first.apps, first.topics) == (0.0, "coding", ("Geany",), ("python",))
    assert (first.backend, first.model, first.confidence) == (name, behaviour.models[0], CONFIDENCE)
    assert first.prompt in choice.identity
    assert "debugging" in behaviour.asked[0].prompt


def test_ollama_is_given_room_for_the_need_and_keeps_the_model(tmp_path: Path) -> None:
    behaviour = Behaviour()
    with serving(behaviour) as url:
        opened(tmp_path, "ollama", url, max_tokens=4000)[0].describe(scenes(1))
    body = behaviour.asked[0].body
    assert body["options"]["num_predict"] == 4000
    assert 6000 < body["options"]["num_ctx"] <= 9216
    assert body["keep_alive"] == "10m"
    assert body["format"]["properties"]["activity"]["enum"][0] == "coding"


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize(
    "said",
    [
        "```json\n" + json.dumps(GOOD) + "\n```",
        "Sure! " + json.dumps(GOOD) + " I hope this helps.",
        "<think>The person edits {a file}.</think>" + json.dumps(GOOD),
        json.dumps(GOOD)[:-1] + ",}",
        json.dumps({**GOOD, "apps": "Geany", "activity": "Coding"}),
    ],
)
def test_wrapping_is_repaired(tmp_path: Path, name: str, said: str) -> None:
    with serving(Behaviour(lambda asked: said)) as url:
        (found,) = opened(tmp_path, name, url)[0].describe(scenes(1))
    assert isinstance(found, Description)
    assert (found.activity, found.apps, found.confidence) == ("coding", ("Geany",), CONFIDENCE_REPAIRED)


@pytest.mark.parametrize("name", BACKENDS)
def test_a_bad_answer_is_asked_for_once_more_alone_and_warmer(tmp_path: Path, name: str) -> None:
    def answer(asked: Asked) -> str:
        bad = shade(asked.pictures[0]) == 90 and asked.temperature == 0.0
        return '{"activity": "coding", "sentence": "Edits' if bad else json.dumps(GOOD)

    behaviour = Behaviour(answer)
    with serving(behaviour) as url:
        found = opened(tmp_path, name, url)[0].describe(scenes(10, 90, 200))
    assert [d.confidence for d in found] == [CONFIDENCE, CONFIDENCE_AGAIN, CONFIDENCE]
    assert [asked.temperature for asked in behaviour.asked] == [0.0, 0.0, 0.0, 0.7]


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("the person is coding", "no JSON object"),
        ("", "no JSON object"),
        ("[1, 2]", "no JSON object"),
        (json.dumps({**GOOD, "activity": "hacking"}), "not one of the list"),
        (json.dumps({**GOOD, "sentence": " "}), "no sentence"),
        (json.dumps({**GOOD, "sentence": "row one two " * 9}), "repeats itself"),
        (json.dumps({**GOOD, "apps": [{"name": "Geany"}]}), "no list of names"),
        ("<answer><activity>coding</activity></answer>", "no JSON object"),
    ],
)
def test_what_cannot_be_used_is_put_aside_with_what_was_said(tmp_path: Path, name: str, said: str, why: str) -> None:
    behaviour = Behaviour(lambda asked: said)
    with serving(behaviour) as url:
        (found,) = opened(tmp_path, name, url)[0].describe(scenes(1))
    assert isinstance(found, BackendError)
    assert why in str(found)
    assert not found.fatal
    assert found.raw
    assert said[:20].strip() in found.raw
    assert len(behaviour.asked) == 2


@pytest.mark.parametrize("name", BACKENDS)
def test_a_server_that_stalls_is_given_up_in_its_time(tmp_path: Path, name: str) -> None:
    behaviour = Behaviour(trouble="stall")
    with serving(behaviour) as url:
        began = time.monotonic()
        found = opened(tmp_path, name, url, timeout_s=0.3)[0].describe(scenes(1, 2, 3))
        behaviour.release.set()
    assert time.monotonic() - began < 5
    assert all(isinstance(one, BackendError) and not one.raw for one in found)
    assert len(behaviour.asked) == 1, "the rest of the batch does not wait for it too"


@pytest.mark.parametrize("name", BACKENDS)
def test_a_stop_ends_a_request_at_once(tmp_path: Path, name: str) -> None:
    behaviour, stop = Behaviour(trouble="stall"), threading.Event()
    with serving(behaviour) as url:
        describer, _ = opened(tmp_path, name, url, stop, timeout_s=20.0)

        def stop_when_asked() -> None:
            behaviour.arrived.wait(5)
            stop.set()

        stopper = threading.Thread(target=stop_when_asked)
        stopper.start()
        with pytest.raises(Cancelled):
            describer.describe(scenes(1, 2))
        stopper.join()
        behaviour.release.set()


@pytest.mark.parametrize("name", BACKENDS)
@pytest.mark.parametrize("trouble", ["cut", "half", "other", "500"])
def test_other_trouble_costs_its_own_frame_alone(tmp_path: Path, name: str, trouble: str) -> None:
    behaviour = Behaviour(trouble=trouble)
    with serving(behaviour) as url:
        describer, _ = opened(tmp_path, name, url)
        (found,) = describer.describe(scenes(1))
        assert isinstance(found, BackendError)
        assert not found.fatal
        behaviour.trouble = ""
        (again,) = describer.describe(scenes(1))
        assert isinstance(again, Description)


def test_a_model_that_is_gone_from_ollama_is_gone_for_good(tmp_path: Path) -> None:
    behaviour = Behaviour(trouble="404")
    with serving(behaviour) as url:
        found = opened(tmp_path, "ollama", url)[0].describe(scenes(1, 2, 3))
    assert all(isinstance(one, BackendError) and one.fatal and "not found" in str(one) for one in found)
    assert len(behaviour.asked) == 1


@pytest.mark.parametrize("name", BACKENDS)
def test_a_server_that_is_gone_is_told_at_once(tmp_path: Path, name: str) -> None:
    with serving(Behaviour()) as url:
        describer, _ = opened(tmp_path, name, url)
    found = describer.describe(scenes(1, 2))
    assert all(isinstance(one, BackendError) and not one.raw for one in found)


def test_a_server_without_schemas_is_asked_without(tmp_path: Path) -> None:
    behaviour = Behaviour(trouble="no-schema")
    with serving(behaviour) as url:
        found = opened(tmp_path, "openai", url)[0].describe(scenes(1, 2))
    assert all(isinstance(one, Description) for one in found)
    assert [asked.schema for asked in behaviour.asked] == [True, False, False]


@pytest.mark.parametrize("name", BACKENDS)
def test_what_a_model_says_is_cleaned(tmp_path: Path, name: str) -> None:
    said = {**GOOD, "sentence": "Reads \x1b]0;t\x07 [/b]\n\u202etxt.exe", "title": "a\x00b", "apps": ["x" * 500, "\u202e"]}
    with serving(Behaviour(lambda asked: json.dumps(said))) as url:
        (found,) = opened(tmp_path, name, url)[0].describe(scenes(1))
    assert found.sentence == "Reads ]0;t [/b] txt.exe"
    assert found.title == "ab"
    assert found.apps == ("x" * 60,)


@pytest.mark.parametrize("name", BACKENDS)
def test_the_owners_prompt_replaces_the_shipped_one_and_is_part_of_the_key(tmp_path: Path, name: str) -> None:
    own = tmp_path / "prompts"
    own.mkdir()
    (own / "describe.txt").write_text("Was tut der Mensch?\n$ACTIVITIES\n", encoding="utf-8")
    behaviour = Behaviour()
    with serving(behaviour) as url:
        shipped = opened(tmp_path, name, url)[1]
        describer, choice = opened(tmp_path, name, url, own=own)
        (found,) = describer.describe(scenes(1))
    assert behaviour.asked[0].prompt.startswith("Was tut der Mensch?\n- coding: ")
    assert found.prompt in choice.identity
    assert choice.identity != shipped.identity


def test_who_serves_and_why_not(tmp_path: Path) -> None:
    registry = Registry(tmp_path, modules=MODULES)
    with serving(Behaviour()) as url:
        assert registry.choose("vision", ("ollama",), "qwen3-vl", url).serves is None
        assert registry.choose("vision", ("ollama",), "qwen3-vl:2b", url).serves is not None
        assert registry.choose("vision", ("openai",), "", url).model == "qwen3-vl:2b"
        missing = registry.choose("vision", ("openai",), "other", url).passed_over[0]
        assert "does not serve other" in missing.availability.why
    with serving(Behaviour(models=("llama3:8b",))) as url:
        blind = registry.choose("vision", ("ollama",), "", url).passed_over[0]
        assert "no vision model" in blind.availability.why
        assert "ollama pull" in blind.availability.remedy
    assert "names no server" in registry.choose("vision", ("openai",)).passed_over[0].availability.why


def test_a_model_that_sees_and_fits_is_taken() -> None:
    gb = 1_000_000_000
    sizes = {"qwen3-vl:2b": 2 * gb, "qwen3-vl:8b": 6 * gb, "llava:34b": 20 * gb, "llama3:8b": 5 * gb, "gemma3:4b": 3 * gb}
    assert best_model(sizes, 16_000) == "qwen3-vl:8b"
    assert best_model(sizes, 5_000) == "qwen3-vl:2b"
    assert best_model({"gemma3:4b": 3 * gb, "gemma3:1b": gb}, 16_000) == "gemma3:4b"
    assert best_model({"llama3:8b": 5 * gb}, 64_000) == ""
