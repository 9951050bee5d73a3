"""The cues that a run goes by: the shipped ones with the owner's over them."""

from __future__ import annotations

from importlib import resources

from escribano_tui.domain.cues import Cues, parse_cues


def known_cues(own: str = "") -> Cues:
    """`own` is the text of the owner's cues. Raises BadCues."""
    return parse_cues(resources.files("escribano_tui.data").joinpath("cues.toml").read_text(encoding="utf-8"), own)
