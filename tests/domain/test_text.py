"""Text from outside is cleaned once, where it enters."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from escribano_tui.domain.text import clean, clean_line, json_safe, squash

HOSTILE = "[/b] [red]x[/] \x1b]0;t\x07 \u202egnp.exe \x9b31m \udcff"


def test_hostile_text_is_harmless_and_still_legible() -> None:
    cleaned = clean(HOSTILE)
    assert cleaned.startswith("[/b] [red]x[/] ]0;t")
    assert not any(unicodedata.category(c) in ("Cc", "Cs") or c == "\u202e" for c in cleaned)


@given(st.text() | st.just(HOSTILE))
def test_json_that_is_printed_is_exact_and_harmless(text: str) -> None:
    printed = json_safe(json.dumps({"path": text}, ensure_ascii=False, indent=1))
    assert json.loads(printed) == {"path": text}
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in printed)
    assert "\u202e" not in printed


@given(st.text())
def test_nothing_forbidden_is_left_and_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text)
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in once)
    assert clean(once) == once
    assert "\n" not in clean_line(text)
    once.encode("utf-8")


def test_lines_are_single_and_bounded() -> None:
    assert clean_line("a\n b\t\tc ") == "a b c"
    assert len(clean_line("x" * 10_000)) == 500


def test_squash_compares_as_a_reader_does() -> None:
    assert squash("Station-Label: “X”!") == "stationlabelx"
