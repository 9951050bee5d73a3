"""How a backend describes itself: one `OFFER` a module, listed in `registry.MODULES`.

A module with an `OFFER` imports no model library at its top: the registry imports it whenever it lists backends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from escribano_tui.ports import BackendInfo, Stop


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the profile asks of a backend: `model` and `url` are empty for the backend's defaults.

    `models` is the folder where weights that the owner fetched lie. `own_cues` is the text of the owner's cues, empty
    where there are none; `own_prompts` the folder of the owner's prompts, which need not be there. `language` is the
    code of the speech, empty where it is to be detected.
    """

    model: str = ""
    url: str = ""
    models: Path = Path()
    own_cues: str = ""
    own_prompts: Path = Path()
    language: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """One of several models of a backend that are on this machine. `memory_mb` is an estimate.

    `quick`: by its size it keeps up with what it is given here, as long as nothing has been measured.
    """

    name: str
    memory_mb: float
    quick: bool = True


class Lease(Protocol):
    """A model in a host process, as the code that wraps it for a port sees it. Loaded when first called."""

    def call(self, method: str, *args: Any, timeout_s: float = 60.0, **kwargs: Any) -> Any:
        """Call a method of the object that the factory made. Raises BackendError, or Cancelled when the run stops."""
        ...

    def warm_soon(self) -> None:
        """Begin to load it now, without waiting."""
        ...

    def close(self) -> None:
        """No longer needed by this user; it stays in memory until room is needed or it has been idle for long."""
        ...


class Hosts(Protocol):
    """Gives a lease on what `factory` (`module:function`, called with `options`) makes in a host process.

    Equal factory, options and `slot` share one process; different slots have one each (a large machine reads with
    several at once). `size_mb` is an estimate, used until the process can be measured.
    """

    def __call__(
        self, factory: str, options: dict[str, Any] | None = None, *, label: str, size_mb: float = 0.0, slot: int = 0,
        load_timeout_s: float = 120.0,
    ) -> Lease: ...  # fmt: skip


@dataclass(frozen=True, slots=True)
class Opening:
    """What an offer is opened with. `options` are the settings of the phase; `stop` interrupts waiting calls."""

    info: BackendInfo
    wanted: Wanted
    hosts: Hosts
    stop: Stop
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """One backend of one port.

    `look` says what it is and whether it can serve here and now; quick (no import of a model library, no wait of more
    than a second). `open` gives a SpeechSpotter, Transcriber, TextReader, Describer or Writer; raises BackendError.
    `models` lists the models of which `auto` may take one, best first; without it `look` decides.
    """

    port: str
    name: str
    look: Callable[[Wanted], BackendInfo]
    open: Callable[[Opening], Any]
    models: Callable[[Wanted], Sequence[Model]] | None = None
