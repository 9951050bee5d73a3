"""What is found in screen text and speech: tables of what widespread programs print, and what they do not mean."""

from __future__ import annotations

from typing import Any

import pytest

from escribano_tui.domain.evidence import Box, Description, ScreenLine, Utterance
from escribano_tui.domain.finding import code, prose, results, speech, terminal
from escribano_tui.domain.finding.layout import blocks, legible, row_from, row_with, settled
from escribano_tui.domain.finding.mail import mail
from escribano_tui.domain.finding.sentences import Sentence, excerpt, sentences, split_sentences, stems
from escribano_tui.domain.finding.things import thing_of, tidy
from escribano_tui.domain.finding.views import View
from escribano_tui.domain.segment import Segment


def line(
    text: str, x: int = 40, y: int = 100, start_s: float = 1.0, end_s: float = 60.0, h: int = 18, sure: float = 0.95
) -> ScreenLine:
    return ScreenLine(f"{x}-{y}-{start_s}-{text}", text, Box(x, y, 8 * len(text), h), start_s, end_s, sure)


def view(
    *lines: ScreenLine, activity: str = "terminal", said: tuple[str, ...] = (), old: tuple[str, ...] = (), **segment: Any
) -> View:
    """A segment of a minute; lines of `old` are not new, those from 3 s on came after the opening."""
    made = Segment("s", 0, 60_000, activity, **segment)
    novel = frozenset(s.id for s in lines if s.text not in old)
    utterances = tuple(Utterance(f"u{k}", 5.0 + 10 * k, 9.0 + 10 * k, text, "mic") for k, text in enumerate(said))
    ordered = sorted(lines, key=lambda s: s.start_s)
    standing = tuple(s for s in ordered if s.start_s < 3)
    fresh = tuple(s for s in ordered if s.start_s >= 3)
    return View(made, standing, fresh, novel, (), utterances, frozenset())


# ---------------------------------------------------------------- terminals


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("mira@host:~/src$ git status", "git status"),
        ("(venv) mira@host:~/src$ make", "make"),
        ("[root@host src]# systemctl restart x", "systemctl restart x"),
        ("$ ls -la", "ls -la"),
        ("❯ cargo build", "cargo build"),
        ("➜ npm test", "npm test"),
        ("PS C:\\Users\\me> dotnet test", "dotnet test"),
        ("C:\\Users\\me> dir", "dir"),
        (">>> 1 + 1", "1 + 1"),
        ("sqlite> select 1;", "select 1;"),
        ("hives=# select count(*) from frames;", "select count(*) from frames;"),
    ],
)
def test_prompts(text: str, command: str) -> None:
    assert terminal.prompted(text) == command


@pytest.mark.parametrize("text", ["Price: 5$ each", "see e-mail me@x.com", "a > b", "100% done", "def f(x):"])
def test_no_prompts(text: str) -> None:
    assert terminal.prompted(text) is None


def test_commands_are_told_once_whole_and_without_trivia() -> None:
    found = terminal.commands(view(
        line("me@h:~$ cargo te", y=50, start_s=4, end_s=5), line("me@h:~$ cargo test --al", y=50, start_s=5, end_s=6),
        line("me@h:~$ cargo test --all", y=50, start_s=6), line("me@h:~$ ls", y=70, start_s=8),
        line("me@h:~$ clear", y=90, start_s=9),
        line("me@h:~$", x=40, y=110, start_s=10), line("git push", x=110, y=110, start_s=10),
        line(">>> hours = 12", y=130, start_s=12), line("me@h:~$ old thing", y=10, start_s=0.5), old=("me@h:~$ old thing",),
    ))  # fmt: skip

    assert [(c.text, c.tried) for c in found] == [("cargo test --all", False), ("git push", False), ("hours = 12", True)]


@pytest.mark.parametrize(
    ("text", "passed", "failed"),
    [
        ("======= 1 failed, 4 passed in 0.83s =======", 4, 1),
        ("5 passed in 0.01s", 5, 0),
        ("2 failed, 1 error in 3.1s", 0, 3),
        ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured", 12, 0),
        ("test result: FAILED. 11 passed; 1 failed", 11, 1),
        ("Tests:       1 failed, 7 passed, 8 total", 7, 1),
        ("Tests run: 7, Failures: 2, Errors: 1, Skipped: 0", 4, 3),
        ("OK (5 tests, 12 assertions)", 5, 0),
        ("FAILED (failures=2, errors=1)", 0, 3),
        ("14 examples, 2 failures", 12, 2),
        ("100% tests passed, 0 tests failed out of 9", 9, 0),
        ("8 passing (34ms)", 8, 0),
    ],
)
def test_test_runs(text: str, passed: int, failed: int) -> None:
    found = terminal.test_runs(view(line(text, start_s=5)))

    assert [(r.passed, r.failed) for r in found] == [(passed, failed)]


def test_a_count_in_a_box_of_its_own_belongs_to_the_row() -> None:
    cut = (line("5", x=41, y=154, h=9, start_s=5), line("passed in 0.01s", x=50, y=150, start_s=5))

    assert [(r.passed, r.failed) for r in terminal.test_runs(view(*cut))] == [(5, 0)]
    assert [(r.passed, r.failed) for r in terminal.test_runs(view(cut[1]))] == [(0, 0)]


def test_an_old_run_that_scrolls_up_is_not_a_new_one() -> None:
    old, new = "1 failed, 4 passed in 0.83s", "5 passed in 0.01s"
    scrolled = view(line(old, y=60, start_s=6), line(new, y=200, start_s=6), old=(old,))

    assert [(r.passed, r.failed) for r in terminal.test_runs(scrolled)] == [(5, 0)]


@pytest.mark.parametrize(
    "text", ["passed the exam in 5 minutes", "tidewater main: 2 tests failed", "It failed 3 times", "PASS 12"]
)
def test_no_test_runs(text: str) -> None:
    assert terminal.test_runs(view(line(text, start_s=5))) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("FAILED tests/test_a.py::test_tare - assert 1 == 2", "test_tare"),
        ("FAILED tests/test_a.py::TestX::test_y[1-2]", "test_y[1-2]"),
        ("--- FAIL: TestTare (0.00s)", "TestTare"),
        ("test scale::tare ... FAILED", "tare"),
        ("FAIL: test_tare (tests.TestScale)", "test_tare"),
        ("_______ test_tare _______", "test_tare"),
        ("test_tare passed", ""),
    ],
)
def test_names_of_failing_tests(text: str, name: str) -> None:
    assert terminal.failing_name(text) == name


@pytest.mark.parametrize(
    ("text", "activity", "what", "detail"),
    [
        ("[main 8f173f5] Strip labels", "terminal", "commit", "Strip labels"),
        ("[feature/x (root-commit) 8f173f5a] First", "terminal", "commit", "First"),
        ("   8f173f5..1f0e9bc  main -> main", "terminal", "push", "main"),
        ("BUILD SUCCESSFUL in 3s", "terminal", "build", ""),
        ("error: could not compile `hive` due to 2 errors", "coding", "build", ""),
        ("Successfully installed hive-1.2", "terminal", "install", "hive-1.2"),
        ("Pull request successfully merged and closed", "review", "merge", ""),
        ("File /home/x/scales.py saved.", "coding", "save", "scales.py"),
        ("14:17:23: File /home/x/scales.py saved.", "coding", "save", "scales.py"),
        ('"scales.py" 12L, 300B written', "coding", "save", "scales.py"),
        ("Message sent.", "communication", "sent", ""),
    ],
)
def test_results(text: str, activity: str, what: str, detail: str) -> None:
    assert [(o.what, o.detail) for o in results.outcomes(view(line(text, start_s=5), activity=activity))] == [(what, detail)]


@pytest.mark.parametrize(
    ("text", "activity"),
    [
        ("[main 8f173f5] In a manual", "research"),
        ("Sent", "communication"),
        ("saved by the bell", "writing"),
        ("[1] a b", "terminal"),
    ],
)
def test_no_results(text: str, activity: str) -> None:
    assert results.outcomes(view(line(text, start_s=5), activity=activity)) == []


def test_errors_are_told_with_their_message() -> None:
    found = results.errors(view(
        line("decimal.InvalidOperation: nothing", start_s=4), line("ValueError: unknown station", start_s=5, y=130),
        line("ValueError", start_s=6, y=160), line("src/a.rs:3:1: error[E0308]: mismatched types", start_s=7, y=190),
        activity="debugging",
    ))  # fmt: skip

    assert [text for _, text in found] == ["ValueError: unknown station", "error[E0308]: mismatched types"]


# ---------------------------------------------------------------- source


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("def weigh(raw: str) -> Decimal:", "weigh"),
        ("async def weigh(raw):", "weigh"),
        ("def weigh frame(raw):", "weigh_frame"),
        ("class Scale:", "Scale"),
        ("pub(crate) fn weigh(raw: &str) -> f64 {", "weigh"),
        ("func (s *Scale) Weigh(raw string) error {", "Weigh"),
        ("export default function weigh(raw) {", "weigh"),
        ("const weigh = async (raw) => {", "weigh"),
        ("public static int weigh(String raw) {", "weigh"),
        ("return weigh(raw) {", ""),
        ("if (weigh(raw)) {", ""),
        ("else if (x) {", ""),
        ("weigh(raw)", ""),
        ("The class was cancelled today", ""),
    ],
)
def test_declarations(text: str, name: str) -> None:
    assert code.declared(text) == name


def test_work_is_where_lines_are_typed() -> None:
    looked = view(
        line("def first(x):", y=100), line("return x", x=72, y=120),
        line("def second(x):", y=200), line("return 2 * x", x=72, y=220),
        line("return 2 * x + offset", x=72, y=220, start_s=20), line("Ln 12, Col 3", y=700, start_s=21),
        line("import decimal as numbers", y=20, start_s=22), activity="coding",
    )  # fmt: skip

    assert code.worked_on(looked) == [(20.0, "second")]


def test_a_line_that_was_read_differently_is_not_typed() -> None:
    looked = view(
        line("def first(x):", y=100), line('raise ValueError(f"unknown label: {name}")', x=72, y=120),
        line('raise VaIueError(f"unknown label: {name}")', x=72, y=120, start_s=20), activity="coding",
    )  # fmt: skip

    assert code.worked_on(looked) == []


def test_names_are_spelled_as_most_often_read() -> None:
    names = view(line("def a_b(x):", y=1), line("def a b(x):", y=30), line("def a_b(y):", y=60), activity="coding")

    assert code.on_screen(names) == ["a_b"]


# ---------------------------------------------------------------- reading, writing, mail


def page(*more: ScreenLine) -> tuple[ScreenLine, ...]:
    running = [line(f"Running text of some length that goes on for a while, number {k}.", y=200 + 22 * k) for k in range(5)]
    return (*running, *more)


def test_headings_are_taller_and_read_like_headings() -> None:
    found = prose.headings(view(*page(
        line("Quantizing and rounding", y=150, h=26), line("Accept all cookies", y=20, h=30),
        line("x = quantize(3)", y=400, h=28),
        line("of the second operand where the", y=440, h=26), line("See also:", y=480, h=26),
    ), activity="research"))  # fmt: skip

    assert [text for _, text in found] == ["Quantizing and rounding"]


def test_what_a_program_says_of_itself_was_not_written() -> None:
    bar = line("You are running version 7.4 of LibreOffice for the first time.", y=60, start_s=10)
    typed = line("The third hive needs a new frame.", y=300, start_s=12)
    found = prose.written(view(bar, typed, activity="writing", apps=("LibreOffice Writer",)))

    assert [text for _, text in found] == ["The third hive needs a new frame."]


def test_a_list_of_links_holds_no_headings() -> None:
    links = ("Main page", "User Guide", "API reference", "Release notes", "Random article", "Recent changes")
    side = [line(text, y=150 + 40 * k, h=26) for k, text in enumerate(links)]
    text = [line(f"This line of the page is long enough to be running text {k}.", x=400, y=300 + 20 * k) for k in range(5)]
    found = prose.headings(view(*side, *text, line("Rounding of halves", x=400, y=200, h=30), activity="research"))

    assert [text for _, text in found] == ["Rounding of halves"]


def test_what_was_written_is_told_in_its_last_state() -> None:
    found = prose.written(view(
        line("Field trip notes of the spring", y=60), line("The third hive needs a n", y=100, start_s=10, end_s=14),
        line("The third hive needs a new frame before", y=100, start_s=14), line("the lime trees bloom.", y=121, start_s=18),
        line("- [ ] buy wax", y=180, start_s=20), line("{ 'a': 1 }", y=220, start_s=22), activity="writing",
    ))  # fmt: skip

    assert found[0] == (14.0, "The third hive needs a new frame before the lime trees bloom.")
    assert not any("{" in text for _, text in found)


def test_a_mail_is_known_by_the_subject_that_stands_twice() -> None:
    lines = (
        line("Wrong totals in April", x=40, y=100),
        line("Wrong totals in April", x=400, y=90, h=28),
        line("Lunch on Thursday", x=40, y=200),
    )

    read = mail(view(*lines, activity="communication", title="Inbox - Webmail"))
    answered = mail(
        view(*lines, line("Hi Astrid,", x=400, y=300, start_s=20), activity="communication", title="Inbox - Webmail")
    )

    assert read is not None
    assert (read.manner, read.subject) == ("read", "Wrong totals in April")
    assert answered is not None
    assert (answered.manner, answered.t_s) == ("answered", 20.0)
    assert mail(view(*lines, activity="communication", title="general - Slack")) is None


def test_speech_points_at_what_is_on_the_screen() -> None:
    board = (
        line("Hive weights lose their last", x=60, y=100), line("digit", x=60, y=121), line("bug", x=60, y=142),
        line("Export as spreadsheet for the club", x=400, y=100),
    )  # fmt: skip

    found = prose.pointed_at(view(*board, activity="planning", said=("I start with hive weights that lose the last digit.",)))

    assert found is not None
    assert (found.text, found.picked) == ("Hive weights lose their last digit", True)
    assert prose.pointed_at(view(*board, activity="planning", said=("Something else entirely today.",))) is None


@pytest.mark.parametrize(
    ("title", "apps", "tidied"),
    [
        ("scales.py - hivescale - VSCodium", ("VSCodium",), "scales.py"),
        ("● scales.py — hivescale — Visual Studio Code", ("Visual Studio Code",), "scales.py"),
        ("Inbox (2) - Webmail - Firefox", ("Firefox",), "Webmail"),
        ("Terminal - hivescale", ("Xfce Terminal",), "hivescale"),
        ("Q3 plan | Board | Jira", ("Jira",), "Q3 plan | Board"),
        ("Firefox", ("Firefox",), ""),
    ],
)
def test_titles_are_told_without_their_program(title: str, apps: tuple[str, ...], tidied: str) -> None:
    assert tidy(title, apps) == tidied


def test_a_document_comes_before_a_window_title() -> None:
    described = (Description(5.0, "", "coding", 0.9, document="/home/x/scales.py", title="whatever"),)
    plain = view(activity="coding", title="Some window")
    found = thing_of(View(plain.segment, (), (), frozenset(), described, (), frozenset()))

    assert found is not None
    assert (found.text, found.style) == ("scales.py", "code")
    assert thing_of(view(activity="writing", title="Untitled 1")) is None


# ---------------------------------------------------------------- layout


def test_half_typed_lines_are_left_out() -> None:
    typed = [line("The th", start_s=1, end_s=2), line("The third h", start_s=2, end_s=4), line("The third hive", start_s=4)]
    other = line("The t", y=300, start_s=1, end_s=2)

    assert settled([*typed, other]) == [typed[2], other]


def test_rows_are_put_together_again() -> None:
    row = [line("git", x=40), line("commit", x=70), line("far away", x=600)]

    assert row_from(row[0], row) == "git commit"
    assert row_with(row[1], row) == "git commit"


def test_blocks_are_lines_below_each_other() -> None:
    made = blocks(
        [line("one", y=100), line("two", y=121), line("# three", y=142), line("right", x=500, y=100), line("far", y=400)]
    )

    assert sorted(b.text for b in made) == ["# three", "far", "one two", "right"]


@pytest.mark.parametrize(
    ("text", "sure", "shown"),
    [
        ("The third hive", 0.9, True),
        ("oure s t e t e s ds rod", 0.9, False),
        ("The third hive", 0.5, False),
        ("12:30", 0.9, False),
    ],
)
def test_what_can_be_shown_to_a_reader(text: str, sure: float, shown: bool) -> None:
    assert legible(line(text, sure=sure)) is shown


# ---------------------------------------------------------------- speech


def test_sentences_have_times_of_their_own() -> None:
    parts = sentences(Utterance("u", 10.0, 20.0, "It works now. The rest is for later.", "mic"))

    assert [s.text for s in parts] == ["It works now.", "The rest is for later."]
    assert parts[0].start_s == 10.0
    assert 13.0 < parts[1].start_s < 14.5
    assert isinstance(parts[0], Sentence)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("All pass. I go on.", 2),
        ("Version 0.4.2 is out.", 1),
        ("Replacing the T. I. N. F. O. had to wait.", 1),
        ("Why? Because!", 2),
    ],
)
def test_sentences_end_where_they_end(text: str, parts: int) -> None:
    assert len(split_sentences(text)) == parts


def test_quotes_are_those_that_tell_something() -> None:
    said = ("Okay so.", "Let me look at this.", "The scale fails because the tare is counted twice.", "la la la la la la la la")

    assert [q.text for q in speech.quotes(view(said=said))] == [said[2]]


@pytest.mark.parametrize(
    ("text", "coming"),
    [
        ("Tomorrow I calibrate the second scale.", True),
        ("The export can wait until next week.", True),
        ("I will strip the label now.", False),
        ("Let me pick what to do first.", False),
    ],
)
def test_what_is_to_come(text: str, coming: bool) -> None:
    early = view(said=(text,))

    assert bool(speech.plans([early])) is coming


def test_an_intention_at_the_end_is_to_come() -> None:
    late = view(said=("x", "x", "x", "I will write to Astrid about it."))

    assert [p.text for p in speech.plans([late])] == ["I will write to Astrid about it."]


def test_long_texts_are_cut_at_a_blank() -> None:
    assert excerpt("one two three four", 12) == "one two …"
    assert stems("The labels were stripped, passing all tests") == {"label", "strip", "pass", "test"}


# ---------------------------------------------------------------- what a reader of text loses


def test_a_run_whose_count_in_red_was_not_read_failed_all_the_same() -> None:
    found = terminal.test_runs(view(
        line("tests/test_scales.py::test_tare - assert 1 == 2", y=100, start_s=5),
        line("failed, 4 passed in", y=120, start_s=5), activity="debugging",
    ))  # fmt: skip

    assert [(r.passed, r.failed, r.failing) for r in found] == [(4, 1, ("test_tare",))]


def test_a_commit_is_seen_beside_the_window_behind_and_spelled_as_it_was_typed() -> None:
    found = results.outcomes(view(
        line('lena@h:~$ git commit -am "Read times as UTC"', y=100, start_s=5),
        line("parse level[main 1f0e9bc] Read times as UTc", y=120, start_s=6),
    ))  # fmt: skip

    assert [(o.what, o.detail, o.mark) for o in found] == [("commit", "Read times as UTC", "1f0e9bc")]


def test_queries_tell_their_tables() -> None:
    found = terminal.queried(view(
        line("00 hives=# select h.name from hives h join frames f on f.hive = h.id;", y=60, start_s=5),
        line("sqlite> insert into weights values (1);", y=90, start_s=9), line("$ ls from here", y=120, start_s=9),
    ))  # fmt: skip

    assert [table for _, table in found] == ["hives", "frames", "weights"]


def test_a_command_that_was_read_twice_is_told_once() -> None:
    found = terminal.commands(view(
        line("me@h:~$ gcc -Wall -o area main.c", y=60, start_s=5), line("me@h:~$ gcc.-Wall -0 area main.c", y=90, start_s=30),
    ))  # fmt: skip

    assert [c.text for c in found] == ["gcc -Wall -o area main.c"]


def test_the_name_that_is_spoken_of_comes_before_lines_that_moved() -> None:
    shown = (
        line("def tare(raw):", y=100),
        line("def total(frames):", y=200),
        line("return raw - TARE - EXTRA", y=230, start_s=9),
    )

    assert [n for _, n in code.worked_on(view(*shown, activity="coding"))] == ["total"]
    scope = line("line: 4 col: 2 scope: tare", y=700, start_s=9)
    assert [n for _, n in code.worked_on(view(*shown, scope, activity="coding"))] == ["tare"]


def test_the_label_below_the_title_of_a_card_is_not_part_of_it() -> None:
    card = [
        line("Station label with trailing space crashes", x=780, y=230, h=25), line("import", x=780, y=255, h=25),
        line("bug", x=784, y=280, h=25), line("Another card that stands here", x=780, y=330),
    ]  # fmt: skip
    said = "The bug with the station label and its trailing space crashes the import, so I start there."

    found = prose.pointed_at(view(*card, activity="planning", said=(said,)))

    assert found
    assert found.text == "Station label with trailing space crashes import"
    assert found.picked


def test_the_heading_that_is_spoken_of_is_the_one_that_was_read() -> None:
    page = [line(f"This line of the page is long enough to be running text {k}.", y=300 + 20 * k) for k in range(5)]
    heads = [line("Common Properties", y=100, h=30), line("2.1. Aware and Naive Objects", y=200, h=30, start_s=20)]

    quiet = prose.headings(view(*page, *heads, activity="research"))
    spoken = prose.headings(view(*page, *heads, activity="research", said=("What are naive objects?",)))

    assert [text for _, text in quiet] == ["Common Properties", "Aware and Naive Objects"]
    assert [text for _, text in spoken] == ["Aware and Naive Objects"]


@pytest.mark.parametrize(
    "text", ['Saving file "/home/lena/report.txt".', "which is older and has no roof.", "69 words, 409 characters are here."]
)
def test_what_an_editor_says_and_the_end_of_a_cut_sentence_were_not_written(text: str) -> None:
    assert prose.written(view(line(text, start_s=9), activity="writing")) == []


def test_lost_blanks_come_back() -> None:
    found = prose.written(view(line("Dear Astrid,thank you for the honey.It was good.", start_s=9), activity="writing"))
    assert [text for _, text in found] == ["Dear Astrid, thank you for the honey.", "It was good."]


def test_a_title_that_a_tab_has_cut_off_is_completed() -> None:
    whole = line("decimal — Decimal arithmetic — Python")
    longer = line("Draft: Cache tiles on disk (12 ×", y=200)

    assert _thing("decimal —Decimal arith", whole) == "decimal — Decimal arithmetic — Python"
    assert _thing("Draft: Cache tiles on disk", longer) == "Draft: Cache tiles on disk"


def _thing(title: str, *lines: ScreenLine) -> str:
    thing = thing_of(view(*lines, activity="research", title=title))
    return thing.text if thing else ""


def test_a_page_with_mail_folders_is_mail_whatever_it_is_called() -> None:
    folders = [line(name, x=12, y=150 + 30 * k) for k, name in enumerate(("Inbox 12", "Sent", "Drafts", "Spam"))]
    head = line("Invitation to the honey fair", x=220, y=160, h=34)

    found = mail(view(*folders, head, activity="communication", title="Brieftaube"))

    assert found
    assert (found.manner, found.subject) == ("read", "Invitation to the honey fair")
    assert mail(view(*folders[:2], head, activity="communication", title="Brieftaube")) is None


def test_an_announcement_weighs_too_little_for_a_short_text() -> None:
    found = speech.quotes(view(said=("Let me check the documentation on the naive objects and their time zones.",)))
    assert len(found) == 1
    assert found[0].weight < speech.LEAST_SCORE
