"""How much memory this machine has, and how much of it is free, in MB; a container's own limit counts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def total_mb() -> float:
    """Memory of this machine, or of the container that this runs in."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e6
    limit = _number(_CGROUP / "memory.max")
    return min(whole, limit / 1e6) if limit else whole


def free_mb() -> float:
    """What programs can have now without swapping: free pages and caches that can be dropped; 0.0 where nobody says."""
    try:
        free = _free_on_mac() if sys.platform == "darwin" else _free_on_linux()
    except (OSError, ValueError, LookupError, subprocess.SubprocessError):
        return 0.0
    limit, used = _number(_CGROUP / "memory.max"), _number(_CGROUP / "memory.current")
    return min(free, max(0.0, (limit - used) / 1e6)) if limit else free


def _free_on_linux() -> float:
    line = next(line for line in _MEMINFO.read_text().splitlines() if line.startswith("MemAvailable:"))
    return int(line.split()[1]) * 1024 / 1e6


def _free_on_mac() -> float:
    told = subprocess.run(["vm_stat"], capture_output=True, text=True, timeout=2.0, check=True).stdout
    return parse_vm_stat(told)


def parse_vm_stat(told: str) -> float:
    """MB that macOS can give out: free, inactive, speculative and purgeable pages of `vm_stat`."""
    first, *lines = told.splitlines()
    page = int("".join(c for c in first.partition("page size of")[2] if c.isdigit()) or 4096)
    pages = {name.strip('" '): int(count.strip(" .")) for name, _, count in (line.partition(":") for line in lines) if count}
    wanted = ("Pages free", "Pages inactive", "Pages speculative", "Pages purgeable")
    return sum(pages.get(name, 0) for name in wanted) * page / 1e6


def resident_mb(pid: int) -> float:
    """Memory that a process holds now; 0.0 where there is none or the system does not say."""
    try:
        statm = Path(f"/proc/{pid}/statm")
        if statm.exists():
            return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        done = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, timeout=2.0, check=False)
        return int(done.stdout) / 1000
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return 0.0


def _number(path: Path) -> float:
    """A number in a file of the control group; 0.0 where there is none (`max`, or no such group)."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return 0.0
