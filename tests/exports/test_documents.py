"""Markdown and HTML: what a reader sees, and that nothing from outside is live in them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from escribano_tui.domain.session import Dossier, SummaryView
from escribano_tui.domain.summary import Summary
from escribano_tui.domain.timeline import Assign
from escribano_tui.exports import html, md, renderers
from tests.sample_session import EDITS, HOSTILE, SECRET, sample

CARD = "# Session card\n\n## Weights, 4:59\n\n- Worked on `a[0:07]` \\[0:08\\] [0:42, 3:35]. Said: “x” [0:52]\n\n*Sum 8:00.*\n"


def summarised(markdown: str = CARD, stale: bool = False) -> Dossier:
    operations = (*EDITS, Assign(41_350, 128_600, "title", HOSTILE))
    view = SummaryView(Summary("card", 3, markdown, "deterministic"), stale, "3 labels, 1 split" if stale else "")
    return replace(sample(operations), summaries=(view,))


def jpeg() -> bytes:
    """A small picture in one colour."""
    import cv2
    import numpy as np

    return bytes(cv2.imencode(".jpg", np.full((27, 48, 3), (160, 90, 20), np.uint8))[1])


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def links_and_images(markdown: str) -> list[str]:
    found = []
    for token in MarkdownIt("commonmark").enable("table").parse(markdown):
        for child in token.children or ():
            if child.type == "link_open":
                found.append(str(child.attrs["href"]))
            elif child.type in ("image", "html_inline"):
                found.append(child.type)
        if token.type == "html_block":
            found.append("html_block")
    return found


def test_times_in_markdown_are_links_into_the_recording() -> None:
    text = md.render(summarised())

    assert "[0:42](hive%20morning.mp4#t=42), [3:35](hive%20morning.mp4#t=215)." in text
    assert "`a[0:07]` \\[0:08\\]" in text


def test_nothing_from_outside_is_live_in_markdown() -> None:
    found = links_and_images(md.render(summarised()))

    assert found
    assert all(re.fullmatch(r"hive%20morning\.mp4#t=[\d.]+", link) for link in found)


NAMED = os.fsdecode(b"/films/\x1b]0;t\x07\xe2\x80\xae\xff [b].mp4")


@pytest.mark.parametrize("format", ["json", "md", "csv", "html", "truth"])
def test_a_name_full_of_controls_reaches_no_terminal_and_no_browser(format: str) -> None:
    dossier = summarised()
    session = replace(dossier.session, recording=replace(dossier.session.recording, path=NAMED))
    text = renderers(lambda recording_id, file: Path("none.jpg"))[format](replace(dossier, session=session))
    text.encode()  # no lone surrogate
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]", text)
    if format == "json":
        assert json.loads(text)["recording"]["path"] == NAMED
    if format == "md":
        assert "(%1B%5D0%3Bt%07%E2%80%AE%FF%20%5Bb%5D.mp4#t=" in text


def test_the_markdown_table_has_a_row_for_each_segment() -> None:
    parser = MarkdownIt("commonmark").enable("table")
    rows = [t for t in parser.parse(md.render(summarised())) if t.type == "tr_open"]

    assert len(rows) == 1 + 10
    assert sum(t.type == "td_open" for t in parser.parse(md.render(summarised()))) == 10 * 6


def test_a_stale_summary_says_so() -> None:
    assert "*Written before the last corrections (3 labels, 1 split).*" in md.render(summarised(stale=True))
    assert "Written before the last corrections (3 labels, 1 split)." in Page(html.render(summarised(stale=True))).text
    assert "Written before" not in md.render(summarised())


def test_without_summary_and_speech_there_are_the_segments() -> None:
    bare = sample(utterances=(), lines=(), frames=(), descriptions=())

    assert "## What was said" not in md.render(bare)
    assert len(Page(html.render(bare)).of("article")) == 10


def test_personal_time_is_named_and_not_told() -> None:
    for render in (md.render, html.render):
        assert SECRET not in render(summarised())
        assert "Personal" in render(summarised())
    assert SECRET in md.render(summarised(), personal=True)


def test_the_page_fetches_and_runs_nothing() -> None:
    page = Page(html.render(summarised(f"# Card\n\n{HOSTILE}\n\n<img src=http://evil.example/a.png>\n"), lambda name: jpeg()))

    assert not page.of("script")
    assert not page.of("link")
    assert all(str(a["href"]).startswith("#s") for a in page.of("a"))
    assert all(str(i["src"]).startswith("data:image/jpeg;base64,") for i in page.of("img"))
    assert "default-src 'none'" in str(page.of("meta")[1]["content"])
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)


def test_hostile_text_shows_as_it_is_on_the_page() -> None:
    assert HOSTILE in Page(html.render(summarised())).text


def test_citations_jump_to_the_segment_that_holds_them() -> None:
    page = html.render(summarised())

    assert '[<a href="#s1">0:42</a>, <a href="#s4">3:35</a>]' in page
    assert "<code>a[0:07]</code> [0:08]" in page
    assert {str(a.get("id")) for a in Page(page).of("article")} == {f"s{k}" for k in range(10)}


def test_the_bar_is_as_wide_as_the_recording() -> None:
    widths = re.findall(r"width:([\d.]+)%", html.render(summarised()))

    assert len(widths) == 10
    assert sum(map(float, widths)) == pytest.approx(100, abs=0.01)


def test_pictures_are_inside(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(jpeg())

    page = Page(renderers(lambda recording, name: tmp_path / name)["html"](summarised()))

    assert len(page.of("img")) == 1


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
def test_a_browser_paints_it(tmp_path: Path) -> None:
    """The bar is painted in the colours of its activities, and the picture is there."""
    import cv2
    import numpy as np

    page, shot = tmp_path / "page.html", tmp_path / "shot.png"
    page.write_text(html.render(summarised(), lambda name: jpeg()), encoding="utf-8")
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--window-size=1000,1400",
         f"--user-data-dir={tmp_path}/profile", f"--screenshot={shot}", page.as_uri()],
        check=True, capture_output=True, timeout=90,
    )  # fmt: skip

    picture = cv2.imread(str(shot))
    assert picture is not None
    saturation = cv2.cvtColor(picture[60:200], cv2.COLOR_BGR2HSV)
    hues = {int(h) for h in np.unique(saturation[saturation[:, :, 1] > 120][:, 0])}
    assert len(hues) >= 6
