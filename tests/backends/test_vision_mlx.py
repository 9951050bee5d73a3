"""The real mlx-vlm on a tiny model with random weights: load, batch, cancel, unload, and the nonsense that it answers."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from escribano_tui.backends.registry import Registry
from escribano_tui.domain.evidence import Frame
from escribano_tui.ports import BackendError, Cancelled, Scene

pytestmark = [
    pytest.mark.mlx,
    pytest.mark.skipif(
        importlib.util.find_spec("mlx_vlm") is None, reason="mlx-vlm is not installed (pip install -e .[dev,mlx])"
    ),
]
MODULE = "escribano_tui.backends.vision.mlx_vlm"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.backends.tiny_vlm import make_tiny_vlm

    folder = Path(tmp_path_factory.mktemp("models"))
    make_tiny_vlm(folder / "mlx-vlm" / "tiny-random")
    return folder


@pytest.fixture(scope="module")
def registry(models: Path) -> Iterator[Registry]:
    made = Registry(models, modules=(MODULE,))
    yield made
    made.close()


def opened(registry: Registry, stop: threading.Event | None = None, **options: Any) -> Any:
    choice = registry.choose("vision", ("auto",))
    assert choice.serves is not None, choice.passed_over
    assert choice.model == "tiny-random"
    return registry.open(choice, {"stop": stop, "timeout_s": 60.0, "max_tokens": 12, **options})


def scenes(count: int, width: int = 160) -> list[Scene]:
    frames = [Frame(float(k), "change", float(k), k + 1.0) for k in range(count)]
    colours = [(0, 0, 255), (255, 0, 0), (255, 255, 255), (0, 255, 0), (0, 0, 0)]
    return [Scene(f, width, 90, image=np.full((90, width, 3), c, np.uint8)) for f, c in zip(frames, colours, strict=False)]


def test_a_batch_of_nonsense_is_put_aside_whole(registry: Registry) -> None:
    """Random weights answer noise: every frame comes back as a failure with what was said, none is lost."""
    describer = opened(registry)
    found = describer.describe(scenes(5))
    assert len(found) == 5
    for one in found:
        assert isinstance(one, BackendError)
        assert not one.fatal
        assert one.raw
        assert "cannot be used" in str(one)
    describer.close()


def test_each_picture_has_its_own_answer_whatever_the_others_are(registry: Registry) -> None:
    describer = opened(registry)
    asker = describer._asker
    first, second = (b for b in _jpegs(2))
    together = asker.ask([first, second, first], "What is done?", 0.0)
    alone = asker.ask([second], "What is done?", 0.0)
    assert together[0] == together[2]
    assert together[1] == alone[0]
    assert together[0] != together[1]


def test_pictures_of_several_sizes_keep_their_order(registry: Registry) -> None:
    asker = opened(registry)._asker
    wide, narrow = _jpegs(1, 260)[0], _jpegs(1, 90)[0]
    together = asker.ask([wide, narrow, wide], "What is done?", 0.0)
    assert together == [asker.ask([p], "What is done?", 0.0)[0] for p in (wide, narrow, wide)]


def test_a_broken_picture_costs_itself_alone(registry: Registry) -> None:
    asker = opened(registry)._asker
    good = _jpegs(1)[0]
    answers = asker.ask([good, b"no picture", good], "What is done?", 0.0)
    assert [isinstance(one, BackendError) for one in answers] == [False, True, False]
    assert answers[0] == answers[2]


def test_a_stop_ends_a_long_answer_and_the_model_loads_again(registry: Registry) -> None:
    stop = threading.Event()
    describer = opened(registry, stop, max_tokens=50_000)
    over = threading.Event()

    def stop_as_soon_as_it_is_busy() -> None:
        while not over.wait(0.005) and not any(r.busy for r in registry.residents().models):
            pass
        stop.set()

    watcher = threading.Thread(target=stop_as_soon_as_it_is_busy)
    watcher.start()
    with pytest.raises(Cancelled):
        describer._asker.ask(_jpegs(2), "What is done?", 1.5)
    over.set()
    watcher.join()
    assert not any(r.loaded for r in registry.residents().models)
    assert len(opened(registry).describe(scenes(1))) == 1


def test_a_model_that_was_let_go_loads_again(registry: Registry) -> None:
    describer = opened(registry)
    describer.describe(scenes(1))
    starts = [r.starts for r in registry.residents().models]
    describer.describe(scenes(3))
    assert [r.loaded for r in registry.residents().models] == [True]
    assert [r.starts for r in registry.residents().models] == starts, "its weights stay in memory from batch to batch"
    registry.release()
    assert [r.loaded for r in registry.residents().models] == [False]
    assert len(describer.describe(scenes(2))) == 2


def test_where_there_are_no_weights_it_says_how_to_get_them(
    tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    info = Registry(tmp_path, modules=(MODULE,)).infos("vision")[0]
    assert not info.availability.ok
    assert "models pull mlx-vlm/" in info.availability.remedy
    named = Registry(models, modules=(MODULE,)).choose("vision", ("mlx-vlm",), "other")
    assert "the weights of other" in named.passed_over[0].availability.why


def test_a_model_that_sees_nothing_is_no_vision_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "mlx-vlm" / "blind"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    (folder / "model.safetensors").write_bytes(b"")
    assert Registry(tmp_path, modules=(MODULE,)).choose("vision", ("auto",)).serves is None


def _jpegs(count: int, width: int = 160) -> list[bytes]:
    from escribano_tui.backends.vision.model import jpeg

    return [jpeg(scene.image) for scene in scenes(count, width) if scene.image is not None]
