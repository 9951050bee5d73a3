"""Cues: what is shipped can be used, an owner's entries come first, and what is wrong is named."""

from __future__ import annotations

from importlib import resources

import pytest

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.cues import BadCues, parse_cues

SHIPPED = resources.files("escribano_tui.data").joinpath("cues.toml").read_text(encoding="utf-8")


def test_the_shipped_cues_hang_together() -> None:
    cues = parse_cues(SHIPPED)
    assert len(cues.programs) > 200
    assert len({p.name for p in cues.programs}) == len(cues.programs)
    assert len({s.name for s in cues.sites}) == len(cues.sites)
    assert {a for k in cues.kinds.values() for a in k.activity} == set(ACTIVITIES)
    kinds = set(cues.kinds)
    assert all(set(t.within) <= kinds for t in cues.texts)
    assert all(set(d.within) <= kinds for d in cues.documents)
    assert any(p.personal for p in cues.programs)
    assert any(s.personal for s in cues.sites)


def test_an_owners_entries_come_first_and_change_the_digest() -> None:
    own = """
[[program]]
name = "Geany"
kind = "notes"
ends = ["Geany"]
[kind.loom]
activity = { design = 2.0 }
[[program]]
name = "Weaver"
kind = "loom"
[[rule]]
title = "plan"
activity = "planning"
[topics]
weaving = ["warp"]
"""
    plain, merged = parse_cues(SHIPPED), parse_cues(SHIPPED, own)
    assert merged.program("geany") == merged.programs[0]
    assert merged.programs[0].kind == "notes"
    assert len(merged.programs) == len(plain.programs) + 1
    assert merged.kinds["loom"].activity == {"design": 2.0}
    assert merged.rules[0].title == "plan"
    assert merged.topics["weaving"] == ("warp",)
    assert merged.digest != plain.digest
    assert parse_cues(SHIPPED, own).digest == merged.digest


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ("[[program", "not valid TOML"),
        ('[[program]]\nname = "A"\nkind = "loom"', "A is of the kind loom"),
        ('[[program]]\nname = "A"\nkind = "files"\ncolour = 1', "[[program]] A: unknown field colour"),
        ('[[program]]\nname = "A"', "[[program]] A:"),
        ('[[program]]\nname = "A"\nkind = "files"\nends = "A"', "ends must be a list of texts"),
        ('[[program]]\nname = "A"\nkind = "files"\npersonal = "yes"', "personal must be true or false"),
        ('[[site]]\nname = "A"\nkind = "mail"\nneeds = "two"', "needs must be a number"),
        ('[kind.loom]\nactivity = { weaving = 1.0 }', "weaving is not an activity"),
        ('[kind]\nloom = 3', "must be tables"),
        ("topics = 3", "[topics] must hold lists of texts"),
        ("[words]\nstop = 5", "[words] must hold lists of texts"),
        ("[[cue]]\nname = 'a'", "there is no section cue"),
        ('[[text]]\nwhy = "w"\nactivity = { coding = "much" }', "must be a table of points"),
        ('[[text]]\nwhy = "w"\nactivity = { coding = 1 }\nlines = ["("]', "is not a regular expression"),
        ('[[rule]]\ntitle = "t"\nactivity = "weaving"', "weaving is not an activity"),
        ("rule = 3", "must be a list of tables"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_owners_cues_is_named(own: str, said: str) -> None:
    with pytest.raises(BadCues) as error:
        parse_cues(SHIPPED, own)
    assert said in str(error.value)
