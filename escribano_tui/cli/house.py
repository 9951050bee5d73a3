"""The house and the app, as commands open them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from escribano_tui.cli.failures import Problem

if TYPE_CHECKING:
    from escribano_tui.ports import House


@contextmanager
def open_house() -> Iterator[House]:
    """The house for one command, closed behind it; library noise goes to the log."""
    from escribano_tui import bootstrap
    from escribano_tui.config.paths import find_paths
    from escribano_tui.terminal import quiet

    bootstrap.private()
    paths = find_paths()
    with quiet(paths.log):
        house = bootstrap.build_house(paths)
        try:
            yield house
        finally:
            house.close()


def open_app(opening: Path | None = None, demo: bool = False) -> None:
    """The full-screen app. Raises Problem where there is no terminal."""
    from escribano_tui import bootstrap

    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Problem("The full-screen app needs a terminal; `escribano-tui run FILE` works without one.")
    bootstrap.private()
    bootstrap.run_app(opening, demo)
