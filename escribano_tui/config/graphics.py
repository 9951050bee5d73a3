"""How this terminal can show pictures: it is asked once, before the screen is taken, and never for long.

Kitty's protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol) is asked for by a query that terminals answer where they
know its placeholders (`U=1`): kitty before 0.28 refuses it as a key that it does not know, and gets block elements. Sixel is
attribute 4 of the answer to DA1 (VT340 manual, `ESC [ c`). DA1 comes last and every terminal answers it, so that its answer
ends the waiting. Where both are offered Sixel serves: of the terminals that have both, none has Kitty's placeholders.
"""

from __future__ import annotations

import fcntl
import os
import re
import select
import struct
import termios
import time
import tty
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

KITTY, SIXEL, BLOCKS, WORDS = "kitty", "sixel", "blocks", "words"
NAMES: Final = {KITTY: "Kitty graphics", SIXEL: "Sixel", BLOCKS: "block elements", WORDS: "words alone"}
QUERIES: Final = b"\x1b_Gi=4211,s=1,v=1,a=q,U=1,t=d,f=24;AAAA\x1b\\\x1b[16t\x1b[c"
_DA1 = re.compile(rb"\x1b\[\?([\d;]*)c")
_KITTY = re.compile(rb"\x1b_Gi=4211;OK\x1b\\")
_CELL = re.compile(rb"\x1b\[6;(\d{1,3});(\d{1,3})t")
_PATIENCE_S = 1.0


@dataclass(frozen=True, slots=True)
class Graphics:
    """`kind` is kitty, sixel, blocks, or words for whom pictures tell nothing; `cell` is width and height of a character in
    pixels; `why` tells how it is known."""

    kind: str = BLOCKS
    cell: tuple[int, int] = (10, 20)
    why: str = ""

    @property
    def said(self) -> str:
        return f"{NAMES[self.kind]} ({self.why})" if self.why else NAMES[self.kind]


def find_graphics(environ: Mapping[str, str] | None = None) -> Graphics:
    """What the terminal of this process offers. `ESCRIBANO_PICTURES` (kitty, sixel, blocks, words) decides without asking."""
    env = os.environ if environ is None else environ
    wanted = env.get("ESCRIBANO_PICTURES", "").strip().lower()
    if wanted in (BLOCKS, WORDS):
        return Graphics(wanted, why="ESCRIBANO_PICTURES says so")
    why_not = _not_to_be_asked(env)
    if why_not and not wanted:
        return Graphics(why=why_not)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return Graphics(why="there is no terminal")
    try:
        answer = ask(terminal, _PATIENCE_S * (2 if "SSH_CONNECTION" in env else 1))
        cell = cell_of(terminal)
    finally:
        os.close(terminal)
    found = graphics_of(answer, cell)
    return Graphics(wanted, found.cell, "ESCRIBANO_PICTURES says so") if wanted in NAMES else found


def _not_to_be_asked(env: Mapping[str, str]) -> str:
    """Why a terminal is not asked, or the empty string."""
    if env.get("TERM", "dumb") in ("dumb", "linux", "unknown"):
        return f"TERM is {env.get('TERM', 'not set')}"
    if "TMUX" in env or "STY" in env:
        return "a multiplexer stands between"
    if "NO_COLOR" in env:
        return "NO_COLOR is set"
    if env.get("TERM_PROGRAM") == "Apple_Terminal":
        return "Apple's Terminal shows none"
    return ""


def ask(terminal: int, patience_s: float) -> bytes:
    """What a terminal answers, without echo; it is left as it was. What came too late is thrown away."""
    before = termios.tcgetattr(terminal)
    answer = b""
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        os.write(terminal, QUERIES)
        until = time.monotonic() + patience_s
        while not _DA1.search(answer) and (left := until - time.monotonic()) > 0:
            if select.select([terminal], [], [], left)[0]:
                answer += os.read(terminal, 1024)
    except OSError:
        return b""
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
        if not _DA1.search(answer):
            termios.tcflush(terminal, termios.TCIFLUSH)
    return answer


def cell_of(terminal: int) -> tuple[int, int]:
    """Width and height of a character in pixels, as the terminal's line has it; (0, 0) where it does not say. xterm answers
    no query for it unless it is allowed to."""
    try:
        rows, columns, width, height = struct.unpack("4H", fcntl.ioctl(terminal, termios.TIOCGWINSZ, bytes(8)))
    except OSError:
        return 0, 0
    return (width // columns, height // rows) if columns and rows else (0, 0)


def graphics_of(answer: bytes, measured: tuple[int, int] = (0, 0)) -> Graphics:
    """What an answer to QUERIES comes to; `measured` is the size of a character where the answer does not tell it."""
    size = _CELL.search(answer)
    height, width = (int(n) for n in size.groups()) if size else (0, 0)
    cell = next((c for c in ((width, height), measured) if all(c)), (10, 20))
    attributes = _DA1.search(answer)
    if attributes is None:
        return Graphics(BLOCKS, cell, "the terminal did not answer")
    if b"4" in attributes[1].split(b";"):
        return Graphics(SIXEL, cell, "the terminal says so")
    if _KITTY.search(answer):
        return Graphics(KITTY, cell, "the terminal says so")
    return Graphics(BLOCKS, cell, "the terminal offers no other")
