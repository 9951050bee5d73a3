"""A kill while a session is taken in, at any moment, leaves a whole library; doing it again completes it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.domain.evidence import Box, ScreenLine
from escribano_tui.domain.timeline import Assign
from escribano_tui.media.files import RecordingFiles
from escribano_tui.usecases.packing import ROWS
from tests.usecases.drafted import RECORDING, drafted

PICTURES = 6
LINES = 600

UNPACK = """
import os, signal, sys
from pathlib import Path
from escribano_tui.bootstrap import build_house
from escribano_tui.config.paths import Paths
from escribano_tui.usecases import packing

left = int(sys.argv[3])

def moment():
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(rows):
    for row in rows:
        moment()
        yield row

rows_of, fsync = packing._rows_of, os.fsync
packing._rows_of = lambda *given: watched(rows_of(*given))
os.fsync = lambda handle: (moment(), fsync(handle))  # a picture has been written and has not its name yet
here = Path(sys.argv[1])
house = build_house(Paths(here / "home", here / "config"))
house.packing.unpack(Path(sys.argv[2]))
house.close()
"""


def pack(tmp_path: Path) -> Path:
    """A real pack: lines, corrections and pictures."""
    store = drafted(tmp_path)
    run = store.runs.shown(RECORDING.id)
    assert run is not None
    read = store.outputs.open(RECORDING.id, "read", "k", "", "")
    lines = [ScreenLine(f"l{k}", f"line {k}", Box(0, 0, 1, 1), k / 100, k / 100 + 1) for k in range(LINES)]
    store.outputs.put(read.id, "all", lines)
    store.outputs.close(read.id, "finished", 1.0, 1.0, "")
    store.close()
    folder = RecordingFiles(tmp_path / "home" / "media").folder(RECORDING.id)
    for k in range(PICTURES):
        (folder / f"t-{k}.jpg").write_bytes(bytes([k]) * 50_000)
    house = build_house(Paths(tmp_path / "home", tmp_path / "config"))
    house.sessions.edit(RECORDING.id, [Assign(0, 20_000, "title", "mine")], 0)
    house.packing.pack(RECORDING.id, tmp_path / "one.escribano")
    house.close()
    return tmp_path / "one.escribano"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such signal here")
def test_a_kill_at_any_moment_leaves_a_whole_library(tmp_path: Path) -> None:
    packed, there = pack(tmp_path), tmp_path / "there"
    rows = zipfile.ZipFile(packed).read(ROWS).count(b"\n")
    rng = random.Random(3)
    for moment in (rng.randrange(2, rows + 1), rows + 1 + rng.randrange(PICTURES)):
        arguments = [sys.executable, "-c", UNPACK, str(there), str(packed), str(moment)]
        done = subprocess.run(arguments, env={**os.environ, "PYTHONPATH": os.getcwd()}, check=False)
        assert done.returncode == -signal.SIGKILL, moment
        house = build_house(Paths(there / "home", there / "config"))
        assert house.keeping.check() == []
        assert [row.segments for row in house.library.rows()] == ([3] if moment > rows else []), "the whole of it or nothing"
        house.close()
    house = build_house(Paths(there / "home", there / "config"))
    house.packing.unpack(packed)
    assert [(row.segments, row.id) for row in house.library.rows()] == [(3, RECORDING.id)]
    assert len(house.library.search("title:mine")) == 1
    folder = RecordingFiles(there / "home" / "media").folder(RECORDING.id)
    pictures = {f"t-{k}.jpg": bytes([k]) * 50_000 for k in range(PICTURES)}
    assert {p.name: p.read_bytes() for p in folder.glob("*.jpg")} == pictures
    house.close()
