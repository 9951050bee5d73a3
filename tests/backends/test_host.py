"""Host processes: what hangs or crashes ends there, and nothing of it reaches the terminal."""

from __future__ import annotations

import os
import pty
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from escribano_tui.backends.host import Host, thread_count
from escribano_tui.ports import BackendError, Cancelled

HOSTED = "tests.backends.hosted:load"


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    made = Host(HOSTED, {"name": "one"}, log=tmp_path / "logs" / "hosts.log")
    yield made
    made.close()


def test_the_object_lives_between_calls(host: Host) -> None:
    assert host.pid is None
    assert host.call("echo", "first") == "first"
    pid = host.pid
    assert host.call("echo", {"second": [1, 2]}) == {"second": [1, 2]}
    assert host.call("count") == 2
    assert host.pid == pid != os.getpid()
    assert host.starts == 1
    assert host.resident_mb() > 5


def test_arrays_travel_both_ways_and_can_be_written_to(host: Host) -> None:
    image = np.arange(1080 * 1920 * 3, dtype=np.uint32).astype(np.uint8).reshape(1080, 1920, 3)
    assert host.call("total", image) == int(image.sum())
    back = host.call("echo", [image[::2, ::3], "and", np.zeros(0, np.float32)])
    np.testing.assert_array_equal(back[0], image[::2, ::3])
    assert back[2].shape == (0,)
    back[0][:] = 0


@pytest.mark.parametrize(("habit", "told"), [("segfault", "SIGSEGV"), ("leave", "exit status 7"), ("kill", "SIGKILL")])
def test_a_crash_ends_the_host_and_the_next_call_has_a_new_one(host: Host, habit: str, told: str) -> None:
    host.warm()
    with pytest.raises(BackendError, match=told) as caught:
        host.call(habit)
    assert not caught.value.fatal
    assert host.call("echo", 1) == 1
    assert host.starts == 2


def test_a_kill_from_outside_between_calls_is_not_noticed(host: Host) -> None:
    host.warm()
    assert host.pid is not None
    os.kill(host.pid, signal.SIGKILL)
    wait_until(lambda: host.pid is None)
    assert host.call("echo", "again") == "again"


@pytest.mark.parametrize("habit", ["raise_odd", "give_odd", "sys_exit"])
def test_what_cannot_be_pickled_is_an_error_of_that_call(host: Host, habit: str) -> None:
    with pytest.raises(BackendError, match=r"first|pickle|3"):
        host.call(habit)
    assert host.call("echo", 1) == 1
    assert host.starts == 1


@pytest.mark.parametrize("habit", ["hang", "hang_with_the_gil"])
def test_a_call_that_hangs_is_ended(host: Host, habit: str) -> None:
    host.warm()
    pid = host.pid
    with pytest.raises(BackendError, match=r"no answer within 0\.2 s"):
        host.call(habit, timeout_s=0.2)
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert host.call("echo", 1) == 1


def test_a_stop_interrupts_a_call_that_waits(host: Host) -> None:
    host.warm()
    stop = threading.Event()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            host.call("hang", stop=stop, timeout_s=60)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - looked at below
            raised.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: host.busy)
    stop.set()
    thread.join(5)
    assert [type(r) for r in raised] == [Cancelled]
    assert host.pid is None


def test_closing_ends_a_call_of_another_thread_for_good(host: Host) -> None:
    host.warm()
    raised: list[BaseException] = []

    def work() -> None:
        try:
            host.call("hang", timeout_s=60)
        except (Exception, SystemExit) as problem:  # noqa: BLE001 - looked at below
            raised.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    wait_until(lambda: host.busy)
    host.close()
    thread.join(5)
    assert [type(r) for r in raised] == [Cancelled]
    with pytest.raises(Cancelled):
        host.call("echo", 1)


def test_what_cannot_be_loaded_is_fatal_and_says_why(tmp_path: Path) -> None:
    for name, told in (("broken", "no weights here"), ("crashing", "exit status 9")):
        host = Host(HOSTED, {"name": name}, log=tmp_path / "log")
        with pytest.raises(BackendError, match=told) as caught:
            host.warm()
        assert caught.value.fatal
        assert host.pid is None
    with pytest.raises(BackendError, match="No module named"):
        Host("escribano_tui.backends.nowhere:load").warm()


def test_a_load_that_dies_is_tried_once_more(tmp_path: Path) -> None:
    host = Host(HOSTED, {"name": f"crashing once {tmp_path / 'died'}"})
    assert host.call("echo", 1) == 1
    assert host.starts == 2
    host.close()
    crashing = Host(HOSTED, {"name": "crashing"})
    with pytest.raises(BackendError, match="twice"):
        crashing.warm()
    assert crashing.starts == 2


def test_the_process_is_bounded_private_and_offline(host: Host, tmp_path: Path) -> None:
    about = host.call("about")
    assert about["environment"]["HF_HUB_OFFLINE"] == "1"
    assert about["environment"]["OMP_NUM_THREADS"] == str(thread_count())
    assert about["umask"] == 0o077
    assert about["sigint"]
    assert not about["stdin_is_tty"]
    assert about["main"] is None  # nothing of the parent's main module runs in it
    assert not {"textual", "click", "numpy", "onnxruntime"} & set(about["modules"])


def test_its_output_goes_to_a_private_rotated_log(host: Host, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    host.call("say", "from the library")
    log = tmp_path / "logs" / "hosts.log"
    assert log.read_text().count("from the library") == 2
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert capfd.readouterr() == ("", "")
    host.end()
    log.write_text("x" * 1_000_001)
    host.call("say", "later")
    assert log.read_text().count("later") == 2
    assert (tmp_path / "logs" / "hosts.log.1").stat().st_size == 1_000_001


PARENT = """
import sys, threading
from escribano_tui.backends.host import Host
host = Host("tests.backends.hosted:load")
host.warm()
print(host.pid, flush=True)
threading.Thread(target=lambda: host.call(sys.argv[1], timeout_s=600), daemon=True).start()
sys.stdin.read()
"""


@pytest.mark.parametrize("habit", ["hang", "hang_with_the_gil", "count"])
def test_it_ends_when_its_parent_is_killed(habit: str) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, habit], stdout=subprocess.PIPE, stdin=subprocess.PIPE, env=with_path(), text=True
    )
    assert parent.stdout is not None
    assert parent.stdin is not None
    pid = int(parent.stdout.readline())
    assert not gone(pid)
    parent.kill()
    parent.wait()
    wait_until(lambda: gone(pid))
    parent.stdin.close()
    parent.stdout.close()


def test_control_c_in_the_terminal_does_not_reach_it() -> None:
    """A parent in the foreground of a real terminal: ^C interrupts the parent only, and its host answers on."""
    script = """
import signal, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a suite in the background is started with it ignored
from escribano_tui.backends.host import Host
host = Host("tests.backends.hosted:load"); host.warm(); pid = host.pid
try:
    print("ready", flush=True)
    time.sleep(60)
except KeyboardInterrupt:
    print("answer", host.call("echo", 42), host.pid == pid, flush=True)
"""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", script], with_path())
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1000)
    os.write(terminal, b"\x03")
    while b"answer 42 True" not in seen:
        seen += os.read(terminal, 1000)  # raises OSError where the parent ended without it
    os.waitpid(pid, 0)
    os.close(terminal)


def with_path() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), *sys.path])}


def gone(pid: int) -> bool:
    """Ended; a zombie that nobody has waited for yet counts as ended."""
    try:
        state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    except OSError:
        return False
    return state == "" or state.startswith("Z")


def wait_until(true: object, most_s: float = 10.0) -> None:
    assert callable(true)
    deadline = time.monotonic() + most_s
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)
