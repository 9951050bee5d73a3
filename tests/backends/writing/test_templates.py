"""Summary templates: filled, checked when they are loaded, and with nothing that could run."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from escribano_tui.backends.writing.deterministic import DeterministicWriter, formats_of
from escribano_tui.backends.writing.templates import BadTemplate, fill, load, parse
from escribano_tui.domain.facts import build
from tests.sample_session import sample


def test_fields_and_sections() -> None:
    template = parse(
        "x", "{{date}}\n{{#subjects}}\n* {{label}}{{#points}} ({{text}}){{/points}}\n{{/subjects}}\n{{^next}}none{{/next}}"
    )

    text = fill(
        template,
        {"date": "today", "subjects": [{"label": "a", "points": [{"text": "1"}, {"text": "2"}]}, {"label": "b", "points": []}]},
    )

    assert text == "today\n* a (1) (2)\n* b\nnone\n"


def test_values_are_not_read_as_templates() -> None:
    assert fill(parse("x", "{{date}}"), {"date": "{{#subjects}}{{label}}"}) == "{{#subjects}}{{label}}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{nonsense}}", "there is no field nonsense here; there are account, date"),
        ("{{label}}", "there is no field label here"),
        ("{{#subjects}}{{/points}}", "ends a section that is not open"),
        ("{{#subjects}}", "the section subjects does not end"),
        ("+++\nwords = 3\n", "a line [+]{3} is missing"),
        ("+++\nwords = \n+++\n", "not TOML"),
        ("+++\nwordz = 3\n+++\n", "there is no setting wordz; there are lead"),
        ('+++\nwords = "x"\n+++\n', "words cannot be 'x'"),
        ("+++\npoints = -1\n+++\n", "points cannot be -1"),
        ('+++\nstyle = "verse"\n+++\n', "style is points or prose"),
    ],
)
def test_a_bad_template_is_named(text: str, message: str) -> None:
    with pytest.raises(BadTemplate, match=message):
        parse("x", text)


def test_the_shipped_ones_are_sound() -> None:
    templates, problems = load()

    assert sorted(templates) == ["card", "narrative", "standup"]
    assert problems == []


def test_the_owners_come_first_and_bad_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "card.md").write_text("+++\npoints = 1\n+++\nMine: {{recorded}}{{#subjects}}\n{{label}}{{/subjects}}")
    (tmp_path / "standup.md").write_text("{{exec}}")
    (tmp_path / "weekly.md").write_text("{{#results}}* {{text}}\n{{/results}}")

    templates, problems = load(tmp_path)

    assert sorted(templates) == ["card", "narrative", "standup", "weekly"]
    assert [p.split(":")[0] for p in problems] == ["standup.md"]
    assert "## Did" in templates["standup"].body
    writer = DeterministicWriter(formats_of({"templates": str(tmp_path)}))
    text = writer.write(build(sample()), "card", None, threading.Event()).markdown
    assert text.startswith("Mine: 8:00\nRounding of hive weights\nApiary notes\n")
    assert writer.write(build(sample()), "weekly", None, threading.Event()).markdown.startswith(
        "* All 4 tests passed [5:00]; committed"
    )
