"""Sessions and dossiers, put together from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from escribano_tui.domain.coverage import cover, speech_notes
from escribano_tui.domain.evidence import Change, Description, Envelope, Frame, LeftOut, ScreenLine, SpeechSpan, Utterance
from escribano_tui.domain.exclusions import left_unread
from escribano_tui.domain.journal import Misfit, Replays, Standing, fold
from escribano_tui.domain.operations import Say
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.said import Corrected, correct
from escribano_tui.domain.segment import Segment, Subject
from escribano_tui.domain.session import Coverage, Dossier, Evidence, RunRecord, Session
from escribano_tui.domain.speech import latest, told_once
from escribano_tui.domain.timeline import Timeline
from escribano_tui.ports import Store

T = TypeVar("T")
FOREVER = float("inf")


def load(store: Store, run: RunRecord, phase: str, kind: type[T], start_s: float = 0.0, end_s: float = FOREVER) -> list[T]:
    """Evidence of one kind that a phase of a run gave; nothing where it was skipped."""
    record = run.phase(phase)
    if record is None or not record.output_id:
        return []
    return store.outputs.load(record.output_id, kind, start_s, end_s)


def load_draft(store: Store, recording: Recording, run: RunRecord) -> Timeline:
    """The machine's timeline of a run. Raises LookupError where it has not been drafted."""
    segments = load(store, run, "subjects", Segment)
    if not segments:
        raise LookupError("Nothing has been drafted of this recording yet.")
    return Timeline(segments[-1].end_ms, tuple(segments), tuple(load(store, run, "subjects", Subject)))


def make_session(
    store: Store, recording: Recording, run: RunRecord, draft: Timeline, replays: Replays | None = None, name: str = ""
) -> Session:
    """The draft with the edits that stand; `replays` remembers earlier states of a draft by its `name`."""
    standing = fold(store.journal.entries(recording.id))
    timeline, misfits = (replays or Replays()).replay(name or run.id, draft, standing.edits)
    return Session(recording, run, draft, timeline, standing, (*misfits, *_unheard(store, run, standing)))


def _unheard(store: Store, run: RunRecord, standing: Standing) -> list[Misfit]:
    """The corrections of speech that do not fit what this run heard."""
    missed = load_said(store, run, standing.said).misfits if standing.said else ()
    why = "this run heard the speech there in one piece with what stands beside it"
    return [Misfit(e.revision, e.said, why) for e in standing.edits if any(o in missed for o in e.operations)]


def load_said(store: Store, run: RunRecord, says: Sequence[Say], start_s: float = 0.0, end_s: float = FOREVER) -> Corrected:
    """What was said on every track, as the owner has it: the refined text of a span where there is one, else the first,
    and the owner's over both."""
    near = [s for s in says if s.start_ms < end_s * 1000 and s.end_ms > start_s * 1000]
    low = min([start_s, *(s.start_ms / 1000 for s in near)])  # a correction is laid over all that it is about
    high = max([end_s, *(s.end_ms / 1000 for s in near)])
    first, refined = (load(store, run, phase, Utterance, low, high) for phase in ("transcribe", "refine"))
    return correct(latest(first, refined, load(store, run, "listen", SpeechSpan, low, high)), near)


def load_utterances(
    store: Store, run: RunRecord, says: Sequence[Say] = (), start_s: float = 0.0, end_s: float = FOREVER
) -> list[Utterance]:
    """What was said, each utterance once."""
    said = told_once(load_said(store, run, says, start_s, end_s).utterances)
    return [u for u in said if u.start_s < end_s and u.end_s > start_s]


def load_evidence(
    store: Store, run: RunRecord, says: Sequence[Say] = (), start_s: float = 0.0, end_s: float = FOREVER,
    lines: bool = True, curves: bool = True,
) -> Evidence:  # fmt: skip
    """What was seen and heard in a span of time, with the corrections `says` of what was heard; the curves, which are of
    the whole recording, only where they are wanted."""
    return Evidence(
        frames=tuple(load(store, run, "frames", Frame, start_s, end_s)),
        descriptions=tuple(load(store, run, "describe", Description, start_s, end_s)),
        lines=tuple(load(store, run, "read", ScreenLine, start_s, end_s)) if lines else (),
        utterances=tuple(load_utterances(store, run, says, start_s, end_s)),
        changes=tuple(load(store, run, "scan", Change, start_s, end_s)),
        envelopes=(*load(store, run, "scan", Envelope), *load(store, run, "listen", Envelope)) if curves else (),
    )


def load_coverage(store: Store, recording: Recording, run: RunRecord) -> Coverage:
    """What was looked at and listened to, and what was not, with a sentence for each thing that is missing."""
    failed = {p.name: p.items_failed for p in run.phases}
    notes = list(recording.notes)
    for phase in run.phases:
        if phase.state == "skipped" and phase.name in ("read", "describe", "transcribe") and phase.note:
            notes.append(f"{phase.name}: {phase.note}")
        elif phase.state == "failed":
            notes.append(f"{phase.name} failed: {phase.note}")
        elif phase.items_failed:
            notes.append(f"{phase.name}: {phase.items_failed} of {phase.items} failed; run with --retry-failed.")
    described = load(store, run, "describe", Description)
    notes += left_unread(described)
    spans = load(store, run, "listen", SpeechSpan)
    first, refined = (load(store, run, phase, Utterance) for phase in ("transcribe", "refine"))
    left_out = [o for phase in ("listen", "transcribe") for o in load(store, run, phase, LeftOut)]
    notes += speech_notes(latest(first, refined, spans), left_out)
    coverage = cover(
        recording.duration_s,
        [d.t_s for d in described],
        spans,
        [*first, *refined],  # also what is told by another track only: it was transcribed
        failed.get("frames", 0) + failed.get("describe", 0),
        notes,
    )
    not_taken: Counter[str] = Counter()
    for one in load(store, run, "frames", LeftOut):
        not_taken[one.why] += one.count
    return replace(coverage, frames_left_out=tuple(not_taken.most_common()))


def make_dossier(store: Store, recording: Recording, run: RunRecord) -> Dossier:
    """All that is known of a run, with the owner's edits applied, and utterances aligned to the edited segments."""
    session = make_session(store, recording, run, load_draft(store, recording, run))
    evidence = load_evidence(store, run, session.standing.said)
    return Dossier(session, evidence, load_coverage(store, recording, run))


def machines_own(store: Store, dossier: Dossier) -> Dossier:
    """The same without anything that the owner corrected."""
    session = replace(dossier.session, timeline=dossier.session.draft, misfits=())
    heard = tuple(load_utterances(store, session.run))
    return replace(dossier, session=session, evidence=replace(dossier.evidence, utterances=heard))
