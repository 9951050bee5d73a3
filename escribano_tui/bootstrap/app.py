"""The full-screen app on the house, and the terminal that it is shown in."""

from __future__ import annotations

import sys
from pathlib import Path

from escribano_tui.bootstrap.house import build_house
from escribano_tui.bootstrap.owners_files import keeping_problem
from escribano_tui.bootstrap.parts import terminal_graphics
from escribano_tui.bootstrap.without_house import demo_recording
from escribano_tui.config.paths import find_paths

# While somebody looks at the screen: a thread that works gives way to the one that draws after this time (Python's own 5 ms
# add up, as a key press passes through several threads), and models stand back by so many levels of niceness.
SWITCH_S = 0.001
BEHIND = 5


def run_app(opening: Path | None = None, demo: bool = False) -> None:
    """The full-screen app: on the library, or on choosing a profile for a file."""
    from escribano_tui.terminal import quiet
    from escribano_tui.ui.app import EscribanoApp, Start

    paths = find_paths()
    sys.setswitchinterval(SWITCH_S)
    house = build_house(paths, nice=BEHIND)
    try:
        path = demo_recording() if demo else opening
        if path:
            house.library.add(path)  # a file that cannot be used is told of before the screen is taken
        start = Start(path=path)
        graphics = terminal_graphics()
        with quiet(paths.log, full_screen=True):
            EscribanoApp(house, start, paths, graphics).run()
        if not keeping_problem(paths):
            house.keeping.tidy()
        house.library.purge()
    finally:
        house.close()
