"""Telling of the end of a run where the terminal is not in front: a notification where it knows one, else the bell."""

from __future__ import annotations

from collections.abc import Mapping

from escribano_tui.domain.text import clean_line

BELL = "\a"
# Programs that show OSC 9 as a notification, by what they put into TERM_PROGRAM or TERM.
_PROGRAMS = frozenset({"iTerm.app", "WezTerm", "ghostty", "rio"})
_TERMS = ("xterm-kitty", "xterm-ghostty", "foot", "wezterm")


def notice(text: str, environ: Mapping[str, str]) -> str:
    """What to write to the terminal: OSC 9 with the text, or the bell where that is not known to be understood.

    Within tmux or screen it is the bell, which they pass on.
    """
    if environ.get("TMUX") or environ.get("TERM", "").startswith(("screen", "tmux")):
        return BELL
    knows = environ.get("TERM_PROGRAM", "") in _PROGRAMS or environ.get("TERM", "").startswith(_TERMS)
    # A text that begins with a number would be a command of ConEmu's.
    return f"\x1b]9;escribano: {clean_line(text, 200)}{BELL}" if knows or environ.get("WT_SESSION") else BELL
