"""What works here, what does not, and what to do about it (the port Doctor)."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from escribano_tui.domain.machine import Figures, Resident, amount
from escribano_tui.domain.session import Check
from escribano_tui.domain.times import duration
from escribano_tui.ports import BackendInfo, Backends

PORTS: dict[str, str] = {
    "speech_spans": "finding speech",
    "speech": "speech to text",
    "screen_text": "reading the screen",
    "vision": "describing frames",
    "grouping": "grouping segments",
    "writing": "writing summaries",
}
LANGUAGES = {"en": "English"}
LOW_DISK_GB = 2.0
LOW_MEMORY_MB = 2_000.0


@dataclass(frozen=True, slots=True)
class DoctorDesk:
    """`folders` are named folders of the owner's state; `codecs` says which decoders libav has here, `pictures` the
    kind and the name of how this terminal shows them."""

    backends: Backends
    folders: tuple[tuple[str, Path], ...]
    log: Path
    codecs: Callable[[], dict[str, bool]]
    problems: Callable[[], list[str]]
    pictures: Callable[[], tuple[str, str]]

    def checks(self) -> list[Check]:
        return [
            *self._machine(), *self._models(), *self._folders(), *self._codecs(),
            *sorted(self._backends(), key=lambda check: check.area), *self._profiles(),
        ]  # fmt: skip

    def _machine(self) -> Iterator[Check]:
        system = f"{platform.system()} {platform.release()}, {platform.machine()}, Python {platform.python_version()}"
        yield Check("machine", "system", "ok", system, facts={"cores": os.cpu_count() or 1})
        free_mb = self.backends.residents().free_mb
        if free_mb:
            state = "ok" if free_mb >= LOW_MEMORY_MB else "warn"
            remedy = "" if state == "ok" else "Close other programs."
            yield Check("machine", "memory", state, f"{amount(free_mb)} free", remedy, {"free_mb": round(free_mb)})
        colours = os.environ.get("COLORTERM", "") or os.environ.get("TERM", "") or "none"
        kind, said = self.pictures()
        yield Check("machine", "terminal", "ok", f"{colours}; pictures are drawn with {said}", facts={"pictures": kind})
        yield Check("machine", "log", "ok", f"what libraries say goes to {self.log}")

    def _models(self) -> Iterator[Check]:
        """Which models this program holds in memory, and what they may take."""
        residents = self.backends.residents()
        held = f"{amount(residents.used_mb)} of at most {amount(residents.limit_mb)}" if residents.loaded else ""
        said = held or f"none now; all together may take {amount(residents.limit_mb)}"
        facts: dict[str, object] = {"limit_mb": round(residents.limit_mb), "used_mb": round(residents.used_mb)}
        yield Check("models", "in memory", "ok", said, facts=facts)
        for model in residents.models:
            yield Check("models", model.label, "ok", _resident(model), facts=asdict(model))

    def _folders(self) -> Iterator[Check]:
        for name, folder in self.folders:
            if not folder.exists():
                yield Check("folders", name, "ok", f"{folder} (made when it is needed)")
                continue
            mode = stat.S_IMODE(folder.stat().st_mode)
            free_gb = shutil.disk_usage(folder).free / 1e9
            if not os.access(folder, os.W_OK):
                yield Check("folders", name, "fail", f"{folder} cannot be written to", f"chmod u+rwx {folder}")
            elif mode & 0o077 and name != "settings":
                yield Check("folders", name, "warn", f"{folder} can be read by others", f"chmod 700 {folder}")
            elif free_gb < LOW_DISK_GB:
                yield Check("folders", name, "warn", f"{folder}: only {free_gb:.1f} GB free", "Make room on this disk.")
            else:
                yield Check("folders", name, "ok", f"{folder}, {free_gb:.0f} GB free")

    def _codecs(self) -> Iterator[Check]:
        for name, there in self.codecs().items():
            remedy = "" if there else "Install a build of PyAV (pip install av) that has it."
            yield Check("codecs", name, "ok" if there else "warn", "decodes" if there else "no decoder here", remedy)

    def _backends(self) -> Iterator[Check]:
        for port, does in PORTS.items():
            infos = self.backends.infos(port)
            for info in infos:
                yield _backend_check(does, info, any(i.availability.ok for i in infos), self.backends.figures(info))
            choice = self.backends.choose(port, ("auto",))
            if choice.serves is not None:
                label, model = choice.serves.label, choice.serves.model
                told = label if model in label else f"{label} {model}"
                yield Check("choices", does, "ok", f"auto takes {told}: {choice.why}", facts={"port": port})

    def _profiles(self) -> Iterator[Check]:
        problems = self.problems()
        for problem in problems:
            yield Check("profiles", "your files", "fail", problem, "Correct that line; until then the shipped ones serve.")
        if not problems:
            yield Check("profiles", "your files", "ok", "all of them can be used")


def _resident(model: Resident) -> str:
    if not model.loaded:
        return f"let go of; it took {amount(model.size_mb)}" if model.starts else "not loaded yet"
    does = "at work" if model.busy else "held by a run" if model.users else f"idle for {duration(round(model.idle_s * 1000))}"
    return f"{amount(model.size_mb)}, {does}, loaded in {model.load_s:.1f} s"


def _backend_check(does: str, info: BackendInfo, served: bool, figures: Figures | None) -> Check:
    facts: dict[str, object] = {
        "port": info.port, "size_mb": info.size_mb, "licence": info.licence, "embedded": info.embedded,
        "measured": asdict(figures) if figures else None,
    }  # fmt: skip
    label = f"{does}: {info.label}"
    if not info.availability.ok:
        return Check("backends", label, "warn" if served else "fail", info.availability.why, info.availability.remedy, facts)
    where = f", data goes to {info.leaves_machine}" if info.leaves_machine else ""
    knows = f"{', '.join(LANGUAGES.get(code, code) for code in info.languages)} only" if info.languages else ""
    here = f"here: {figures.said}" if figures and figures.said else ""
    parts = (info.model, amount(info.size_mb) if info.size_mb else "", info.licence, knows, here)
    detail = ", ".join(part for part in parts if part)
    return Check("backends", label, "ok", f"available{': ' + detail if detail else ''}{where}", facts=facts)
