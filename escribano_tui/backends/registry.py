"""Which backends there are, which one serves, and the loaded ones (the port `Backends`)."""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from escribano_tui.backends.memory import total_mb
from escribano_tui.backends.offer import Offer, Opening, Wanted
from escribano_tui.backends.residency import IDLE_S, SHARE_OF_MEMORY, Owner, Residency
from escribano_tui.backends.strategy import reason, unsuited
from escribano_tui.domain.machine import Figures, Residents
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


def _nothing(port: str, backend: str, model: str) -> None:
    """Where nothing was measured."""


class Registry:
    """All backends of `modules`; `models` is the folder of fetched weights, `log` takes what native libraries print.

    `own_cues` reads what the owner's cues are now; `own_prompts` is as in `Wanted`. `measured` gives what a model of a
    port, by the names of its backend and of itself, cost on this machine so far. `limit_mb` 0.0 is `share` of all memory.
    Models stand back by `nice` levels.
    """

    def __init__(
        self, models: Path, log: Path | None = None, limit_mb: float = 0.0, modules: Sequence[str] = MODULES,
        own_cues: Callable[[], str] = str, own_prompts: Path = Path(), idle_s: float = IDLE_S,
        share: float = SHARE_OF_MEMORY, measured: Callable[[str, str, str], Figures | None] = _nothing,
        nice: int = 0,
    ) -> None:  # fmt: skip
        self._own_cues = own_cues
        self._measured = measured
        self._models, self._own_prompts = models, own_prompts
        self._modules = tuple(modules)
        self._residency = Residency(log, limit_mb or total_mb() * share, idle_s, nice)
        self._looked: dict[tuple[str, str, Wanted], tuple[float, BackendInfo]] = {}

    # ------------------------------------------------------------ the port

    def infos(self, port: str) -> Sequence[BackendInfo]:
        here = self._here()
        return [info for offer in self._offers(port) for info in self._ways(offer, here)]

    def choose(self, port: str, names: Sequence[str], model: str = "", url: str = "", language: str = "") -> Choice:
        wanted = replace(self._here(), model=model, url=url, language=language)
        offers = {offer.name: offer for offer in self._offers(port)}
        order = _in_order(names, tuple(offers))
        passed_over: list[BackendInfo] = []
        for n, name in enumerate(order):
            named = name in names
            known = name in offers
            for info in self._ways(offers[name], wanted) if known else [_unknown(port, name, tuple(offers))]:
                if info.availability.ok:
                    why = reason(named, self._measured(port, info.name, info.model))
                    rest = tuple(order[n + 1 :])
                    return Choice(port, info, tuple(passed_over), info.model, url, wanted.own_cues, model, language, why, rest)
                passed_over.append(info)
        return Choice(port, None, tuple(passed_over), model, url)

    def instead(self, choice: Choice, why: str) -> Choice:
        if choice.serves is None:
            return choice
        failed = replace(choice.serves, availability=Availability(False, why))
        later = self.choose(choice.port, choice.later, choice.asked_model, choice.url, choice.language)
        passed_over = (*choice.passed_over, failed, *later.passed_over)
        return replace(later, passed_over=passed_over, why=f"instead of {failed.label}: {why}")

    def figures(self, info: BackendInfo) -> Figures | None:
        return self._measured(info.port, info.name, info.model)

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        """Load what serves. `options["stop"]`, where given, interrupts its calls; the rest are settings.

        Raises BackendError (fatal) where nothing serves or it cannot be opened.
        """
        if choice.serves is None:
            raise BackendError("; ".join(f"{i.label}: {i.availability.why}" for i in choice.passed_over), fatal=True)
        settings = dict(options)
        stop: Stop = settings.pop("stop", None) or threading.Event()
        offer = next(o for o in self._offers(choice.port) if o.name == choice.serves.name)
        wanted = replace(self._wanted(choice.own_cues, choice.model, choice.url), language=choice.language)
        owner = Owner(choice.port, choice.serves.name, choice.serves.model)
        hosts = partial(self._residency.lease, stop=stop, owner=owner)
        return offer.open(Opening(choice.serves, wanted, hosts, stop, settings))

    def look_again(self) -> None:
        """Something has been fetched: forget what was seen."""
        self._looked.clear()

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

    def _ways(self, offer: Offer, wanted: Wanted) -> Iterator[BackendInfo]:
        """What an offer can do: each of its models, those that do not suit with why; a model that is named, by itself."""
        models = offer.models(wanted) if offer.models is not None and not wanted.model else ()
        for model in models:
            info = self._look(offer, replace(wanted, model=model.name))
            why = unsuited(model, self._measured(offer.port, info.name, info.model), self.residents())
            yield _passed_over(info, why) if why and info.availability.ok else info
        if not models:
            yield self._look(offer, wanted)

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


def _passed_over(info: BackendInfo, why: str) -> BackendInfo:
    remedy = f"To use it all the same, name {info.name} and its model {info.model} in the profile."
    return replace(info, availability=Availability(False, why, remedy))


def _unknown(port: str, name: str, known: tuple[str, ...]) -> BackendInfo:
    remedy = f"Use one of {', '.join(known)} or auto in the profile." if known else ""
    return BackendInfo(port, name, "", name, Availability(False, f"there is no {port} backend of this name", remedy))
