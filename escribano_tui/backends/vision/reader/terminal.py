"""A terminal's text as commands and what they printed, newest last."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from escribano_tui.backends.vision.reader.layout import Piece, joined, rows_of
from escribano_tui.domain.caret import without_caret

_SHELL = re.compile(
    r"^(?:\([\w.-]+\)\s?)?(?:"
    r"\[?[\w.-]+@[\w.-]+(?P<at>[: ]?\s?[^\s$#%>❯]*)\]?\s?[$#%>❯]"
    r"|PS (?P<ps>[A-Z]:\\[^>]*)>"
    r"|(?P<dos>[A-Z]:\\[^>]*)>"
    r"|(?P<dir>~[^\s$%❯➜]*)\s?[$%❯➜]"
    r"|[$❯➜](?=\s|$)"
    r")\s?(?P<command>.*)$"
)
_INNER = re.compile(
    r"^(?P<prompt>>>>|\.\.\.|In ?\[\d+\]:|sqlite>|mysql>|MariaDB \[[^\]]*\]>|postgres[=-][#>]|\w{2,30}(?:=|-|\(|\*)[#>]"
    r"|irb\([^)]*\)[^>]*>|ghci>"
    r"|julia>|redis[^>]*>|\(Pdb\+*\)|\(gdb\)|\(lldb\)|ipdb>|duckdb>|D(?= [a-zA-Z])|scala>|>(?= \d))\s?(?P<command>.*)$"
)
GAP = 5  # lines' heights: more blanks than anybody types
FAR = 8  # rows: what a command prints follows it; what stands farther below belongs to a window behind
_STATUS = re.compile(r'^\[[\w-]+\] ?\d+:\S|^"[\w.-]+" \d\d?:\d\d')  # of a multiplexer, at the foot of its window


@dataclass(frozen=True, slots=True)
class Block:
    """A command and the lines below it. `inner` says that it was typed at the prompt of another program than the shell."""

    command: str
    lines: tuple[str, ...]
    inner: bool = False
    prompt: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """The blocks of a terminal, oldest first, and the folder of its last prompt."""

    blocks: tuple[Block, ...]
    folder: str = ""

    @property
    def typed(self) -> list[Block]:
        return [b for b in self.blocks if b.command]

    @property
    def last_shell(self) -> Block | None:
        return next((b for b in reversed(self.blocks) if b.command and not b.inner), None)

    @property
    def inside(self) -> Block | None:
        """The last command, where another program's prompt or face stands below it and no shell prompt."""
        if not self.blocks:
            return None
        last = self.blocks[-1]
        return self.last_shell if last.inner or (last.command and not last.inner) else None

    def weighted(self) -> list[tuple[float, Block]]:
        """Blocks with how much they say of now: the newest 1, each before it 0.7 of that."""
        told = [b for b in self.blocks if b.command or any(line.strip() for line in b.lines)]
        return [(0.7**k, block) for k, block in enumerate(reversed(told))]


def read_session(pieces: Sequence[Piece], unit: float) -> Session:
    """A terminal's blocks from its pieces (rows are put together, top to bottom)."""
    blocks: list[Block] = []
    command, inner, prompt, folder = "", False, "", ""
    lines: list[str] = []
    foot = 0.0  # of the row before
    beyond = False

    def close() -> None:
        if command or lines:
            blocks.append(Block(command, tuple(lines), inner, prompt))

    for row in rows_of(pieces):
        line = joined(row, unit)
        shell, inside = _SHELL.match(line), _INNER.match(line)
        if shell or inside:
            line = joined(_typed(row, unit), unit)
            shell, inside = _SHELL.match(line), _INNER.match(line)
        beyond = not shell and not inside and (beyond or (bool(prompt or blocks) and row[0].box.y - foot > FAR * unit))
        foot = max(p.box.bottom for p in row)
        if not shell and not inside:
            if not beyond:
                lines.append(line)
            continue
        close()
        found = shell or inside
        command, inner, lines = (without_caret(found.group("command").strip()) if found else ""), shell is None, []
        prompt = inside.group("prompt") if inside and shell is None else "$"
        if shell:
            folder = _folder(shell) or folder
        if not command:
            blocks.append(Block("", (), inner, prompt))
            command, prompt, inner = "", "", False
    close()
    return Session(tuple(blocks), folder)


def _typed(row: Sequence[Piece], unit: float) -> Sequence[Piece]:
    """A prompt's row without what stands far to the right: a prompt there, or a window behind."""
    for k, (piece, after) in enumerate(pairwise(row), 1):
        if after.box.x - piece.box.right > GAP * unit:
            return row[:k]
    return row


def panes_of(pieces: Sequence[Piece], unit: float) -> list[tuple[Piece, ...]]:
    """The panes of a multiplexer that stand side by side, from left to right; one where there are none.

    A border between two is known by a prompt, or by many lines, that begin in the same column with nothing across it.
    """
    found: list[tuple[Piece, ...]] = []
    rest = [p for p in pieces if not _STATUS.match(p.text)]
    for edge in _borders(rest, unit):
        found.append(tuple(p for p in rest if p.box.x < edge))
        rest = [p for p in rest if p.box.x >= edge]
    return [*found, tuple(rest)]


def _borders(pieces: Sequence[Piece], unit: float) -> list[float]:
    """Columns at which a pane begins that is not the leftmost one."""
    first = min((p.box.x for p in pieces), default=0)
    starts = Counter(round(p.box.x / (0.7 * unit)) for p in pieces if _SHELL.match(p.text) and p.box.x > first + 12 * unit)
    edges: list[float] = []
    for column, _ in sorted(starts.items()):
        edge = (column - 1) * 0.7 * unit
        across = sum(p.box.x < edge - 0.5 * unit and p.box.right > edge + unit for p in pieces)
        left = sum(p.box.x < edge - 0.5 * unit for p in pieces)
        if across <= 0.05 * len(pieces) and left >= 3 and not any(abs(edge - known) < 4 * unit for known in edges):
            edges.append(edge)
    return edges


def busiest(panes: Sequence[tuple[Piece, ...]]) -> tuple[Piece, ...]:
    """The pane in which most is new; the one with most text where nothing is."""
    return max(panes, key=lambda pane: (sum(p.recent and len(p.fold) >= 2 for p in pane), len(pane)))


def _folder(shell: re.Match[str]) -> str:
    path = (shell.group("at") or shell.group("ps") or shell.group("dos") or shell.group("dir") or "").strip(": ]")
    steps = [s for s in re.split(r"[/\\]", path) if s not in ("", "~")]
    return steps[-1] if steps else ""
