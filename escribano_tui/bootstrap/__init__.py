"""The one place that picks concrete parts and joins them.

Nothing heavy is imported before it is needed: the command line imports this package for every command.
"""

from __future__ import annotations

from escribano_tui.bootstrap.app import run_app
from escribano_tui.bootstrap.house import build_house, house_aside
from escribano_tui.bootstrap.owners_files import known_profiles, run_problems
from escribano_tui.bootstrap.without_house import (
    demo_recording,
    known_backends,
    pull_model,
    recording_facts,
    scan_file,
)
from escribano_tui.config.paths import private

__all__ = [
    "build_house",
    "demo_recording",
    "house_aside",
    "known_backends",
    "known_profiles",
    "private",
    "pull_model",
    "recording_facts",
    "run_app",
    "run_problems",
    "scan_file",
]
