"""The main job on the shipped recording, with the embedded backends and the real program."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
import re
import shutil
import signal
import sqlite3
import stat
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from escribano_tui.bootstrap import demo_recording
from escribano_tui.domain.times import parse_clock
from escribano_tui.store.pages import line_of
from tests.cli.program import Program

TRUTH = json.loads(demo_recording().with_suffix(".json").read_text())
# Imported by every Python process that starts: writes down whom it calls, by the audit events of PEP 578.
LISTENER = """
import os, sys
_HERE = os.path.join(os.path.dirname(__file__), "calls.txt")
def _note(line):
    with open(_HERE, "a") as file:
        file.write(line + "\\n")
def _hear(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        if isinstance(arguments[1], tuple):
            _note(f"call {arguments[1][0]}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        _note(f"call {arguments[0]}")
_note(f"process {os.getpid()}")
sys.addaudithook(_hear)
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    listening = tmp_path_factory.mktemp("listening")
    (listening / "sitecustomize.py").write_text(LISTENER)
    return Program(tmp_path_factory.mktemp("demo"), listening)


@pytest.fixture(scope="module")
def session(program: Program) -> dict[str, Any]:
    done = program("run", "--json", str(demo_recording()))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def phases(session: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {p["name"]: p for p in session["run"]["phases"]}


def words(text: str) -> set[str]:
    return set(re.findall(r"[a-z']+", text.lower()))


def test_segments_tile_the_recording(session: dict[str, Any]) -> None:
    edges = [(s["start_s"], s["end_s"]) for s in session["segments"]]
    assert edges[0][0] == 0
    assert all(a[1] == b[0] for a, b in itertools.pairwise(edges))
    assert edges[-1][1] == pytest.approx(TRUTH["duration_s"], abs=0.25)


def test_every_segment_is_in_one_subject_and_times_add_up(session: dict[str, Any]) -> None:
    grouped = [i for subject in session["subjects"] for i in subject["segment_ids"]]
    assert sorted(grouped) == sorted(s["id"] for s in session["segments"])
    total = sum(subject["duration_s"] for subject in session["subjects"])
    assert total == pytest.approx(session["recording"]["duration_s"], abs=0.001)


def test_most_of_the_time_has_the_right_label(session: dict[str, Any]) -> None:
    def at(segments: list[dict[str, Any]], t: float) -> str:
        return next((s["activity"] for s in segments if s["start_s"] <= t < s["end_s"]), "")

    moments = [k + 0.5 for k in range(int(TRUTH["duration_s"]))]
    right = sum(at(session["segments"], t) == at(TRUTH["segments"], t) for t in moments)
    assert right / len(moments) >= 0.6


def test_most_of_the_text_on_the_screen_was_read(session: dict[str, Any]) -> None:
    def squashed(text: str) -> str:
        return re.sub("[^a-z0-9]", "", text.lower())

    seen = squashed("".join(line for block in session["screen_text"] for line in block["lines"]))
    wanted = [squashed(k) for s in TRUTH["segments"] for k in s["keywords_on_screen"]]
    assert sum(k in seen for k in wanted) / len(wanted) >= 0.8


def test_most_words_were_heard(session: dict[str, Any]) -> None:
    heard = words(" ".join(u["text"] for u in session["utterances"]))
    spoken = words(" ".join(u["text"] for u in TRUTH["speech"]))
    assert len(heard & spoken) / len(spoken) >= 0.7


def test_the_summaries_cite_moments_of_the_recording(session: dict[str, Any]) -> None:
    assert {s["format"] for s in session["summaries"]} == {"card", "standup", "narrative"}
    for summary in session["summaries"]:
        assert not summary["stale"]
        brackets = " ".join(re.findall(r"\[([\d:., ]+)\]", summary["markdown"]))
        cited = [parse_clock(t) for t in re.findall(r"\d+:\d\d(?:\.\d)?", brackets)]
        assert cited, summary["markdown"]
        assert all(t is not None and 0 <= t <= TRUTH["duration_s"] for t in cited)


def test_a_second_run_takes_everything_from_the_store(program: Program, session: dict[str, Any]) -> None:
    done = program("run", "--json", str(demo_recording()))
    again = json.loads(done.stdout)
    assert all(p["reused"] for p in again["run"]["phases"] if p["state"] == "finished")
    assert again["segments"] == session["segments"]


def test_a_copy_under_another_name_is_the_same_recording(program: Program, session: dict[str, Any], tmp_path: Path) -> None:
    copy = tmp_path / "-copy [red]x[b] é.mp4"
    shutil.copy(demo_recording(), copy)
    done = program("run", "--", str(copy))
    assert done.stdout.strip() == session["recording"]["id"]
    assert len(json.loads(program("list", "--json").stdout)) == 1


def test_the_state_is_private(program: Program, session: dict[str, Any]) -> None:
    for folder, _, files in os.walk(program.home / "state"):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in files:
            path = Path(folder, name)
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_nothing_leaves_the_machine(program: Program, session: dict[str, Any]) -> None:
    """The only calls are those that look whether a server answers on this machine."""
    assert program.modules is not None
    lines = (program.modules / "calls.txt").read_text().splitlines()
    assert len({line for line in lines if line.startswith("process")}) > 2, "the hosts of the models are listened to, too"
    called = {line.removeprefix("call ") for line in lines if line.startswith("call")}
    assert called <= {"127.0.0.1", "::1", "localhost"}, called


def test_what_is_handed_out_is_private_too(program: Program, session: dict[str, Any], tmp_path: Path) -> None:
    given = session["recording"]["id"]
    kept = {"pack": tmp_path / "x.escribano", "export": tmp_path / "x.html", "keep": tmp_path / "x.zip"}
    assert program("pack", given, "-o", str(kept["pack"])).returncode == 0
    assert program("export", given, "--format", "html", "-o", str(kept["export"])).returncode == 0
    assert program("keep", "backup", str(kept["keep"])).returncode == 0
    assert {name: stat.S_IMODE(path.stat().st_mode) for name, path in kept.items()} == dict.fromkeys(kept, 0o600)


def test_no_work_pictures_are_left(program: Program, session: dict[str, Any]) -> None:
    media = program.home / "state" / "media" / session["recording"]["id"]
    assert [p.name for p in media.rglob("*") if p.is_file() and p.stat().st_size > 200_000] == []


@pytest.mark.parametrize("format", ["md", "srt", "vtt", "csv", "html", "truth"])
def test_exports(program: Program, session: dict[str, Any], format: str, tmp_path: Path) -> None:
    out = tmp_path / f"session.{format}"
    done = program("export", session["recording"]["id"][:6], "--format", format, "-o", str(out))
    assert done.returncode == 0, done.stderr
    text = out.read_text(encoding="utf-8")
    if format == "csv":
        assert len(list(csv.reader(io.StringIO(text)))) == len(session["segments"]) + 1
    elif format == "truth":
        assert json.loads(text)["segments"][-1]["end_s"] == pytest.approx(TRUTH["duration_s"], abs=0.25)
    elif format in ("srt", "vtt"):
        assert text.count("-->") >= len(session["utterances"])
    else:
        assert session["segments"][0]["title"].split()[0] in text


def test_what_was_not_looked_at_is_counted_with_why(program: Program, session: dict[str, Any]) -> None:
    left_out = session["coverage"]["frames_left_out"]
    assert left_out
    printed = program("show", session["recording"]["id"]).stdout.splitlines()[1]
    assert printed.startswith(f"{len(session['frames'])} pictures looked at; left out: ")
    assert all(f"{count} {why}" in printed for why, count in left_out.items())


def test_search_finds_what_was_said(program: Program, session: dict[str, Any]) -> None:
    hits = json.loads(program("search", "--json", "sprint", "board").stdout)
    assert any(hit["kind"] == "said" for hit in hits)


def test_the_card_is_printed(program: Program, session: dict[str, Any]) -> None:
    done = program("demo")
    assert done.returncode == 0
    assert done.stdout.startswith("# Session card")


def alike(session: dict[str, Any]) -> dict[str, Any]:
    """What must be the same after a kill: everything but how long things took."""
    same = {k: v for k, v in session.items() if k not in ("run", "summaries")}
    same["summaries"] = [(s["format"], s["markdown"]) for s in session["summaries"]]
    same["phases"] = [(p["name"], p["state"], p["items"], p["items_failed"]) for p in session["run"]["phases"]]
    return same


def kill_in(phase: str, program: Program) -> bool:
    """Start a run and kill it while a phase has some items; whether it was caught."""
    import sqlite3

    running = program.start("run", str(demo_recording()))
    library = program.home / "state" / "library.db"
    query = "SELECT count(*) FROM items JOIN outputs ON outputs.id = output_id WHERE phase = ? AND outputs.state = 'running'"
    try:
        deadline = time.monotonic() + 120
        while running.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.wait(0.05)  # asking without a pause would take a core from the run
            if library.exists():
                try:
                    with sqlite3.connect(f"file:{library}?mode=ro", uri=True, timeout=1) as db:
                        if db.execute(query, [phase]).fetchone()[0]:
                            return True
                except sqlite3.OperationalError:
                    continue  # the library is just being made
        return False
    finally:
        running.send_signal(signal.SIGKILL)
        running.communicate()


def test_a_killed_run_goes_on_and_ends_the_same(session: dict[str, Any], tmp_path: Path) -> None:
    program = Program(tmp_path)
    assert kill_in("read", program)
    done = program("run", "--json", str(demo_recording()))
    assert done.returncode == 0, done.stderr
    again = json.loads(done.stdout)
    assert phases(again)["scan"]["reused"]
    assert alike(again) == alike(session)


@pytest.mark.slow
@pytest.mark.parametrize("phase", ["frames", "describe", "listen", "transcribe", "segment", "subjects", "summarize"])
def test_a_kill_in_any_phase(session: dict[str, Any], tmp_path: Path, phase: str) -> None:
    program = Program(tmp_path)
    kill_in(phase, program)  # the short phases may be over before they are caught: the run must end the same either way
    again = json.loads(program("run", "--json", str(demo_recording())).stdout)
    assert alike(again) == alike(session)


def dump(library: Path) -> list[str]:
    with contextlib.closing(sqlite3.connect(library)) as connection:
        connection.create_function("line_of", 3, line_of, deterministic=True)  # the indexes read their texts through it
        return list(connection.iterdump())


def test_drafts_of_several_profiles_are_measured_side_by_side_and_a_truth_comes_back_perfect(
    program: Program, session: dict[str, Any], tmp_path: Path
) -> None:
    config = program.home / "config"
    config.mkdir(exist_ok=True)
    (config / "profiles.toml").write_text(
        "[with-a-rather-long-name]\n[with-a-rather-long-name.segment]\nmin_segment_s = 100.0\n"
    )
    recording, truth = str(demo_recording()), str(demo_recording().with_suffix(".json"))
    both = ("--profile", "quick", "--profile", "with-a-rather-long-name")
    library = program.home / "state" / "library.db"
    before = dump(library)

    told = json.loads(program("evaluate", truth, recording, *both, "--json").stdout)
    assert told["quick"]["boundary_2s_f1"] >= 0.85
    assert told["quick"]["corrections_per_hour"] < told["with-a-rather-long-name"]["corrections_per_hour"]
    table = program("evaluate", truth, recording, *both).stdout.splitlines()
    assert table[0].split() == ["quick", "with-a-rather-long-name"]
    assert all(len(line.split()) == 3 for line in table[1:10])
    assert dump(library) == before, "the library shows what it showed"

    own = tmp_path / "own.json"
    exported = program("export", session["recording"]["id"], "--format", "truth", "-o", str(own))
    assert exported.returncode == 0, exported.stderr
    found = json.loads(program("evaluate", str(own), recording, "--json").stdout)["quick"]
    assert found["boundary_1s_f1"] == found["activity_accuracy"] == found["screen_text_recall"] == 1.0
    assert found["corrections_per_hour"] == found["word_error_rate"] == 0

    own.write_text('{"duration_s": 5, "segments": []}')
    wrong = program("evaluate", str(own), recording)
    assert wrong.returncode == 3
    assert "at least one" in wrong.stderr
