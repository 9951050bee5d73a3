"""The owner's cues file: rules come and go, all else stays to the letter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.config.rule_file import RuleFile, RuleFileError, edited, without
from escribano_tui.domain.cues import Rule
from tests.domain.test_cues import SHIPPED

OWN = """# My programs. Keep this first.
[[program]]
name = "Weaver"   # ours
kind = "files"

# what my bank is
[[rule]]
site = "bank.example"
personal = true

# all about looms
[topics]
weaving = ["warp"]
"""
RULE = Rule("planning", site="docs.example")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "cues.toml"


def test_a_rule_is_added_behind_what_stands_there_and_taken_out_again(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(OWN)
    file = RuleFile(path, SHIPPED)
    file.add(RULE)
    assert path.read_text() == OWN + '\n[[rule]]\nactivity = "planning"\nsite = "docs.example"\n'
    assert file.rules() == (Rule(site="bank.example", personal=True), RULE)
    assert file.remove(2) == RULE
    assert path.read_text().strip() == OWN.strip()
    file.remove(1)
    assert file.rules() == ()
    assert "# all about looms\n[topics]" in path.read_text()
    assert "# My programs. Keep this first.\n" in path.read_text()


def test_a_rule_by_look_is_one_line_and_can_be_changed_beside_its_comment(path: Path) -> None:
    look = Rule("design", likeness=("8f3c6e1d2b4a5907", "0f0f3c3c55aa9966"), seen="day [1].mp4 at 1:18")
    file = RuleFile(path, SHIPPED)
    file.add(look)
    told = 'likeness = ["8f3c6e1d2b4a5907", "0f0f3c3c55aa9966"]'
    assert path.read_text() == f'[[rule]]\nactivity = "design"\n{told}\nseen = "day [1].mp4 at 1:18"\n'
    path.write_text(path.read_text().replace(told, f"{told}  # the map"))
    assert file.replace(1, Rule("media", likeness=look.likeness, seen=look.seen)) == look
    assert f'activity = "media"\n{told}  # the map\n' in path.read_text()
    file.replace(1, Rule("media", program="Krita"))
    assert file.rules() == (Rule("media", program="Krita"),)


def test_the_first_rule_makes_the_file_for_its_owner_alone(path: Path) -> None:
    RuleFile(path, SHIPPED).add(RULE)
    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0
    assert {f.name for f in path.parent.iterdir()} <= {"cues.toml", ".cues.toml.lock"}


def test_a_link_stays_a_link(path: Path, tmp_path: Path) -> None:
    path.parent.mkdir()
    real = tmp_path / "dotfiles.toml"
    real.write_text(OWN)
    path.symlink_to(real)
    RuleFile(path, SHIPPED).add(RULE)
    assert path.is_symlink()
    assert "docs.example" in real.read_text()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[broken", "Mend it first"),
        ('[[program]]\nname = "A"\nkind = "loom"\n', "Mend it first"),
        ('rule = [{ site = "a.b", activity = "data" }]\n', "without loss"),
    ],
)
def test_a_file_that_cannot_be_changed_safely_is_left_alone(path: Path, text: str, why: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(RuleFileError, match=why):
        RuleFile(path, SHIPPED).add(RULE)
    assert path.read_text() == text


def test_a_header_inside_of_a_text_is_noticed(path: Path) -> None:
    path.parent.mkdir()
    text = '[[rule]]\ntitle = """x\n[[rule]]\n"""\nactivity = "data"\n\n[[rule]]\nsite = "a.b"\nactivity = "data"\n'
    path.write_text(text)
    with pytest.raises(RuleFileError, match="without loss"):
        RuleFile(path, SHIPPED).remove(2)
    assert path.read_text() == text


names = st.text(min_size=1, max_size=30).filter(lambda t: t.strip() and not any(0xD800 <= ord(c) <= 0xDFFF for c in t))


@given(
    st.lists(st.builds(Rule, activity=st.sampled_from(["planning", "data"]), title=names), max_size=4, unique=True), st.data()
)
def test_any_rules_come_back_as_they_were(
    tmp_path_factory: pytest.TempPathFactory, rules: list[Rule], data: st.DataObject
) -> None:
    file = RuleFile(tmp_path_factory.mktemp("config") / "cues.toml", "")
    for rule in rules:
        file.add(rule)
    assert list(file.rules()) == rules
    if rules:
        n = data.draw(st.integers(1, len(rules)))
        other = Rule("idle", program=data.draw(names), personal=True)
        assert file.replace(n, other) == rules[n - 1]
        assert list(file.rules()) == [*rules[: n - 1], other, *rules[n:]]
        assert file.replace(n, rules[n - 1], was=other) == other
        assert file.remove(n) == rules[n - 1]
        assert list(file.rules()) == rules[: n - 1] + rules[n:]


def test_comments_inside_of_a_rule_go_with_it() -> None:
    text = "# a\n[[rule]]\n# in it\nsite = 'x'\n\n# b\n[[ rule ]]\nsite = 'y'\n# end\n"
    assert without(text, 1) == "# a\n\n# b\n[[ rule ]]\nsite = 'y'\n# end\n"
    assert without(text, 2) == "# a\n[[rule]]\n# in it\nsite = 'x'\n\n# b\n# end\n"


def test_a_rule_is_edited_line_by_line_and_every_comment_stays() -> None:
    text = "# a\n[[rule]]  # mine\n# in it\nsite = 'x.y'   # that site\nactivity = \"data\"\n# end of it\n\n# b\n[topics]\n"
    assert edited(text, 1, Rule("planning", site="x.y", title="Z [1]")) == (
        '# a\n[[rule]]  # mine\n# in it\nsite = \'x.y\'   # that site\nactivity = "planning"\ntitle = "Z [1]"\n'
        "# end of it\n\n# b\n[topics]\n"
    )
    assert 'site = "a.b"  # that site\n' in edited(text, 1, Rule("data", site="a.b"))
    assert "site" not in edited(text, 1, Rule("data", program="P")).replace("that site", "")


def test_values_over_several_lines_and_inline_rules(path: Path) -> None:
    path.parent.mkdir()
    path.write_text('[[rule]]\ntitle = """\nx"""\nactivity = "data"\n\n# next\n[[rule]]\nsite = "a.b"\nactivity = "data"')
    file = RuleFile(path, SHIPPED)
    file.replace(1, RULE)
    file.replace(2, Rule("idle", site="a.b", program="P"))
    assert file.rules() == (RULE, Rule("idle", site="a.b", program="P"))
    assert "# next\n" in path.read_text()
    path.write_text('rule = [{ site = "a.b", activity = "data" }]\n')
    for change in (lambda: file.replace(1, RULE), lambda: file.remove(1)):
        with pytest.raises(RuleFileError, match="without loss"):
            change()


def test_a_rule_that_was_changed_elsewhere_is_not_taken_for_another(path: Path) -> None:
    file = RuleFile(path, SHIPPED)
    file.add(RULE)
    seen = file.rules()[0]
    RuleFile(path, SHIPPED).replace(1, Rule("reading", site="docs.example"))
    before = path.read_bytes()
    with pytest.raises(LookupError, match="changed elsewhere"):
        file.remove(1, was=seen)
    with pytest.raises(LookupError, match="changed elsewhere"):
        file.replace(1, RULE, was=seen)
    with pytest.raises(ValueError, match="holds already"):
        file.add(Rule("reading", site="docs.example"))
    assert path.read_bytes() == before


WRITES = """
import sys
from pathlib import Path
from escribano_tui.config.rule_file import RuleFile
from escribano_tui.domain.cues import Rule
file = RuleFile(Path(sys.argv[1]), "")
sys.stdin.readline()
for k in range(12):
    file.add(Rule("data", program=f"{sys.argv[2]}{k}"))
"""


def test_windows_that_write_at_once_lose_nothing(path: Path) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITES, str(path), name], stdin=subprocess.PIPE, text=True) for name in "abc"
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.close()
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    told = [rule.program for rule in RuleFile(path, "").rules()]
    assert sorted(told) == sorted(f"{name}{k}" for name in "abc" for k in range(12))
    for name in "abc":
        assert [t for t in told if t[0] == name] == [f"{name}{k}" for k in range(12)]


def test_a_writer_that_never_ends_is_told_of(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("escribano_tui.config.rule_file.WAIT_S", 0.05)
    path.parent.mkdir()
    with FileLock(path.with_name(".cues.toml.lock")), pytest.raises(RuleFileError, match="Another program is writing"):
        RuleFile(path, SHIPPED).add(RULE)
    assert not path.exists()
