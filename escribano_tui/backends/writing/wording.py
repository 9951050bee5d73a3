"""Claims as Markdown sentences, each ending in the times that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from escribano_tui.domain.phrase import Phrase, Piece, capitalised, markdown, phrase
from escribano_tui.domain.summary import Claim
from escribano_tui.domain.times import cite

MOST_CITED = 4


def citation(claim: Claim) -> str:
    """`[0:26, 2:18]`: every time lies inside of its segment."""
    return citations((claim,))


def citations(claims: Sequence[Claim]) -> str:
    """The times of several claims that share a sentence; where several recordings are told, by the recording's name:
    `[0:26, 2:18]`, `[standup 0:26, 2:18; demo 0:05]`."""
    times: dict[tuple[str, str], None] = {}
    for claim in claims:
        sources = claim.sources or ("",) * len(claim.moments)
        times |= dict.fromkeys((s, cite(t_s, end_s)) for s, (t_s, end_s) in zip(sources, claim.moments, strict=True))
    by_source: dict[str, list[str]] = {}
    for source, time in list(times)[:MOST_CITED]:
        by_source.setdefault(source, []).append(time)
    return f"[{'; '.join(_at(source, told) for source, told in by_source.items())}]"


def _at(source: str, times: Sequence[str]) -> str:
    return f"{source} {', '.join(times)}".strip()


def sentence(said: Phrase, claim: Claim) -> str:
    """A phrase as a sentence of its own. The full stop comes after the citation, unless a quote has its own."""
    last = said[-1] if said else Piece("")
    ended = last.text.rstrip().endswith((".", "!", "?", "…")) and last.style in ("quote", "name")
    return f"{markdown(said)} {citation(claim)}{'' if ended else '.'}"


# ---------------------------------------------------------------- points


def point(claims: Sequence[Claim]) -> str:
    """The sentences of one point of a card, without `I`."""
    return " ".join(sentence(s, c) for s, c in _points(claims))


def _points(claims: Sequence[Claim]) -> list[tuple[Phrase, Claim]]:
    """What each claim says here; several quotes in a row share their lead."""
    told: list[tuple[Phrase, Claim]] = []
    before = ""
    for claim in claims:
        lead = "" if claim.kind != "said" else "Said: " if claim.mine else "Heard: "
        told.append(
            (phrase(lead, claim.phrase) if lead != before else claim.phrase, claim)
            if lead
            else (capitalised(claim.phrase), claim)
        )
        before = lead
    return told


def clauses(claims: Sequence[Claim]) -> str:
    """Claims as clauses of one sentence, for the one line of a stand-up: `worked on x [0:26]; ran y [1:11].`"""
    if not claims:
        return ""
    said = "; ".join(f"{'said: ' if c.kind == 'said' else ''}{markdown(c.phrase)} {citation(c)}" for c in claims)
    return f"{said}."


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# ---------------------------------------------------------------- prose

_THEN = ("Then ", "After that ", "", "Next ", "Then ", "")
_SAID = ("I said: ", "I noted: ", "I remarked: ")
_MOST_QUOTES = 3  # for one deed
_LATER_S = 600.0
_SENTENCES_A_PARAGRAPH = 6


@dataclass(slots=True)
class _Teller:
    """Where a telling is: how many deeds it has told, how many quotes, and when the last one was."""

    deeds: int = 0
    quotes: int = 0
    last_s: float = 0.0


def paragraphs(groups: Sequence[Sequence[Claim]]) -> str:
    """The claims of a subject in whole sentences, in the first person, in paragraphs."""
    teller = _Teller()
    told: list[list[str]] = [[]]
    for group in groups:
        if len(told[-1]) >= _SENTENCES_A_PARAGRAPH:
            told.append([])
        for said, run in groupby(sorted(group, key=lambda c: c.t_s), key=lambda c: c.kind == "said"):
            claims = list(run)
            told[-1] += _quoted(claims, teller) if said else [_told(claim, teller) for claim in claims]
    return "\n\n".join(" ".join(sentences) for sentences in told if sentences)


def _told(claim: Claim, teller: _Teller) -> str:
    if claim.kind == "seen":
        return sentence(phrase("The screen showed: ", claim.phrase), claim)
    if claim.kind == "told" or not claim.mine:
        return sentence(capitalised(claim.phrase), claim)
    lead = _lead(claim, teller)
    teller.deeds += 1
    teller.last_s = claim.t_s
    return sentence(phrase(capitalised(phrase(f"{lead}I ")), claim.phrase), claim)


def _quoted(claims: Sequence[Claim], teller: _Teller) -> list[str]:
    """What was said in one segment, the best of it in one sentence, what was heard in another."""
    told = []
    for mine in (True, False):
        best = sorted((c for c in claims if c.mine is mine), key=lambda c: (-c.weight, c.t_s))[:_MOST_QUOTES]
        if best:
            lead = _SAID[teller.quotes % len(_SAID)] if mine else "I heard: "
            teller.quotes += mine
            quotes = [f"{markdown(c.phrase)} {citation(c)}" for c in sorted(best, key=lambda c: c.t_s)]
            told.append(f"{lead}{_and(quotes)}.")
    return told


def _and(quotes: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(quotes[:-1]), quotes[-1]] if len(quotes) > 1 else quotes)


def _lead(claim: Claim, teller: _Teller) -> str:
    if teller.deeds == 0:
        return ""
    if claim.t_s - teller.last_s > _LATER_S:
        return "Later "
    return _THEN[(teller.deeds - 1) % len(_THEN)]
