"""A browser that only some pictures name."""

from __future__ import annotations

from escribano_tui.domain.cues import parse_cues
from escribano_tui.domain.evidence import Description
from escribano_tui.pipeline.segmenting.naming import UNNAMED, with_browsers_named

CUES = parse_cues("""
[kind.browser]
[kind.terminal]
[[program]]
name = "Falkon"
kind = "browser"
[[program]]
name = "Dillo"
kind = "browser"
[[program]]
name = "xterm"
kind = "terminal"
""")


def told(t_s: float, app: str) -> Description:
    return Description(t_s, f"Looks up “tides” in {app}.", "research", 0.8, apps=(app, "git"), why=(f"{app} in front",))


def test_it_gets_the_name_that_the_others_have() -> None:
    named = with_browsers_named([told(1, "Falkon"), told(2, UNNAMED), told(3, "xterm")], CUES)
    assert [d.apps[0] for d in named] == ["Falkon", "Falkon", "xterm"]
    assert (named[1].sentence, named[1].why) == ("Looks up “tides” in Falkon.", ("Falkon in front",))
    assert named[1].apps == ("Falkon", "git")


def test_it_stays_unnamed_where_nobody_names_it_or_two_are_in_use() -> None:
    alone = [told(1, UNNAMED), told(2, "xterm")]
    both = [told(1, "Falkon"), told(2, UNNAMED), told(3, "Dillo")]
    assert with_browsers_named(alone, CUES) == tuple(alone)
    assert with_browsers_named(both, CUES) == tuple(both)
    assert with_browsers_named(both, None) == tuple(both)
