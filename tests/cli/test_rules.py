"""The commands on rules, by the real program."""

from __future__ import annotations

from pathlib import Path

from tests.cli.program import Program


def test_a_rule_is_listed_edited_and_taken_out(tmp_path: Path) -> None:
    program = Program(tmp_path)
    cues = tmp_path / "config" / "cues.toml"
    cues.parent.mkdir()
    cues.write_text('# mine\n[[rule]]\nactivity = "planning"\nsite = "docs.example"  # that one\n')
    assert program("rules").stdout.strip() == "1  Pages of docs.example are planning."

    before = cues.read_text()
    tried = program("rules", "edit", "1", "--activity", "data", "--dry-run")
    assert tried.stdout.startswith("Would be: Pages of docs.example are data.")
    assert cues.read_text() == before
    done = program("rules", "edit", "1", "--activity", "data", "--title", "Sprint [1]")
    assert done.returncode == 0, done.stderr
    assert cues.read_text() == '# mine\n[[rule]]\nactivity = "data"\nsite = "docs.example"  # that one\ntitle = "Sprint [1]"\n'

    for wrong, status in ((("7", "--title", "x"), 1), (("1", "--site", "", "--title", ""), 1), (("1",), 2)):
        refused = program("rules", "edit", *wrong)
        assert refused.returncode == status
        assert "Traceback" not in refused.stderr
    assert program("rules", "edit", "1", "--activity", "juggling").returncode == 1

    assert program("rules", "remove", "1").returncode == 0
    assert cues.read_text() == "# mine\n"
