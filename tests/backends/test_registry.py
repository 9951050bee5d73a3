"""Which backend serves, which do not and why, and opening them."""

from __future__ import annotations

import sys
import threading
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.backends.offer import Model, Offer, Opening, Wanted
from escribano_tui.backends.registry import MODULES, Registry
from escribano_tui.domain.machine import Figures
from escribano_tui.ports import Availability, BackendError, BackendInfo

HERE = Availability(True)
AWAY = Availability(False, "its weights are not here", "Fetch them.")


def offer(name: str, availability: Availability, port: str = "speech") -> Offer:
    def look(wanted: Wanted) -> BackendInfo:
        looked.append(name)
        return BackendInfo(port, name, wanted.model or f"{name}-model", name.title(), availability)

    def make(opening: Opening) -> Any:
        lease = opening.hosts("tests.backends.hosted:load", {"name": name}, label=name, size_mb=1)
        return types.SimpleNamespace(opening=opening, lease=lease)

    return Offer(port, name, look, make)


looked: list[str] = []


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    looked.clear()
    offers = {"best": AWAY, "good": HERE, "plain": HERE}
    for name, availability in offers.items():
        module = types.ModuleType(f"offers_{name}")
        module.OFFER = offer(name, availability)  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
    made = Registry(tmp_path / "models", tmp_path / "log", modules=[f"offers_{name}" for name in offers])
    yield made
    made.close()


def test_auto_takes_the_first_that_is_here_and_says_what_it_passed_over(registry: Registry) -> None:
    choice = registry.choose("speech", ["auto"])
    assert choice.serves is not None
    assert (choice.serves.name, choice.model) == ("good", "good-model")
    assert [(i.name, i.availability.why) for i in choice.passed_over] == [("best", "its weights are not here")]


def test_named_ones_come_first_and_auto_stands_for_the_rest(registry: Registry) -> None:
    assert _served(registry, ["plain", "auto"]) == "plain"
    assert _served(registry, ["best", "auto", "plain"]) == "good"
    assert _served(registry, ["best"]) is None


def test_an_unknown_name_is_passed_over_with_a_remedy(registry: Registry) -> None:
    choice = registry.choose("speech", ["whispr", "auto"])
    assert choice.passed_over[0].availability.why == "there is no speech backend of this name"
    assert "best, good, plain" in choice.passed_over[0].availability.remedy
    assert choice.serves is not None


def test_a_port_without_backends_has_no_server(registry: Registry) -> None:
    choice = registry.choose("vision", ["auto"])
    assert choice.serves is None
    assert choice.identity == "none"
    with pytest.raises(BackendError) as caught:
        registry.open(choice, {})
    assert caught.value.fatal


def test_the_model_that_the_profile_names_is_asked_for(registry: Registry) -> None:
    choice = registry.choose("speech", ["good"], model="tiny")
    assert (choice.model, choice.identity) == ("tiny", "good/tiny/1")


def test_looking_is_remembered_for_a_while(registry: Registry) -> None:
    for _ in range(5):
        registry.infos("speech")
    assert looked == ["best", "good", "plain"]


def test_opening_hands_on_the_settings_and_the_stop(registry: Registry) -> None:
    stop = threading.Event()
    made = registry.open(registry.choose("speech", ["auto"]), {"beam": 3, "stop": stop})
    assert made.opening.options == {"beam": 3}
    assert made.opening.stop is stop
    assert made.lease.call("echo", 5) == 5
    assert [r.label for r in registry.residents().models if r.loaded] == ["good"]
    registry.release()
    assert [r.label for r in registry.residents().models if r.loaded] == []
    assert made.lease.call("echo", 6) == 6


MODELS = [Model("large", 3_000.0, quick=False), Model("middle", 2_000.0), Model("small", 500.0)]


def of_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, speeds: dict[str, float], limit_mb: float = 10.0) -> Registry:
    """A backend with three models before a plain one; `speeds` are what was measured, in times real time."""
    several = types.ModuleType("offers_several")
    several.OFFER = replace(offer("best", HERE), models=lambda wanted: MODELS)  # type: ignore[attr-defined]
    plain = types.ModuleType("offers_plain")
    plain.OFFER = offer("plain", HERE)  # type: ignore[attr-defined]
    for module in (several, plain):
        monkeypatch.setitem(sys.modules, module.__name__, module)

    def measured(port: str, backend: str, model: str) -> Figures | None:
        return Figures(1, speeds[model], 1.0, 5.0) if model in speeds else None

    names = [module.__name__ for module in (several, plain)]
    return Registry(tmp_path, limit_mb=limit_mb, modules=names, measured=measured)


def test_auto_takes_the_best_model_that_was_measured_to_keep_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = of_several(tmp_path, monkeypatch, {"large": 0.8, "middle": 6.0, "small": 30.0})
    choice = registry.choose("speech", ["auto"])
    assert (choice.model, choice.why) == (
        "middle", "the best that serves here; 6.0 times real time, loads in 1.0 s, 5 MB on this machine"
    )  # fmt: skip
    assert [(i.model, i.availability.why) for i in choice.passed_over] == [
        ("large", "it is too slow here: 0.8 times real time, loads in 1.0 s, 5 MB")
    ]
    registry = of_several(tmp_path, monkeypatch, {"large": 3.0})
    assert registry.choose("speech", ["auto"]).model == "large", "once it has been measured to be quick enough"
    assert registry.choose("speech", ["best"], model="middle").why == "named in the profile"


def test_auto_falls_back_where_no_model_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = of_several(tmp_path, monkeypatch, {}, limit_mb=100.0)
    choice = registry.choose("speech", ["auto"])
    assert choice.serves is not None
    assert choice.serves.name == "plain"
    assert [i.model for i in choice.passed_over] == ["large", "middle", "small"]
    assert all("the limit for all models is 100 MB" in i.availability.why for i in choice.passed_over)


def test_the_next_in_the_order_serves_instead(registry: Registry) -> None:
    choice = registry.choose("speech", ["auto"])
    later = registry.instead(choice, "its process ended while it loaded, twice")
    assert later.serves is not None
    assert later.serves.name == "plain"
    assert [i.name for i in later.passed_over] == ["best", "good"]
    assert later.why == "instead of Good: its process ended while it loaded, twice"
    assert registry.instead(later, "and this one too").serves is None


def test_every_module_that_is_listed_describes_itself(tmp_path: Path) -> None:
    """Of each port there is one that needs neither a server nor a download, and whoever cannot serve says why."""
    registry = Registry(tmp_path)
    modules_before = set(sys.modules)
    infos = [info for port in PORTS for info in registry.infos(port)]
    assert len({(i.port, i.name) for i in infos}) == len(MODULES)
    for info in infos:
        assert info.label
        assert info.availability.ok or info.availability.why
    heavy = {"onnxruntime", "faster_whisper", "moonshine_voice", "mlx_whisper", "mlx_vlm", "rapidocr", "ctranslate2"}
    assert not heavy & (set(sys.modules) - modules_before)
    registry.close()


PORTS = ("speech_spans", "speech", "screen_text", "vision", "grouping", "writing")


def _served(registry: Registry, names: list[str]) -> str | None:
    serves = registry.choose("speech", names).serves
    return serves.name if serves else None
