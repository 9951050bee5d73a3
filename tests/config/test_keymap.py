"""The owner's keys: unknown commands, unknown keys and clashes are named, the rest serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.config.commands import BY_ID, COMMANDS, WHERE, commands_of
from escribano_tui.config.keymap import Keymap, check_keymap, clashes, load_keymap, parse_key, show_key

# DESIGN's keys: hands learn them once.
CONTRACT = {
    "app.palette": "ctrl+p", "app.help": "? f1", "app.back": "escape", "app.quit": "ctrl+q",
    "library.open": "enter", "library.add": "a", "library.run": "r", "library.filter": "/", "library.delete": "delete",
    "chooser.quick": "1", "chooser.thorough": "2", "chooser.start": "enter",
    "run.cancel": "c", "run.pause": "p", "run.failures": "f", "run.look": "enter",
    "review.down": "j down", "review.up": "k up", "review.next-unreviewed": "n", "review.least-sure": "c", "review.go-to": "g",
    "review.search": "/", "review.cursor-back": ",", "review.cursor-on": ".", "review.cursor-back-5": "<",
    "review.cursor-on-5": ">", "review.cursor-back-frame": "ctrl+,", "review.cursor-on-frame": "ctrl+.",
    "review.zoom-in": "+", "review.zoom-out": "-", "review.next-of-subject": "N", "review.label-1": "1", "review.label-9": "9",
    "review.labels": "l", "review.title": "e", "review.apps": "a", "review.topics": "t", "review.subject": "b",
    "review.split": "s", "review.merge-next": "m", "review.merge-previous": "M", "review.start-earlier": "[",
    "review.start-later": "]", "review.end-earlier": "{", "review.end-later": "}", "review.snap": "S", "review.personal": "p",
    "review.accept": "space", "review.select": "x", "review.alike": "A", "review.undo": "u", "review.redo": "U",
    "review.open": "o", "review.play": "P", "review.evidence": "enter", "review.history": "h", "review.summary": "w",
    "summary.format": "f", "summary.regenerate": "r", "summary.copy": "y", "summary.changed": "d", "summary.versions": "v",
    "summary.export": "x",
}  # fmt: skip


@pytest.mark.parametrize("command_id", CONTRACT)
def test_the_default_keys_are_those_that_hands_learn(command_id: str) -> None:
    wanted = [parse_key(k) for k in CONTRACT[command_id].split()]
    assert set(wanted) <= set(BY_ID[command_id].keys)


def test_the_table_is_sound() -> None:
    assert len(BY_ID) == len(COMMANDS)
    assert clashes(Keymap().keys) == []
    assert {c.where for c in COMMANDS} == set(WHERE)
    for command in COMMANDS:
        assert command.help
        assert command.label
        assert all(
            parse_key(k) == k or "+" in k or len(k) == 1 or k in show_key(k) or parse_key(show_key(k)) for k in command.keys
        )


@pytest.mark.parametrize(
    ("text", "long"),
    [("?", "question_mark"), ("+", "plus"), ("ctrl++", "ctrl+plus"), ("ctrl+P", "ctrl+P"), ("Shift+F3", "shift+f3"),
     ("shift+ctrl+x", "ctrl+shift+x"), ("|", "vertical_line"), ("escape", "escape"), ("M", "M"), ("ö", "ö")],
)  # fmt: skip
def test_keys_are_read_as_they_are_written(text: str, long: str) -> None:
    assert parse_key(text) == long


@pytest.mark.parametrize("text", ["", "foo", "ctrl+", "hyperx+a", "ctrl+ctrl+a", "\x1b", "\n", "f99", "a b"])
def test_what_is_no_key_is_refused(text: str) -> None:
    assert parse_key(text) is None


@given(st.characters(min_codepoint=33, max_codepoint=126))
def test_every_character_is_shown_as_it_is_typed(character: str) -> None:
    key = parse_key(character)
    assert key is not None
    assert show_key(key) == character


def test_a_good_file_changes_what_it_names(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text('[everywhere]\nhelp = "f12"\n[review]\nsplit = ["|", "ctrl+s"]\n')
    keymap = load_keymap(path)
    assert keymap.problems == ()
    assert keymap.changed == {"app.help": ("f12",), "review.split": ("vertical_line", "ctrl+s")}
    assert keymap.shown("review.split") == "|"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"reviews": {"split": "s"}}, "[reviews] is not a screen"),
        ({"review": "s"}, "[review] is not a screen"),
        ({"review": {"spilt": "s"}}, "[review] spilt is not a command"),
        ({"review": {"split": "foo"}}, "“foo” is not a key"),
        ({"review": {"split": 3}}, "a key, or a list of keys, is expected"),
        ({"review": {"split": []}}, "a key, or a list of keys, is expected"),
        ({"review": {"split": "m"}}, "m would do both review.split and review.merge-next"),
        ({"review": {"split": "?"}}, "? would do both app.help and review.split"),
        ({"app": {"help": "n"}}, "n would do both app.help and review.next-unreviewed"),
        ({"review": {"title": "|", "split": "|"}}, "would do both"),
    ],
)
def test_what_is_wrong_is_named_and_left_at_its_default(data: dict[str, object], said: str) -> None:
    keymap = check_keymap(data)
    assert any(said in p for p in keymap.problems), keymap.problems
    assert clashes(keymap.keys) == []


def test_two_commands_can_change_places() -> None:
    keymap = check_keymap({"review": {"split": "m", "merge-next": "s"}})
    assert keymap.problems == ()
    assert keymap.of("review.split") == ("m",)


@given(
    st.dictionaries(
        st.sampled_from([c.name for c in commands_of("review")]),
        st.sampled_from(["a", "b", "|", "ctrl+x", "f5", "?"]),
        max_size=8,
    )
)
def test_no_file_ever_leads_to_a_clash(table: dict[str, str]) -> None:
    keymap = check_keymap({"review": table})
    assert clashes(keymap.keys) == []
    assert all(keymap.keys.values()), "every command has a key"


def test_a_file_that_is_no_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "keys.toml"
    path.write_text("[review")
    assert "is not TOML" in load_keymap(path).problems[0]
    path.write_bytes(b"\xff")
    assert "is not UTF-8 text" in load_keymap(path).problems[0]
    assert load_keymap(tmp_path / "none.toml") == Keymap()
