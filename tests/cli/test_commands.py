"""The command line: help, exit statuses, one clear sentence for what cannot be used."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program

COMMANDS = (
    "open", "demo", "run", "scan", "list", "show", "search", "summary", "report", "threads", "keep", "export",
    "rules", "doctor", "profiles", "models",
    "config", "evaluate", "latest", "batch", "queue", "watch", "pack", "unpack", "mcp",
)  # fmt: skip


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program(tmp_path)


def test_help_lists_every_command_and_imports_nothing_heavy(program: Program) -> None:
    code = (
        "import sys, runpy; sys.argv = ['escribano-tui', '--help']\n"
        "try: runpy.run_module('escribano_tui', run_name='__main__')\n"
        "except SystemExit: pass\n"
        "heavy = {'textual', 'av', 'cv2', 'numpy', 'onnxruntime', 'sqlite_utils', 'rich', 'httpx', 'ollama', 'mcp'}\n"
        "heavy |= {'watchfiles', 'distributed'}\n"
        "sys.stderr.write(' '.join(sorted(heavy & set(sys.modules))))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    for command in COMMANDS:
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shows_an_example(program: Program, command: str) -> None:
    done = program(command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout
    assert f"escribano-tui {command}" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("frobnicate",), 2),
        (("run",), 2),
        (("run", "--profile", "nope", "x.mp4"), 2),
        (("export", "abcd", "--format", "docx"), 2),
        (("show", "abcdef"), 1),
        (("show", "\udcff.mp4"), 1),
        (("run", "no-such-file.mp4"), 3),
        (("scan", "no-such-file.mp4"), 3),
    ],
)
def test_exit_statuses(program: Program, arguments: tuple[str, ...], status: int) -> None:
    done = program(*arguments)
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert "should not have happened" not in done.stderr
    assert done.stderr.strip()
    assert done.stdout == ""
    assert status == 2 or done.stderr.startswith("escribano-tui: ")


@pytest.mark.parametrize("name", ["empty.mp4", "-x.mp4", "two\nlines.mp4", "[red]x[b].mp4", "percent%03d.mp4", "http:x"])
def test_what_is_no_recording_gets_one_clear_sentence(program: Program, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"" if name == "empty.mp4" else b"this is no recording, whatever its name says\n" * 40)
    done = program("run", "--", name, cwd=tmp_path)
    assert done.returncode == 3
    sentence = done.stderr.strip()
    assert sentence.startswith("escribano-tui: ")
    assert "\n" not in sentence
    assert sentence.endswith(".")
    assert done.stdout == ""


def test_a_folder_cannot_be_used(program: Program, tmp_path: Path) -> None:
    assert program("run", str(tmp_path)).returncode == 3


def test_an_empty_library(program: Program) -> None:
    assert json.loads(program("list", "--json").stdout) == []
    assert program("search", "anything", '"*').returncode == 0


def test_the_app_needs_a_terminal_and_says_so(program: Program) -> None:
    done = program()
    assert done.returncode == 1
    assert "terminal" in done.stderr


def test_doctor_config_profiles_models_speak_json(program: Program) -> None:
    checks = json.loads(program("doctor", "--json").stdout)
    assert {"machine", "folders", "codecs", "backends", "profiles"} <= {check["area"] for check in checks}
    assert all(check["remedy"] for check in checks if check["state"] == "fail")
    assert json.loads(program("config", "--json").stdout)["state"] == str(program.home / "state")
    assert [p["name"] for p in json.loads(program("profiles", "--json").stdout)] == ["quick", "thorough"]
    ports = {info["port"] for info in json.loads(program("models", "--json").stdout)}
    assert ports >= {"speech_spans", "speech", "screen_text", "vision", "writing"}


def test_a_bad_profiles_file_is_named_and_the_shipped_ones_serve(program: Program) -> None:
    (program.home / "config").mkdir()
    (program.home / "config" / "profiles.toml").write_text("[quick.frames]\nfoo = 1\n")
    done = program("profiles")
    assert done.returncode == 0
    assert "line 2" in done.stderr
    assert "quick" in done.stdout
