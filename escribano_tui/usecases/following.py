"""Keeps what is listed, searched and summed in step with runs, journals and summaries."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from escribano_tui.domain.evidence import Utterance
from escribano_tui.domain.operations import Say
from escribano_tui.domain.overview import SAID, Overview, Point, moments_of, points_of, told_once
from escribano_tui.domain.own_text import layered
from escribano_tui.domain.session import RunRecord
from escribano_tui.domain.summary import Summary
from escribano_tui.ports import Store
from escribano_tui.usecases import dossiers

FOREVER_S = float("inf")


@dataclass(frozen=True, slots=True)
class Follower:
    """Makes overviews of sessions that have changed, one short transaction each. One thread at a time does the work;
    the others go on with what there is."""

    store: Store
    formats_of: Callable[[], list[str]]
    _working: threading.Lock = field(default_factory=threading.Lock)

    def catch_up(self, patience_s: float = FOREVER_S) -> int:
        """Take in what has changed, for about so many seconds; returns how many sessions are left."""
        stale = self.store.overviews.stale()
        if not stale:
            return 0
        if not self._working.acquire(timeout=patience_s if patience_s != FOREVER_S else -1):
            return len(stale)
        try:
            return self._take_in(self.store.overviews.stale(), time.monotonic() + patience_s)
        except PermissionError:  # a library that can only be read is listed and searched as it was left
            return len(stale)
        finally:
            self._working.release()

    def _take_in(self, stale: list[str], until: float) -> int:
        for done, recording_id in enumerate(stale):
            if done and time.monotonic() > until:
                return len(stale) - done
            self._renew(recording_id)
        return 0

    def _renew(self, recording_id: str) -> None:
        made = self._overview(recording_id)
        if made is None:
            self.store.overviews.forget(recording_id)
        else:
            self.store.overviews.save(*made)  # where it is not taken it is still marked, and made anew the next time

    def _overview(self, recording_id: str) -> tuple[Overview, int] | None:
        store = self.store
        recording, run = store.recordings.get(recording_id), store.runs.shown(recording_id)
        if recording is None or run is None:
            return None
        newest = store.overviews.newest_summary(recording_id)
        try:
            session = dossiers.make_session(store, recording, run, dossiers.load_draft(store, recording, run))
        except LookupError:  # it is being drafted anew: the next run that ends marks it again
            return None
        summaries = [s for s in (store.summaries.newest(recording_id, f) for f in self.formats_of()) if s is not None]
        points = told_once(p for s in summaries for p in points_of(self._as_rewritten(recording_id, s), session.timeline))
        outputs = tuple((p.name, p.output_id) for p in run.phases if p.output_id)
        untold, spoken = self._speech(run, session.standing.said, len(recording.tracks))
        made = Overview(
            recording_id, run.id, session.revision, session.timeline.duration_ms, moments_of(session),
            (*points, *spoken), outputs, untold,
        )  # fmt: skip
        return made, newest

    def _as_rewritten(self, recording_id: str, summary: Summary) -> Summary:
        own = next((own for *_, own in self.store.summaries.own(recording_id, summary.format)), ())
        return replace(summary, markdown=layered(summary.markdown, own).text) if own else summary

    def _speech(
        self, run: RunRecord, says: Sequence[Say], tracks: int
    ) -> tuple[tuple[tuple[int, str], ...], list[Point]]:  # fmt: skip
        """Utterances that another one stands for, and those that are not among the evidence: the owner's words."""
        refined = run.phase("refine")
        if tracks <= 1 and not says and not (refined and refined.output_id and refined.items):
            return (), []
        told = dossiers.load_utterances(self.store, run, says)
        records = [(p.output_id, p.name) for p in run.phases if p.name in ("transcribe", "refine") and p.output_id]
        heard = [(output_id, u, name) for output_id, name in records for u in self.store.outputs.load(output_id, Utterance)]
        again = {u.id for _, u, name in heard if name == "refine"}
        stands = {(u.id, u.text) for u in told}
        untold = tuple(
            (output_id, u.id)
            for output_id, u, name in heard
            if (u.id, u.text) not in stands or (name == "transcribe" and u.id in again)
        )
        known = {(u.id, u.text) for _, u, _ in heard}
        return untold, [Point(u.start_s, u.end_s, SAID, u.text) for u in told if (u.id, u.text) not in known and u.text]
