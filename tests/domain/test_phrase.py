"""Text from outside shows as it is in Markdown: no markup, no link, no HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from escribano_tui.domain.phrase import Piece, code_span, escape, escape_start, listed, markdown, name, names_of, phrase, plain

_TOKENS = [*"ab1.`*_[]()<>#+-!|~&;:/\\@ =\"'$^{}?w", "http://", "www.", ".com", "&amp;", "<b>", "![x](y)", "a@b.co", "é"]
HOSTILE = st.lists(st.sampled_from(_TOKENS), min_size=1, max_size=25).map(lambda t: " ".join("".join(t).split())).filter(bool)
STRICT = MarkdownIt("gfm-like")  # with an autolinker, as the app's Markdown view has


def shown(source: str) -> tuple[str, set[str]]:
    """What a reader sees of one paragraph, and what else than text it holds."""
    text, other = "", set()
    for token in STRICT.parse(source):
        if token.type not in ("inline", "paragraph_open", "paragraph_close"):
            other.add(token.type)
        for child in token.children or ():
            text += child.content if child.type in ("text", "code_inline") else ""
            if child.type not in ("text", "code_inline", "em_open", "em_close"):
                other.add(child.type)
    return text, other


@given(HOSTILE, st.sampled_from(["name", "code", "title", "quote"]))
def test_any_text_shows_as_it_is_in_the_middle_of_a_sentence(text: str, style: str) -> None:
    sentence = phrase("Said ", Piece(text, style), " in it [0:26].")

    assert shown(markdown(sentence)) == (plain(sentence), set())


@given(HOSTILE)
def test_any_text_shows_as_it_is_at_the_start_of_a_line(text: str) -> None:
    assert shown(escape_start(text)) == (text, set())


def test_hostile_text_is_escaped_and_nothing_else() -> None:
    assert escape("[/b] [red]x[/] **x** <script>") == r"\[/b\] \[red\]x\[/\] \*\*x\*\* \<script>"
    assert (
        escape("Tidewater 0.4.2: done (mostly), 50 % in normalize.py!")
        == "Tidewater 0.4.2: done (mostly), 50 % in normalize.py!"
    )


def test_a_citation_in_outside_text_is_no_citation() -> None:
    assert escape("see [0:26]") == r"see \[0:26\]"


@pytest.mark.parametrize(
    ("text", "span"), [("a", "`a`"), ("a`b", "``a`b``"), ("`x`", "`` `x` ``"), ("", ""), ("a\nb", "`a b`")]
)
def test_code_spans_are_fenced_by_more_backticks_than_they_hold(text: str, span: str) -> None:
    assert code_span(text) == span


def test_lists_read_as_sentences() -> None:
    parts = [name("a"), name("b"), name("c")]

    assert [plain(listed(parts[:n])) for n in (0, 1, 2, 3)] == ["", "a", "a and b", "a, b and c"]
    assert names_of(phrase("x ", name("a"))) == ("a",)
