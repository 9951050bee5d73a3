"""How much memory there is and how much of it is free."""

from __future__ import annotations

import pytest

from escribano_tui.backends import memory

VM_STAT = """Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                              102400.
Pages active:                            300000.
Pages inactive:                           51200.
Pages speculative:                         2048.
Pages throttled:                              0.
Pages wired down:                        111111.
Pages purgeable:                            512.
"Translation faults":                 123456789.
"""


def test_free_memory_is_part_of_all_memory() -> None:
    assert 0 < memory.free_mb() <= memory.total_mb() * 1.01


def test_what_macos_tells_is_understood() -> None:
    assert memory.parse_vm_stat(VM_STAT) == pytest.approx((102400 + 51200 + 2048 + 512) * 16384 / 1e6)


def test_a_limit_of_the_container_counts(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "memory.max").write_text("500000000\n")
    (tmp_path / "memory.current").write_text("400000000\n")
    monkeypatch.setattr(memory, "_CGROUP", tmp_path)
    assert memory.total_mb() == 500
    assert memory.free_mb() == 100
    (tmp_path / "memory.max").write_text("max\n")
    assert memory.total_mb() > 500


def test_where_nobody_says_it_is_not_known(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(memory, "_MEMINFO", tmp_path / "nothing")
    monkeypatch.setattr(memory.sys, "platform", "linux")
    assert memory.free_mb() == 0.0
