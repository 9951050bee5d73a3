"""Profiles: shipped, the owner's laid over them, the original's variables on top; a bad file is named, never fatal."""

from __future__ import annotations

from pathlib import Path

import pytest

from escribano_tui.config.paths import find_paths, make_private, shipped
from escribano_tui.config.profiles import ENVIRONMENT, ProfileError, check_field, load_profiles

SHIPPED = shipped("profiles.toml")


def load(tmp_path: Path, text: str | None = None, **environ: str):  # type: ignore[no-untyped-def]
    own = tmp_path / "profiles.toml"
    if text is not None:
        own.write_text(text, encoding="utf-8")
    return load_profiles(SHIPPED, own, environ)


def test_quick_and_thorough_ship(tmp_path: Path) -> None:
    known = load(tmp_path)
    assert [p.name for p in known.profiles] == ["quick", "thorough"]
    assert known.problems == ()
    assert known.get("thorough").refine.enabled
    with pytest.raises(LookupError, match="quick, thorough"):
        known.get("[red]x[/]")


def test_the_owners_file_changes_only_what_it_names(tmp_path: Path) -> None:
    known = load(
        tmp_path, '[quick.frames]\nstill_gap_s = 12\n\n[mine]\ndescription = "my own"\n[mine.transcribe]\nlanguage = "de"\n'
    )
    assert known.problems == ()
    assert known.get("quick").frames.still_gap_s == 12.0
    assert known.get("quick").frames.policy == "changes"
    assert known.get("mine").transcribe.language == "de"


@pytest.mark.parametrize(
    ("text", "line", "field"),
    [
        ("[quick]\n[quick.frames]\nstill_gap_s = -4\n", 3, "still_gap_s"),
        ("[quick.frames]\nfoo = 1\n", 2, "foo"),
        ("[quick.frame]\nstill_gap_s = 4\n", 1, "frame"),
        ('[quick.scan]\nsensitivity = "high"\n', 2, "sensitivity"),
        ("[quick.scan]\nsensitivity = nan\n", 2, "sensitivity"),
        ('[quick.frames]\npolicy = "random"\n', 2, "policy"),
        ("[quick.read]\nbackend = [1]\n", 2, "backend"),
        ("[quick.refine]\nenabled = 1\n", 2, "enabled"),
    ],
)
def test_a_bad_field_is_named_with_its_line(tmp_path: Path, text: str, line: int, field: str) -> None:
    known = load(tmp_path, text)
    (problem,) = known.problems
    assert f"line {line}" in problem
    assert field in problem
    assert known.get("quick") == load(tmp_path / "none").get("quick")


@pytest.mark.parametrize("text", ["[quick", "quick = 3", "\x00"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, text: str) -> None:
    known = load(tmp_path, text)
    assert len(known.problems) == 1
    assert "profiles.toml" in known.problems[0]
    assert len(known.profiles) == 2


def test_a_bad_shipped_file_is_an_error(tmp_path: Path) -> None:
    bad = tmp_path / "shipped.toml"
    bad.write_text("[quick.frames]\nfoo = 1\n")
    with pytest.raises(ProfileError):
        load_profiles(bad, tmp_path / "none", {})


def test_the_originals_variables_override(tmp_path: Path) -> None:
    known = load(tmp_path, ESCRIBANO_SCENE_THRESHOLD="0.3", ESCRIBANO_VLM_MODEL="llava", ESCRIBANO_SAMPLE_GAP_FILL="soon")
    quick = known.get("quick")
    assert (quick.scan.sensitivity, quick.describe.model) == (0.3, "llava")
    assert len(known.problems) == 1
    assert "ESCRIBANO_SAMPLE_GAP_FILL" in known.problems[0]


def test_the_originals_sampling_and_limits_hold_in_every_profile(tmp_path: Path) -> None:
    told = {
        "VLM_MODEL": "llava", "VLM_BATCH_SIZE": "3", "VLM_MAX_TOKENS": "99", "SAMPLE_INTERVAL": "7",
        "SAMPLE_GAP_THRESHOLD": "12", "SAMPLE_GAP_FILL": "4", "SCENE_THRESHOLD": "0.3", "SCENE_MIN_INTERVAL": "2",
    }  # fmt: skip
    for profile in load(tmp_path, **{f"ESCRIBANO_{name}": value for name, value in told.items()}).profiles:
        frames, scan, describe = profile.frames, profile.scan, profile.describe
        assert (frames.base_interval_s, frames.gap_threshold_s, frames.gap_fill_s) == (7, 12, 4)
        assert (scan.sensitivity, scan.min_interval_s) == (0.3, 2)
        assert (describe.model, describe.batch_size, describe.max_tokens) == ("llava", 3, 99)


def test_every_variable_names_a_real_field() -> None:
    for section, name, kind in ENVIRONMENT.values():
        assert "no such" not in check_field(section, name, kind("1"))
        assert "should be a" not in check_field(section, name, kind("1"))


def test_folders_come_from_the_environment_and_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ESCRIBANO_HOME", str(tmp_path / "a b"))
    monkeypatch.setenv("ESCRIBANO_CONFIG_DIR", str(tmp_path / "c"))
    paths = find_paths()
    assert paths.library == tmp_path / "a b" / "library.db"
    assert paths.own_profiles == tmp_path / "c" / "profiles.toml"
    make_private(paths.home)
    assert paths.home.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("wrong", ["[quick\n", "[quick.scan]\nsensitivity = 'much'\n", "[quick]\nnonsense = 1\n"])
def test_what_a_wrong_file_excludes_is_excluded_all_the_same(tmp_path: Path, wrong: str) -> None:
    own = tmp_path / "profiles.toml"
    own.write_text(f"{wrong}[mine.read]\nexclude = [\n  \"Diary\", # mine\n  'bank.example',\n]\n")
    known = load_profiles(shipped("profiles.toml"), own, {})
    assert "not read all the same" in known.problems[0]
    for profile in known.profiles:
        assert {"Diary", "bank.example", "password managers"} <= set(profile.read.exclude)
