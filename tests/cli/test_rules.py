"""The commands on rules, by the real program."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.program import Program


def test_a_rule_is_listed_edited_and_taken_out(tmp_path: Path) -> None:
    program = Program(tmp_path)
    cues = tmp_path / "config" / "cues.toml"
    cues.parent.mkdir()
    cues.write_text('# mine\n[[rule]]\nactivity = "planning"\nsite = "docs.example"  # that one\n')
    says = "Pages of docs.example are planning."
    assert program("rules").stdout == f"  1  {says}\n"
    listed = json.loads(program("rules", "--json").stdout)
    assert listed == [{"n": 1, "says": says, "rule": {"activity": "planning", "site": "docs.example"}}]

    before = cues.read_text()
    tried = program("rules", "edit", "1", "--activity", "data", "--dry-run")
    assert tried.stdout.startswith("Would be: Pages of docs.example are data.")
    assert cues.read_text() == before
    done = program("rules", "edit", "1", "--activity", "data", "--title", "Sprint [1]")
    assert done.returncode == 0, done.stderr
    assert cues.read_text() == '# mine\n[[rule]]\nactivity = "data"\nsite = "docs.example"  # that one\ntitle = "Sprint [1]"\n'

    for wrong, status in ((("7", "--title", "x"), 1), (("1", "--activity", "juggling"), 1), (("1",), 2)):
        refused = program("rules", "edit", *wrong)
        assert refused.returncode == status
        assert "Traceback" not in refused.stderr

    cues.write_text(
        '[[rule]]\nactivity = "data"\nprogram = "Krita"\nlikeness = ["0f0f3c3c55aa9966"]\nseen = "day.mp4 at 1:18"\n'
    )
    assert program("rules").stdout == "  1  Windows of Krita that look like day.mp4 at 1:18 are data.\n"
    assert program("rules", "edit", "1", "--any-look").stdout.startswith("Now: Windows of Krita are data.")
    cues.write_text("# mine\n" + cues.read_text())

    assert program("rules", "remove", "0").returncode == 2
    assert program("rules", "remove", "1").returncode == 0
    assert cues.read_text() == "# mine\n"

    cues.write_text("[broken")
    done = program("rules")
    assert (done.returncode, done.stdout) == (1, "")
    assert "Mend it first" in done.stderr
    assert "Traceback" not in done.stderr
