"""The owner's own text of a summary, by keys: written, kept over a regeneration, decided about, gone back from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Markdown, TextArea

from escribano_tui.ui import clipboard
from escribano_tui.ui.screens.confirm import ConfirmScreen
from escribano_tui.ui.screens.own_text import DecideScreen, OwnTextScreen
from escribano_tui.ui.screens.pick import PickScreen
from escribano_tui.ui.screens.summary import SummaryScreen
from escribano_tui.ui.widgets.live_markdown import parser
from tests.ui.conftest import opened, reviewing, screen_text, settle, until
from tests.ui.fake_house import FakeHouse
from tests.ui.test_summary import shown


async def write(pilot: Pilot[None], before: str, after: str) -> None:
    """Change the text in the editor and keep it."""
    await pilot.press("t")
    await until(pilot, lambda: isinstance(pilot.app.screen, OwnTextScreen), "the editor")
    area = pilot.app.screen.query_one(TextArea)
    assert before in area.text
    area.text = area.text.replace(before, after)
    await pilot.press("ctrl+s")
    await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
    await settle(pilot)


async def test_own_words_are_shown_and_survive_writing_again(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        await write(pilot, "Planning: Sprint 12 board", "Chose what to do")
        await until(pilot, lambda: "Chose what to do" in screen_text(pilot), "the own words")
        await pilot.press("r")
        await settle(pilot)
        await until(pilot, lambda: "Chose what to do" in screen_text(pilot), "the own words")
        assert "Planning: Sprint 12 board" not in screen_text(pilot)


async def test_what_was_typed_is_not_given_up_unasked(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, OwnTextScreen))
        await pilot.press("x", "escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen), "the question")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, OwnTextScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen), "the question")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        assert not world.item("rec-1").own


@pytest.mark.parametrize("keep", [True, False])
async def test_a_change_whose_subject_was_written_anew_is_decided_about(world: FakeHouse, keep: bool) -> None:
    async with reviewing(world) as (pilot, _):
        await pilot.press("w")
        await shown(pilot)
        await write(pilot, "Planning: Sprint 12 board", "Chose what to plan on Sprint 12 board")
        await pilot.press("escape", "8", "w")
        await until(pilot, lambda: "Written before your last corrections" in screen_text(pilot), "the stale line")
        await pilot.press("r")
        await until(pilot, lambda: "A change of yours is about something that was written anew" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("D")
        await until(pilot, lambda: isinstance(pilot.app.screen, DecideScreen), "the decision")
        await until(pilot, lambda: "+ - Chose what to plan" in screen_text(pilot), "what would come")
        assert "- - Meeting: Sprint 12 board" in screen_text(pilot)
        await pilot.press("k" if keep else "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, SummaryScreen))
        await settle(pilot)
        assert ("Chose what to plan" in screen_text(pilot)) is keep
        assert ("Meeting: Sprint 12 board" in screen_text(pilot)) is not keep
        assert "A change of yours" not in screen_text(pilot)


async def test_an_earlier_version_is_gone_back_to(world: FakeHouse) -> None:
    async with reviewing(world) as (pilot, _):
        await pilot.press("w")
        await shown(pilot)
        await pilot.press("escape", "8", "w")
        await until(pilot, lambda: "Written before" in screen_text(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "Meeting: Sprint 12 board" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, PickScreen))
        await settle(pilot)
        await pilot.press("down", "enter")
        await until(pilot, lambda: "An earlier version" in screen_text(pilot))
        await settle(pilot)
        await pilot.press("b")
        await until(pilot, lambda: "Written before your last corrections" in screen_text(pilot), "that it is stale")
        assert "Planning: Sprint 12 board" in screen_text(pilot)
        assert len(world.item("rec-1").summaries) == 3


# ---------------------------------------------------------------- the system's clipboard


@pytest.mark.parametrize(
    ("platform", "environment", "there", "chosen"),
    [
        ("darwin", {}, {"pbcopy"}, "pbcopy"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, {"wl-copy", "xclip"}, "wl-copy"),
        ("linux", {"DISPLAY": ":0"}, {"xsel"}, "xsel"),
        ("linux", {"WSL_DISTRO_NAME": "Debian"}, {"clip.exe"}, "clip.exe"),
        ("linux", {}, {"xclip", "wl-copy"}, None),
    ],
)
def test_the_program_of_the_clipboard_fits_the_desktop(
    platform: str, environment: dict[str, str], there: set[str], chosen: str | None
) -> None:
    found = clipboard.program(lambda name: name if name in there else None, platform, environment)
    assert (found[0] if found else None) == chosen


def test_the_clipboard_gets_the_text(tmp_path: Path) -> None:
    kept = tmp_path / "clip"
    assert clipboard.put("wörter", ("sh", "-c", f"cat > {kept}"))
    assert kept.read_text("utf-8") == "wörter"
    assert not clipboard.put("x", ("sh", "-c", "exit 3"))
    assert not clipboard.put("x", (str(tmp_path / "not-there"),))


async def test_copying_tells_where_it_went(world: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(clipboard, "put", lambda text: given.append(text) or True)
    async with opened(world) as pilot:
        await pilot.press("w")
        screen = await shown(pilot)
        await write(pilot, "Planning: Sprint 12 board", "Chose what to do")
        await pilot.press("y")
        await until(pilot, lambda: given, "the copy")
        assert "Chose what to do" in given[0]
        assert pilot.app.clipboard == given[0] == screen.text


# ---------------------------------------------------------------- what the screen says of the text, and never makes of it


async def test_the_screen_says_why_the_deterministic_text_stands_and_what_was_struck(world: FakeHouse) -> None:
    async with opened(world) as pilot:
        await pilot.press("w")
        await shown(pilot)
        kept = world.item("rec-1").summaries
        kept.append(replace(kept[-1], id=9, note="tiny on Ollama: it said nothing for 30 s [b]", struck=3))
        await pilot.press("escape", "w")
        await until(pilot, lambda: "tiny on Ollama: it said nothing for 30 s" in screen_text(pilot), "why")
        assert "3 sentences of the model were struck" in screen_text(pilot)


@pytest.mark.parametrize(
    "text",
    [
        "[click](http://evil.example)", "![p](http://evil.example/p.png)", "<a href='http://evil.example'>x</a>",
        "<http://evil.example>", "www.evil.example", "http://evil.example", "[x]: http://evil.example\n\n[x]", "<img src=x>",
    ],
)  # fmt: skip
def test_no_text_becomes_a_picture_html_or_a_link_by_itself(text: str) -> None:
    tokens = [t for block in parser().parse(f"- {text} [0:26].") for t in [block, *(block.children or [])]]
    kinds = {t.type for t in tokens}
    assert not kinds & {"image", "html_block", "html_inline"}
    links = [t.attrGet("href") for t in tokens if t.type == "link_open"]
    assert not links or "](" in text  # what an owner wrote as a link, which leads nowhere either


async def test_a_link_leads_nowhere_but_to_a_moment(world: FakeHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    opened_urls: list[str] = []
    async with opened(world) as pilot:
        monkeypatch.setattr(pilot.app, "open_url", lambda url, **_: opened_urls.append(url))
        await pilot.press("w")
        screen = await shown(pilot)
        for href in ("http://evil.example", "file:///etc/passwd", "#t=nan", "#t=x"):
            screen.post_message(Markdown.LinkClicked(screen.query_one(Markdown), href))
        await pilot.pause()
        await settle(pilot)
        assert pilot.app.screen is screen
        assert opened_urls == []
