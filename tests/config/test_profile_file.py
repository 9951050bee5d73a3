"""Writing a profile: its own tables change, all other lines stay."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.config.paths import shipped
from escribano_tui.config.profile_file import differences, save_profile, without, wrong_name
from escribano_tui.config.profiles import ProfileError, load_profiles
from escribano_tui.domain.profile import Profile

OWN = """# my profiles
[meetings]  # long ones
description = "Talk" # said

[meetings.listen]
threshold = 0.3

# the second
[other.frames]
still_gap_s = 60.0
"""


def known(path: Path) -> dict[str, Profile]:
    loaded = load_profiles(shipped("profiles.toml"), path, {})
    assert loaded.problems == ()
    return {p.name: p for p in loaded.profiles}


def changed(profile: Profile, name: str, gap: float = 45.0) -> Profile:
    frames = replace(profile.frames, still_gap_s=gap, policy="grid")
    transcribe = replace(profile.transcribe, backend=("a", "b"))
    return replace(profile, name=name, frames=frames, transcribe=transcribe, description="Mine, “quoted” \\ here")


def test_a_new_profile_is_read_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "profiles.toml"
    mine = changed(Profile("x"), "mine")
    save_profile(path, mine, Profile("mine"))
    assert known(path)["mine"] == mine
    assert path.stat().st_mode & 0o077 == 0


def test_a_shipped_profile_that_is_changed_says_only_what_differs(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    quick = known(path)["quick"]
    save_profile(path, replace(quick, frames=replace(quick.frames, still_gap_s=45.0)), quick)
    assert path.read_text() == "[quick.frames]\nstill_gap_s = 45.0\n"
    assert known(path)["quick"].frames.still_gap_s == 45.0


def test_comments_and_order_of_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    path.write_text(OWN)
    mine = replace(known(path)["meetings"], description="More talk")
    save_profile(path, mine, Profile("meetings"))
    text = path.read_text()
    assert text.startswith("# my profiles\n# the second\n[other.frames]\nstill_gap_s = 60.0\n\n[meetings]\n")
    assert known(path)["meetings"] == mine
    assert known(path)["other"].frames.still_gap_s == 60.0


@given(st.sampled_from(("meetings", "other", "third")), st.floats(2.0, 600.0))
def test_saving_again_and_again_keeps_the_others(tmp_path_factory: pytest.TempPathFactory, name: str, gap: float) -> None:
    path = tmp_path_factory.mktemp("p") / "profiles.toml"
    path.write_text(OWN)
    before = known(path)
    for value in (gap, 30.0, gap):
        save_profile(path, changed(before.get(name, Profile(name)), name, value), Profile(name))
    after = known(path)
    assert after[name].frames.still_gap_s == gap
    assert {k: v for k, v in after.items() if k != name} == {k: v for k, v in before.items() if k != name}
    assert "# my profiles" in path.read_text()


def test_what_is_wrong_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    profile = Profile("x", frames=replace(Profile("x").frames, still_gap_s=9999.0))
    with pytest.raises(ProfileError, match=r"frames\.still_gap_s: this should lie between 2 and 600 s"):
        save_profile(path, profile, Profile("x"))
    with pytest.raises(ProfileError, match="made of a-z"):
        save_profile(path, Profile("Bad Name"), Profile("x"))
    path.write_text("[broken")
    with pytest.raises(ProfileError, match="Mend it first"):
        save_profile(path, Profile("x"), Profile("x"))
    assert path.read_text() == "[broken"


def test_a_file_that_cannot_be_cut_safely_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "profiles.toml"
    text = '[other]\ndescription = """\n[mine]\nx"""\n'
    path.write_text(text)
    with pytest.raises(ProfileError, match="without loss"):
        save_profile(path, changed(Profile("x"), "mine"), Profile("mine"))
    assert path.read_text() == text


@pytest.mark.parametrize(
    ("name", "good"), [("mine", True), ("a-1_b", True), ("", False), ("Ä", False), ("a b", False), ("x" * 41, False)]
)
def test_names(name: str, good: bool) -> None:
    assert (wrong_name(name) == "") is good


def test_nothing_differs_from_itself() -> None:
    assert differences(Profile("x"), Profile("x")) == {}
    assert without("", "x") == ""


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "profiles.toml"
    real.write_text(OWN)
    link.symlink_to(real)
    base = known(link)["quick"]
    save_profile(link, changed(base, "quick"), base)
    assert link.is_symlink()
    assert "[quick" in real.read_text()
