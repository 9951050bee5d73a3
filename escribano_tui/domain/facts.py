"""Facts first: one computed sheet per revision. Writers only word it; every claim has the moments that it rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from escribano_tui.domain.activity import IMPORTANCE
from escribano_tui.domain.deeds import Deed, word
from escribano_tui.domain.evidence import ScreenLine
from escribano_tui.domain.finding import results, speech, terminal
from escribano_tui.domain.finding.doing import Context, deed_of
from escribano_tui.domain.finding.sentences import stems
from escribano_tui.domain.finding.things import app_of, thing_of, title_of
from escribano_tui.domain.finding.views import View, key_of, views
from escribano_tui.domain.phrase import Phrase, Piece, capitalised, code, listed, name, phrase, plain, quote
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Dossier
from escribano_tui.domain.summary import Claim, FactSheet, SubjectFacts, TimeRow
from escribano_tui.domain.timeline import Timeline

_NEAR_S = 20.0
SCREEN_READER = "screen-reader"  # the describer that says no more than the facts here do
PERSONAL = "personal"  # what stands in place of the activity of personal time


def build(dossier: Dossier) -> FactSheet:
    """The facts of a session as corrected. work + idle + personal is the duration, to the millisecond."""
    session, coverage = dossier.session, dossier.coverage
    timeline, recording = session.timeline, session.recording
    seen = views(dossier)
    work = [v for v in seen if is_work(v.segment)]
    labels = {s.id: s for s in timeline.subjects}
    groups: dict[tuple[str, str], list[View]] = defaultdict(list)
    for view in work:
        subject = labels[view.segment.subject_id]
        label = subject.label if subject.kind == "work" else _own_label(view)
        groups[subject.id, label].append(view)
    lines = dossier.evidence.lines
    subjects = [_subject(subject_id, label, group, lines) for (subject_id, label), group in groups.items()]
    return FactSheet(
        recording_id=recording.id,
        revision=session.revision,
        started_at=recording.started_at,
        duration_ms=timeline.duration_ms,
        work_ms=sum(v.segment.duration_ms for v in work),
        idle_ms=sum(s.duration_ms for s in timeline.segments if s.activity == "idle" and not s.personal),
        personal_ms=sum(s.duration_ms for s in timeline.segments if s.personal),
        subjects=tuple(sorted(subjects, key=lambda s: (-s.duration_ms, s.start_ms))),
        timeline=_rows(timeline, seen),
        spoken_s=coverage.spoken_s,
        untranscribed_s=coverage.speech_untranscribed_s,
        frames_failed=coverage.frames_failed,
        notes=coverage.notes,
        sound=bool(recording.tracks),
    )


def is_work(segment: Segment) -> bool:
    return not segment.personal and segment.activity != "idle"


def _own_label(view: View) -> str:
    """A segment that was put back to work out of idle or personal time is a subject of its own."""
    thing = thing_of(view)
    return thing.text if thing else app_of(view) or view.segment.activity.capitalize()


def _rows(timeline: Timeline, seen: Sequence[View]) -> tuple[TimeRow, ...]:
    """The time line, personal time without its content, neighbours that are personal or idle as one row."""
    rows: list[TimeRow] = []
    labels = {s.id: s.label for s in timeline.subjects}
    for view in seen:
        s = view.segment
        if is_work(s):
            row = (s.start_ms, s.end_ms, s.activity, _row_title(view), labels[s.subject_id], app_of(view))
        else:
            row = (s.start_ms, s.end_ms, PERSONAL if s.personal else "idle", "", "", "")
            if rows and rows[-1][2:] == row[2:]:
                row = (rows.pop()[0], *row[1:])
        rows.append(row)
    return tuple(rows)


def _row_title(view: View) -> str:
    """What a segment is called on the time line: at the command line what came of it says more than a window's title."""
    if "title" in view.owned or view.segment.activity not in ("terminal", "debugging"):
        return title_of(view)
    runs = terminal.test_runs(view)
    failed = next((r for r in runs if r.failed), None)
    if failed:
        return plain(_tests(failed))
    results = [claim.text.rstrip(".") for claim in _results(view, runs)]
    return results[0] if results else next((c.text for c in terminal.commands(view)), "") or title_of(view)


def _subject(subject_id: str, label: str, group: list[View], lines: Sequence[ScreenLine]) -> SubjectFacts:
    by_activity: dict[str, int] = defaultdict(int)
    for view in group:
        by_activity[view.segment.activity] += view.segment.duration_ms
    claims: list[Claim] = []
    names: dict[str, None] = {}
    for view in group:
        told = _claims(view, names)
        claims += [c for c in told if not (claims and c.deed and _bare(c.deed) and not view.owned)]
        names |= dict.fromkeys(p.text for c in claims if c.deed and c.deed.activity == "coding" for p in c.deed.parts)
    claims = _once(claims, _open_ends(group, claims, lines))
    return SubjectFacts(
        subject_id=subject_id,
        label=label,
        duration_ms=sum(by_activity.values()),
        by_activity=tuple(sorted(by_activity.items(), key=lambda a: (-a[1], a[0]))),
        claims=tuple(claims),
        importance=min((v.segment.importance for v in group), key=IMPORTANCE.index),
        start_ms=group[0].segment.start_ms,
    )


# ---------------------------------------------------------------- claims of one segment


def _claims(view: View, names: Collection[str]) -> list[Claim]:
    """What is told of one segment, the deed first, then in time order. `names` are those the subject was at before."""
    runs = terminal.test_runs(view) if view.segment.activity in terminal.RUNS else []
    told = sorted([*_results(view, runs), *_said(view), *_seen(view)], key=lambda c: c.t_s)
    deeds = _deed(view, Context(runs, names))
    if told and not view.owned:
        deeds = [d for d in deeds if d.deed is None or not _bare(d.deed)]
    things = {key_of(d.deed.thing.text) for d in deeds if d.deed and d.deed.thing}
    return [*deeds, *(c for c in told if c.outcome not in {f"save {thing}" for thing in things})]


def _bare(deed: Deed) -> bool:
    """Whether it says no more than the activity."""
    told = deed.thing is not None and deed.activity == "coding"
    return not deed.parts and not deed.more and not told and deed.activity in ("terminal", "debugging", "coding")


def _once(claims: list[Claim], ends: list[Claim]) -> list[Claim]:
    """Without what is told twice: sentences that say what is to come, or that say what a result says."""
    to_come = {c.text for c in ends}
    results = {c.outcome or c.text: c for c in reversed(claims) if c.kind == "result"}  # the first of each
    claims = [c for c in claims if c.kind != "result" or results[c.outcome or c.text] is c or _speaks_of_tests(c)]
    claims = _without_repeated_runs(claims)
    shown_by = {c.moments[0] for c in claims if c.deed}  # a sentence that shows what was done is not quoted as well
    told = [c for c in claims if c.kind != "said" or (c.text not in to_come and c.moments[0] not in shown_by)]
    return [c for c in told if c.kind != "said" or not any(_says(c, r) for r in results.values())] + ends


def _without_repeated_runs(claims: list[Claim]) -> list[Claim]:
    """A test run that ended as the one before it is told once."""
    kept: list[Claim] = []
    last = ""
    for claim in claims:
        if _speaks_of_tests(claim):
            if claim.kind == "result" and claim.text == last:
                continue
            last = claim.text
        kept.append(claim)
    return kept


def _says(said: Claim, result: Claim) -> bool:
    told = stems(result.text)
    near = abs(said.t_s - result.t_s) <= _NEAR_S and said.segment_ids == result.segment_ids
    return near and len(stems(said.text) & told) >= 2 and len(said.text.split()) <= 8


def _deed(view: View, context: Context) -> list[Claim]:
    minutes = view.segment.duration_ms / 60_000
    claims = []
    if "description" in view.owned:
        sentence = phrase(name(view.segment.description.rstrip(". ")))
        claims.append(_claim(view, "told", sentence, view.segment.start_s, weight=10 + minutes))
    if not claims or view.owned & {"title", "apps", "topics"}:
        deed, t_s = deed_of(view, context)
        told = bool(deed.parts) + bool(deed.more) + bool(deed.thing)
        claims.append(_claim(view, "did", word(deed), t_s, weight=minutes + told, mine=True, deed=deed))
    return claims


def _claim(
    view: View, kind: str, sentence: Phrase, t_s: float, *, weight: float, mine: bool = False, deed: object = None
) -> Claim:
    text = plain(capitalised(sentence))
    return Claim(
        _ended(text), (view.moment(t_s),), kind, (view.segment.id,), round(weight, 3), sentence, mine, deed,  # type: ignore[arg-type]
    )  # fmt: skip


def _results(view: View, runs: Sequence[terminal.TestRun]) -> list[Claim]:
    claims = []
    told = view.segment.activity == "debugging"  # there the first failure is the deed
    for run in runs:
        if run.failed and told:
            told = False
            continue
        claims.append(_claim(view, "result", _tests(run), run.t_s, weight=6.0))
    for outcome in results.outcomes(view):
        wording, mine = _outcome(outcome)
        weight = _OUTCOME_WEIGHT.get(outcome.what, 4.0)
        claim = _claim(view, "result", wording, outcome.t_s, weight=weight, mine=mine)
        claims.append(replace(claim, outcome=f"{outcome.what} {outcome.mark or key_of(outcome.detail)}"))
    return claims


def _tests(run: terminal.TestRun) -> Phrase:
    whole = run.passed + run.failed
    if not whole:
        return phrase("the tests passed")
    if not run.failed:
        return phrase("the test passed" if whole == 1 else f"all {whole} tests passed")
    named = (" (", listed([code(n) for n in run.failing]), ")") if run.failing else ()
    return phrase(f"{run.failed} of {whole} tests failed", *named)


_OUTCOME_WEIGHT = {"commit": 8.0, "merge": 8.0, "deploy": 8.0, "sent": 7.0, "push": 6.0, "build": 5.0, "save": 2.0}


def _outcome(outcome: results.Outcome) -> tuple[Phrase, bool]:
    """The sentence of a result, and whether the owner is its subject."""
    detail = Piece(outcome.detail, "code")
    match outcome.what:
        case "commit":
            return phrase("committed ", quote(outcome.detail), *((" as ", code(outcome.mark)) if outcome.mark else ())), True
        case "push":
            return phrase("pushed to ", detail), True
        case "build":
            return phrase("the build succeeded" if outcome.good else "the build failed"), False
        case "install":
            return phrase("installed ", detail), True
        case "merge":
            return phrase("the change was merged"), False
        case "deploy":
            return phrase("the deployment went through"), False
        case "sent":
            return phrase("the message was sent"), False
    return phrase("saved ", detail), True


def _said(view: View) -> list[Claim]:
    return [
        _claim(view, "said", phrase(quote(q.text)), q.t_s, weight=q.weight, mine=not q.heard) for q in speech.quotes(view)
    ]  # fmt: skip


def _seen(view: View) -> list[Claim]:
    """What a vision model said of the segment, the surest sentence; the screen reader's own say what the deed says."""
    looked = [d for d in view.descriptions if d.sentence and not d.doubtful and d.backend not in ("", SCREEN_READER)]
    best = max(looked, key=lambda d: d.confidence, default=None)
    return [_claim(view, "seen", phrase(quote(best.sentence)), best.t_s, weight=3.0)] if best else []


# ---------------------------------------------------------------- what is left


def _open_ends(group: list[View], claims: Iterable[Claim], lines: Sequence[ScreenLine]) -> list[Claim]:
    """What was said of the time to come, and tests that failed when they were last run."""
    by_id = {v.segment.id: v for v in group}
    found = []
    for plan in speech.plans(group):
        view = next((v for v in group if any(u.start_s <= plan.t_s <= u.end_s for u in v.said)), group[-1])
        found.append(_claim(view, "next", phrase(quote(plan.text)), plan.t_s, weight=5.0, mine=not plan.heard))
    last = [c for c in claims if _speaks_of_tests(c)][-1:]
    for claim in last:
        failing = claim.deed.more if claim.deed else tuple(p for p in claim.phrase if p.style == "code")
        if (claim.deed or "failed" in claim.text) and not terminal.passes_later(lines, claim.t_s):
            sentence = phrase(listed(failing), " failed in the last run") if failing else phrase("tests failed in the last run")
            found.append(_claim(by_id[claim.segment_ids[0]], "next", sentence, claim.t_s, weight=6.0))
    return found


def _speaks_of_tests(claim: Claim) -> bool:
    if claim.deed:
        return claim.deed.manner == "tests"
    return claim.kind == "result" and any("test" in p.text and not p.style for p in claim.phrase)


def shorter(claim: Claim) -> Claim:
    """A claim for a single line: of what was written the first sentence alone."""
    if claim.deed is None or claim.deed.activity != "writing" or len(claim.deed.parts) < 2:
        return claim
    deed = replace(claim.deed, parts=claim.deed.parts[:1])
    sentence = word(deed)
    return replace(claim, text=_ended(plain(capitalised(sentence))), phrase=sentence, deed=deed)


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "”")) else f"{text}."


def gather(claims: Iterable[Claim]) -> list[Claim]:
    """Claims in time order, those with the same deed key told as one at the place of the first."""
    order: dict[str, Claim] = {}
    for k, claim in enumerate(claims):
        key = claim.deed.key if claim.deed else f"#{k}"
        order[key] = _with(order[key], claim) if key in order else claim
    return list(order.values())


def _with(first: Claim, later: Claim) -> Claim:
    assert first.deed
    assert later.deed
    deed = first.deed.with_(later.deed)
    sentence = word(deed)
    text = plain(capitalised(sentence))
    return Claim(
        _ended(text), (*first.moments, *later.moments), "did",
        tuple(dict.fromkeys((*first.segment_ids, *later.segment_ids))), first.weight + later.weight, sentence, True, deed,
        sources=(*first.sources, *later.sources), later_s=first.later_s,
    )  # fmt: skip


__all__ = ["PERSONAL", "build", "gather", "is_work", "shorter"]
