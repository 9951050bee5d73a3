"""The real program, run as its users run it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LONG_S = 240


@dataclass(frozen=True)
class Program:
    """`escribano-tui` with a library of its own under `home`."""

    home: Path
    modules: Path | None = None  # a folder whose modules it finds first

    def environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ESCRIBANO_")}
        if self.modules is not None:
            kept["PYTHONPATH"] = os.pathsep.join(filter(None, (str(self.modules), kept.get("PYTHONPATH", ""))))
        return kept | {"ESCRIBANO_HOME": str(self.home / "state"), "ESCRIBANO_CONFIG_DIR": str(self.home / "config")}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "escribano_tui", *arguments]

    def __call__(self, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environ(), cwd=cwd, capture_output=True, text=True, timeout=LONG_S,
            stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(*arguments), env=self.environ(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
