"""Rules behind a label: which are offered, which frames they mean, which segments they would change."""

from __future__ import annotations

from dataclasses import replace

import pytest

from escribano_tui.domain.cues import Rule
from escribano_tui.domain.evidence import Description
from escribano_tui.domain.learning import candidates, would_change
from escribano_tui.domain.ruling import fits, ruled, ruling, sentence_of
from escribano_tui.domain.segment import Segment


def told(
    t_s: float, app: str = "", site: str = "", document: str = "", page: str = "", activity: str = "research"
) -> Description:
    return Description(
        t_s, "Does it.", activity, 0.8, (app,) if app else (), document=document, title=document, site=site, page=page,
        scores={activity: 0.8, "other": 0.2},
    )  # fmt: skip


DOCS = told(1.0, "Firefox", "docs.python.org", "datetime - Python", "Documentation")
SEGMENT = Segment("s", 0, 10_000, "planning", "datetime", confidence=1.0)


@pytest.mark.parametrize(
    ("rule", "fitting"),
    [
        (Rule(site="docs.python.org"), True),
        (Rule(site="python.org"), True),
        (Rule(site="Python"), True),
        (Rule(site="thon.org"), False),
        (Rule(site="documentation"), True),
        (Rule(site="Docu"), False),
        (Rule(program="firefox"), True),
        (Rule(program="Fire"), False),
        (Rule(title="DATETlME"), True),
        (Rule(title="date - time"), True),
        (Rule(title="calendar"), False),
        (Rule(title="—"), False),
        (Rule(program="Firefox", title="calendar"), False),
        (Rule("planning"), False),
    ],
)
def test_all_that_a_rule_names_must_fit(rule: Rule, fitting: bool) -> None:
    assert fits(rule, DOCS) is fitting


def test_the_last_rule_that_fits_counts() -> None:
    rules = [Rule("reading", program="Firefox"), Rule("planning", site="python.org"), Rule(site="python.org", personal=True)]
    assert ruling(rules, DOCS) == rules[1]
    assert ruling(rules[:1], DOCS) == rules[0]
    assert ruling(rules, told(0, "Geany")) is None


def test_a_ruled_description_says_so_and_shares_still_add_up() -> None:
    rules = [Rule("planning", site="python.org")]
    changed = ruled(DOCS, rules)
    assert changed.activity == max(changed.scores, key=lambda a: changed.scores[a]) == "planning"
    assert sum(changed.scores.values()) == pytest.approx(1.0)
    assert changed.why[0] == "your rule: python.org"
    assert ruled(changed, rules) is changed
    assert ruled(DOCS, []) is DOCS


def test_candidates_of_an_editor_and_of_a_mailbox() -> None:
    editor = candidates(SEGMENT, [told(k, "Geany", document="plan.md") for k in range(3)])
    assert [c.rule for c in editor] == [Rule("planning", "Geany", title="plan.md"), Rule("planning", "Geany")]
    mailbox = candidates(SEGMENT, [told(k, "Firefox", "mail.example", f"Inbox ({k}) - Example Mail") for k in range(3)])
    assert [c.rule for c in mailbox] == [
        Rule("planning", site="mail.example"), Rule("planning", "Firefox", title="Example Mail"), Rule("planning", "Firefox"),
    ]  # fmt: skip
    assert mailbox[1].sentence == "Windows of Firefox titled “Example Mail” are planning."


def test_a_glance_makes_no_rule_and_nothing_makes_none() -> None:
    mostly = [told(k, "Geany", document="plan.md") for k in range(4)] + [told(5, "Firefox", "a.example", "A")]
    assert all("Firefox" not in c.sentence for c in candidates(SEGMENT, mostly))
    scattered = [told(1, "Firefox", "a.example", "Alpha"), told(2, "Firefox", "b.example", "Beta")]
    assert [c.rule for c in candidates(SEGMENT, scattered)] == [Rule("planning", "Firefox")]
    assert candidates(SEGMENT, []) == ()
    assert candidates(SEGMENT, [told(20, "Geany")]) == (), "what lies outside does not count"
    assert candidates(SEGMENT, [told(1)]) == ()


def test_what_would_change_and_what_the_owner_said() -> None:
    segments = [
        replace(SEGMENT, id=str(k), start_ms=k * 10_000, end_ms=(k + 1) * 10_000, activity="research", confidence=0.9)
        for k in range(5)
    ]
    segments[1] = replace(segments[1], confidence=1.0)
    segments[2] = replace(segments[2], activity="idle")
    segments[3] = replace(segments[3], activity="planning")
    described = [replace(DOCS, t_s=k * 10.0 + 5) for k in range(4)] + [told(45, "Geany"), told(46, "Geany")]
    assert [s.id for s in would_change(Rule("planning", site="python.org"), segments, described)] == ["0"]
    assert [s.id for s in would_change(Rule("planning", program="Geany"), segments, described)] == ["4"]


def test_a_segment_that_is_personal_makes_rules_that_say_so() -> None:
    mine = replace(SEGMENT, personal=True)
    rules = [c.rule for c in candidates(mine, [told(k, "Geany", document="plan.md") for k in range(3)])]
    assert rules == [Rule("planning", "Geany", title="plan.md", personal=True), Rule("planning", "Geany", personal=True)]
    drafted = [replace(SEGMENT, confidence=0.9), replace(mine, confidence=0.9, id="known")]
    assert [s.id for s in would_change(rules[1], drafted, [told(1, "Geany")])] == ["s"]
    assert [s.id for s in would_change(Rule(program="Geany", personal=True), drafted, [told(1, "Geany")])] == ["s"]


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (Rule("planning", site="docs.python.org"), "Pages of docs.python.org are planning."),
        (Rule("planning", site="Documentation", program="Firefox"), "Documentation pages in Firefox are planning."),
        (Rule("planning", title="budget"), "Windows titled “budget” are planning."),
        (Rule("media", program="VLC", personal=True), "Windows of VLC are media and personal."),
    ],
)
def test_a_rule_as_a_sentence(rule: Rule, says: str) -> None:
    assert sentence_of(rule) == says
