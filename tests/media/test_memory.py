"""What was freed is given back."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from escribano_tui.media.memory import give_back

BLOCKS, BLOCK = 2000, 100_000  # 200 MB, each too small to be given back by itself


def held_mb() -> int:
    """Resident memory of this process."""
    row = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS"))
    return int(row.split()[1]) // 1024


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_freed_memory_goes_back_to_the_system() -> None:
    blocks = [bytearray(b"x" * BLOCK) for _ in range(BLOCKS)]
    before = held_mb()
    last = blocks[-1]  # keeps the end of the heap in use
    blocks.clear()

    give_back()

    assert held_mb() < before - 100
    assert len(last) == BLOCK
