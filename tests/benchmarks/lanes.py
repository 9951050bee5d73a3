"""How much of the time of a slow vision backend is hidden by reading, and how many frames it is shown.

    python -m tests.benchmarks.lanes [RECORDING] [--seconds 0.5] [--every 0] [--truth TRUTH]

Runs the real program (the shipped demo without a recording) with a server that takes so many seconds for each picture,
then says how long both lanes took together against the slower of them (1 is perfect), and how many frames the server saw:
for each true segment, and which segments of 10 s or more it never saw. `--every` is the profile's `look_every_s`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from escribano_tui.bootstrap import demo_recording
from tests.backends.vision_server import GOOD, Asked, Behaviour, serving

PROFILE = """
[quick.describe]
backend = ["ollama"]
url = "{url}"
look_every_s = {every}
"""


def slow(seconds: float) -> Behaviour:
    def answer(asked: Asked) -> str:
        time.sleep(seconds)
        return json.dumps(GOOD)

    return Behaviour(answer)


def run(recording: Path, url: str, every: float, home: Path) -> tuple[dict[str, Any], float]:
    """The export, and the seconds of the whole run."""
    (home / "conf").mkdir()
    (home / "conf" / "profiles.toml").write_text(PROFILE.format(url=url, every=every), encoding="utf-8")
    environment = os.environ | {"ESCRIBANO_HOME": str(home / "home"), "ESCRIBANO_CONFIG_DIR": str(home / "conf")}
    command = [sys.executable, "-m", "escribano_tui", "run", str(recording), "--profile", "quick", "--json"]
    began = time.monotonic()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), time.monotonic() - began


def told(session: dict[str, Any], truth: list[dict[str, Any]], wall_s: float) -> None:
    phases = {p["name"]: p for p in session["run"]["phases"]}
    read, describe = phases["read"], phases["describe"]
    slower = max(read["busy_s"], describe["busy_s"])
    together = max(read["wall_s"], describe["wall_s"])
    print(f"read {read['busy_s']:.1f} s, describe {describe['busy_s']:.1f} s, both {together:.1f} s")
    print(f"that is {together / slower:.2f} times the slower lane")
    looked = [f["t_s"] for f in session["frames"] if f["backend"] == "ollama"]
    unseen = [s for s in truth if s["end_s"] - s["start_s"] >= 10 and not any(s["start_s"] <= t < s["end_s"] for t in looked)]
    print(f"{len(looked)} frames looked at, {len(looked) / len(truth):.2f} for each true segment; {len(unseen)} never seen")
    for segment in unseen:
        print(f"never seen: {segment['start_s']:.1f} to {segment['end_s']:.1f} s, {segment['activity']} in {segment['apps']}")
    print(f"the whole run took {wall_s:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", nargs="?", type=Path, default=demo_recording())
    parser.add_argument("--seconds", type=float, default=0.5, metavar="S", help="of the server, for each picture")
    parser.add_argument("--every", type=float, default=30.0, metavar="S")
    parser.add_argument("--truth", type=Path, default=demo_recording().with_suffix(".json"))
    args = parser.parse_args()
    truth = json.loads(args.truth.read_text(encoding="utf-8"))["segments"]
    with tempfile.TemporaryDirectory() as home, serving(slow(args.seconds)) as url:
        session, wall_s = run(args.recording, url, args.every, Path(home))
    told(session, truth, wall_s)


if __name__ == "__main__":
    main()
