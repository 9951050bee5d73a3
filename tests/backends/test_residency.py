"""Which models are in memory: the limit, who goes first, and that nothing that works is put out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from escribano_tui.backends.residency import Residency
from escribano_tui.ports import BackendError, Cancelled

HOSTED = "tests.backends.hosted:load"


@pytest.fixture
def residency() -> Iterator[Residency]:
    made = Residency(limit_mb=100)
    yield made
    made.close()


def lease(residency: Residency, name: str, size_mb: float = 40, stop: threading.Event | None = None, slot: int = 0):  # type: ignore[no-untyped-def]
    return residency.lease(HOSTED, {"name": name}, label=name, stop=stop or threading.Event(), size_mb=size_mb, slot=slot)


def loaded(residency: Residency) -> list[str]:
    return [r.label for r in residency.residents().models if r.loaded]


def test_nothing_is_loaded_before_it_is_called(residency: Residency) -> None:
    one = lease(residency, "one")
    assert loaded(residency) == []
    assert one.call("echo", 1) == 1
    (resident,) = residency.residents().models
    assert resident.loaded
    assert (resident.label, resident.users, resident.starts) == ("one", 1, 1)
    assert resident.size_mb > 5
    assert resident.load_s > 0


def test_equal_models_share_a_process_and_slots_do_not(residency: Residency) -> None:
    first, second, other = lease(residency, "one"), lease(residency, "one"), lease(residency, "one", slot=1)
    pids = {a.call("about")["pid"] for a in (first, second)}
    assert len(pids) == 1
    assert other.call("about")["pid"] not in pids
    assert [r.users for r in residency.residents().models] == [2, 1]


def test_a_model_that_is_in_memory_is_not_loaded_again(residency: Residency) -> None:
    first = lease(residency, "one")
    first.call("echo", 1)
    first.close()
    assert lease(residency, "one").call("count") == 1
    assert residency.residents().models[0].starts == 1


def test_the_least_recently_used_makes_room(residency: Residency) -> None:
    leases = {name: lease(residency, name) for name in ("one", "two", "three")}
    for name in ("one", "two"):
        leases[name].call("echo", 1)
        leases[name].close()
    _pretend(residency, 45)
    lease(residency, "one").call("echo", 1)
    leases["three"].call("echo", 1)
    assert loaded(residency) == ["one", "three"]


def test_what_is_held_by_a_phase_goes_last_and_comes_back_by_itself(residency: Residency) -> None:
    held, idle, new = lease(residency, "held"), lease(residency, "idle"), lease(residency, "new", 60)
    held.call("echo", 1)
    idle.call("echo", 1)
    idle.close()
    _pretend(residency, 30)
    new.call("echo", 1)
    assert loaded(residency) == ["held", "new"]
    lease(residency, "more", 60).call("echo", 1)
    assert "held" not in loaded(residency)
    assert held.call("echo", 2) == 2


def test_what_can_never_fit_is_refused_with_its_size(residency: Residency) -> None:
    with pytest.raises(BackendError, match="huge needs 500 MB; the limit for all models is 100 MB") as caught:
        lease(residency, "huge", 500).call("echo", 1)
    assert caught.value.fatal


def test_a_model_inside_of_a_call_is_never_put_out(residency: Residency) -> None:
    stop = threading.Event()
    busy = lease(residency, "busy", 60, stop)
    busy.call("echo", 1)
    thread = threading.Thread(target=lambda: _raises(Cancelled, lambda: busy.call("hang")))
    thread.start()
    _wait(lambda: residency.residents().models[0].busy)
    _pretend(residency, 60)
    lease(residency, "other", 60).call("echo", 1)
    residency.unload_idle()
    assert "busy" in loaded(residency)
    residency.release()
    assert loaded(residency) == ["busy"]
    stop.set()
    thread.join(5)
    assert not thread.is_alive()


def test_a_released_model_that_is_busy_goes_after_its_call(residency: Residency, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    busy = lease(residency, "busy")
    busy.call("echo", 1)
    answers: list[object] = []
    thread = threading.Thread(target=lambda: answers.append(busy.call("wait_for", str(gate))))
    thread.start()
    _wait(lambda: residency.residents().models[0].busy)
    residency.release()
    assert loaded(residency) == ["busy"]
    gate.touch()
    thread.join(10)
    assert answers == ["here"]
    assert loaded(residency) == []
    assert busy.call("echo", 2) == 2
    assert loaded(residency) == ["busy"]


def test_what_is_idle_is_unloaded_and_what_is_held_is_not() -> None:
    residency = Residency(limit_mb=100, idle_s=0.0)
    held, idle = lease(residency, "held"), lease(residency, "idle")
    held.call("echo", 1)
    idle.call("echo", 1)
    idle.close()
    residency.unload_idle()
    assert loaded(residency) == ["held"]
    residency.close()


def test_a_model_can_be_warmed_ahead_of_need(residency: Residency) -> None:
    one = lease(residency, "one")
    one.warm_soon()
    _wait(lambda: loaded(residency) == ["one"])
    assert one.call("count") == 0
    broken = lease(residency, "broken")
    broken.warm_soon()
    with pytest.raises(BackendError, match="no weights here"):
        broken.call("echo", 1)


def test_closing_ends_all_of_them() -> None:
    residency = Residency(limit_mb=100)
    one = lease(residency, "one")
    one.call("echo", 1)
    residency.close()
    assert loaded(residency) == []
    with pytest.raises(Cancelled):
        one.call("echo", 1)


def _pretend(residency: Residency, size_mb: float) -> None:
    """Give every model that is loaded this size."""
    for entry in residency._entries.values():
        entry.measured_mb = size_mb if entry.host.pid else 0.0


def _raises(kind: type[Exception], call: object) -> None:
    assert callable(call)
    with pytest.raises(kind):
        call()


def _wait(true: object) -> None:
    assert callable(true)
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
