"""Which backends there are, which one serves, and the loaded ones (the port `Backends`)."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.residency import Owner, Residency
from escribano_tui.domain.machine import Residents
from escribano_tui.ports import Availability, BackendError, BackendInfo, Choice, Stop

# One line adds a backend: a module with an OFFER. The order within a port is the order of `auto`.
MODULES: tuple[str, ...] = (
    # speech_spans
    "escribano_tui.backends.speech.silero",
    # speech
    "escribano_tui.backends.speech.mlx_whisper",
    "escribano_tui.backends.speech.faster_whisper",
    "escribano_tui.backends.speech.server",
    "escribano_tui.backends.speech.moonshine",
    # screen_text
    "escribano_tui.backends.screen_text.rapidocr",
    # vision
    "escribano_tui.backends.vision.mlx_vlm",
    "escribano_tui.backends.vision.ollama",
    "escribano_tui.backends.vision.openai",
    "escribano_tui.backends.vision.screen_reader",
    # grouping
    "escribano_tui.backends.grouping.ollama",
    "escribano_tui.backends.grouping.openai",
    "escribano_tui.backends.grouping.embedded",
    # writing
    "escribano_tui.backends.writing.ollama",
    "escribano_tui.backends.writing.openai",
    "escribano_tui.backends.writing.deterministic",
)

LOOK_AGAIN_S = 10.0


class Registry:
    """All backends of `modules`; `models` is the folder of fetched weights, `log` takes what native libraries print.

    `own_cues` reads what the owner's cues are now; `own_prompts` is as in `Wanted`.
    """

    def __init__(
        self, models: Path, log: Path | None = None, limit_mb: float = 0.0, modules: Sequence[str] = MODULES,
        own_cues: Callable[[], str] = str, own_prompts: Path = Path(),
    ) -> None:  # fmt: skip
        self._own_cues = own_cues
        self._models, self._own_prompts = models, own_prompts
        self._modules = tuple(modules)
        self._residency = Residency(log, limit_mb)
        self._looked: dict[tuple[str, str, Wanted], tuple[float, BackendInfo]] = {}

    # ------------------------------------------------------------ the port

    def infos(self, port: str) -> Sequence[BackendInfo]:
        here = self._here()
        return [self._look(offer, here) for offer in self._offers(port)]

    def choose(self, port: str, names: Sequence[str], model: str = "", url: str = "") -> Choice:
        wanted = replace(self._here(), model=model, url=url)
        offers = {offer.name: offer for offer in self._offers(port)}
        passed_over: list[BackendInfo] = []
        for name in _in_order(names, tuple(offers)):
            info = self._look(offers[name], wanted) if name in offers else _unknown(port, name, tuple(offers))
            if info.availability.ok:
                return Choice(port, info, tuple(passed_over), info.model, url, wanted.own_cues)
            passed_over.append(info)
        return Choice(port, None, tuple(passed_over), model, url)

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        """Load what serves. `options["stop"]`, where given, interrupts its calls; the rest are settings.

        Raises BackendError (fatal) where nothing serves or it cannot be opened.
        """
        if choice.serves is None:
            raise BackendError("; ".join(f"{i.label}: {i.availability.why}" for i in choice.passed_over), fatal=True)
        settings = dict(options)
        stop: Stop = settings.pop("stop", None) or threading.Event()
        offer = next(o for o in self._offers(choice.port) if o.name == choice.serves.name)
        wanted = self._wanted(choice.own_cues, choice.model, choice.url)
        owner = Owner(choice.port, choice.serves.name, choice.serves.model)
        hosts = partial(self._residency.lease, stop=stop, owner=owner)
        return offer.open(Opening(choice.serves, wanted, hosts, stop, settings))

    def release(self) -> None:
        self._residency.release()

    def close(self) -> None:
        self._residency.close()

    def residents(self) -> Residents:
        return self._residency.residents()

    # ------------------------------------------------------------ inside

    def _here(self) -> Wanted:
        return self._wanted(self._own_cues())

    def _wanted(self, own_cues: str, model: str = "", url: str = "") -> Wanted:
        return Wanted(model, url, self._models, own_cues, self._own_prompts)

    def _offers(self, port: str) -> list[Offer]:
        offers = (importlib.import_module(module).OFFER for module in self._modules)
        return [offer for offer in offers if offer.port == port]

    def _look(self, offer: Offer, wanted: Wanted) -> BackendInfo:
        key = (offer.port, offer.name, wanted)
        at, info = self._looked.get(key, (0.0, None))
        if info is None or time.monotonic() - at > LOOK_AGAIN_S:
            info = offer.look(wanted)
            self._looked[key] = (time.monotonic(), info)
        return info


def _in_order(names: Sequence[str], known: tuple[str, ...]) -> list[str]:
    """The names with `auto` replaced by all that are not named themselves, each once."""
    rest = [name for name in known if name not in names]
    spread = [one for name in names for one in (rest if name == "auto" else [name])]
    return list(dict.fromkeys(spread))


def _unknown(port: str, name: str, known: tuple[str, ...]) -> BackendInfo:
    remedy = f"Use one of {', '.join(known)} or auto in the profile." if known else ""
    return BackendInfo(port, name, "", name, Availability(False, f"there is no {port} backend of this name", remedy))
