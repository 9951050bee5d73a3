"""What is typed into the search box."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from escribano_tui.domain.query import MOST_WORDS, days_of, parse
from escribano_tui.domain.wording import Term, excerpt_around, fold, holds_phrase, marks, words_of

TODAY = date(2026, 11, 20)  # a Friday


def test_words_are_beginnings_and_quoted_ones_are_whole() -> None:
    query = parse('parse "no such table" -draft', TODAY)
    assert query.terms == (Term("parse"),)
    assert query.phrases == ((Term("no", False), Term("such", False), Term("table", False)),)
    assert query.without == (Term("draft"),)
    assert parse('"no su', TODAY).phrases == ((Term("no", False), Term("su")),), "it is still being typed"


def test_a_name_with_a_dot_is_its_words_side_by_side() -> None:
    assert parse("parser.py", TODAY).phrases == ((Term("parser", False), Term("py")),)
    assert parse("http://x", TODAY).phrases == ((Term("http", False), Term("x")),)


def test_filters() -> None:
    query = parse('activity:debugging app:kate after:2026-11-01 before:today subject:"label fix" said:tests', TODAY)
    assert query.activities == ("debugging",)
    assert query.apps == ("kate",)
    assert query.subjects == ("label fix",)
    assert (query.after, query.before) == (date(2026, 11, 1), TODAY)
    assert query.kinds == {"said"}
    assert query.terms == (Term("tests"),)
    assert query.problems == ()
    assert parse("Activity:D", TODAY).activities == ("debugging", "design", "data")
    assert parse("on:2026-10", TODAY).before == date(2026, 11, 1)
    assert parse("personal:no", TODAY).personal == "no"


def test_what_cannot_be_used_is_told_and_the_rest_serves() -> None:
    query = parse("after:never activity:sleep personal:maybe -app:kate tests", TODAY)
    assert query.terms == (Term("tests"),)
    assert len(query.problems) == 4
    assert all(p.endswith(".") for p in query.problems)
    assert parse("after:2026-11-02 before:2026-11-01 x", TODAY).problems == ("Nothing lies between these days.",)
    assert len(parse(" ".join("abcdefghijklmnop"), TODAY).terms) == MOST_WORDS
    assert parse("x" * 10_000, TODAY).problems == ("Only the first 400 characters are searched for.",)
    assert parse("-x", TODAY).empty


@pytest.mark.parametrize(
    ("typed", "first", "end"),
    [
        ("yesterday", date(2026, 11, 19), TODAY),
        ("monday", date(2026, 11, 16), date(2026, 11, 17)),
        ("2w", date(2026, 11, 6), date(2026, 11, 7)),
        ("2026", date(2026, 1, 1), date(2027, 1, 1)),
        ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
        ("week", date(2026, 11, 16), date(2026, 11, 23)),
    ],
)
def test_days(typed: str, first: date, end: date) -> None:
    assert days_of(typed, TODAY) == (first, end)


@pytest.mark.parametrize("typed", ["", "2026-13", "2026-02-30", "9999d", "0000", "soon", "9999", "x" * 500])
def test_what_is_no_day(typed: str) -> None:
    found = days_of(typed, TODAY)
    assert found is None or found[0] < found[1]


@given(st.text(max_size=500))
def test_any_text_is_a_query(text: str) -> None:
    query = parse(text, TODAY)
    assert len(query.all_terms) + len(query.without) <= MOST_WORDS
    assert all(t.text and t.text == fold(t.text) for t in query.all_terms)


@given(st.text(max_size=80), st.text(min_size=1, max_size=4))
def test_marks_lie_in_the_text_and_fit(text: str, word: str) -> None:
    terms = [Term(w) for w in words_of(word)]
    for a, b in marks(text, terms):
        assert 0 <= a < b <= len(text)
        assert any(fold(text[a:b]).startswith(t.text) for t in terms)


@given(st.text(alphabet="ab é.", max_size=200), st.integers(10, 60))
@example("aaaaaaaaa.b", 10)
def test_an_excerpt_is_short_and_keeps_the_first_mark(text: str, width: int) -> None:
    marked = marks(text, [Term("b")])
    shown, moved = excerpt_around(text, marked, width)
    assert len(shown) <= max(width, len(text) if len(text) <= width else width)
    if marked:
        assert shown[moved[0][0]] in "b"


def test_words_stand_side_by_side() -> None:
    words = words_of("def parse_time(raw): # no such Table")
    assert holds_phrase(words, (Term("no", False), Term("such", False), Term("tab")))
    assert not holds_phrase(words, (Term("such", False), Term("no", False)))
    assert words_of("Ålesund") == ["alesund"]
