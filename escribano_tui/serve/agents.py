"""What agents may ask of the library, and what they are given: plain data, personal time without its content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.journal import StaleRevision, replay
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.segment import Segment
from escribano_tui.domain.session import Session
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.timeline import Assign, DoesNotFit, Operation
from escribano_tui.ports import House

Row = dict[str, Any]
FIRST_YEAR, LAST_YEAR = 1970, 9998  # beyond them, midnight cannot be told in every zone
MOST: Final = 200  # rows of one answer: an agent's context is small, and it can ask again


@dataclass(frozen=True, slots=True)
class AgentDoor:
    """Every method may raise ValueError or LookupError with a sentence for the agent.

    Without `personal`, what lies in a personal segment is never given out, only how long it was.
    """

    house: House
    personal: bool = False

    def list_recordings(self, after: str = "", before: str = "", limit: int = 50) -> list[Row]:
        first, last = _day(after), _day(before)
        rows = []
        for row in self.house.library.rows():
            day = row.started_at[:10]
            if (first and day < first) or (last and day > last):
                continue
            told = asdict(row)
            told["activities_s"] = {activity: ms / 1000 for activity, ms in told.pop("activities")}
            del told["path"]  # where the owner keeps files is no agent's business
            rows.append(told)
        return rows[: _some(limit)]

    def search(self, query: str, limit: int = 20) -> Row:
        found = self.house.search.find(query, MOST, patience_s=2.0)
        hidden: dict[str, list[tuple[float, float]]] = {}
        told: list[Row] = []
        for hit in found.hits:
            if not self.personal:
                # By the session itself: what is found may be older than the owner's last correction.
                if hit.recording_id not in hidden:
                    hidden[hit.recording_id] = self._hidden(hit.recording_id)
                if hit.personal or any(start < hit.end_s and hit.since_s < end for start, end in hidden[hit.recording_id]):
                    continue
            told.append({name: value for name, value in asdict(hit).items() if name not in ("marks", "score")})
        return {"hits": told[: _some(limit)], "problems": list(found.problems)}

    def show_session(self, recording: str) -> Row:
        found, session = self._session(recording)
        labels = {s.id: s.label for s in session.timeline.subjects}
        return {
            "id": found.id, "started_at": found.started_at, "duration_s": found.duration_s, "revision": session.revision,
            "segments": [self._segment(s, labels) for s in session.timeline.segments],
        }  # fmt: skip

    def get_transcript(self, recording: str, start_s: float = 0.0, end_s: float = float("inf")) -> list[Row]:
        found, session = self._session(recording)
        hidden = [] if self.personal else _personal_spans(session)
        return [
            {"start_s": u.start_s, "end_s": u.end_s, "track": u.track, "text": u.text, "doubtful": u.doubtful}
            for u in self.house.sessions.evidence(found.id, start_s, end_s).utterances
            if not any(start < u.end_s and u.start_s < end for start, end in hidden)
        ]

    def get_summary(self, recording: str, format: str = "card") -> Row:
        found, session = self._session(recording)
        if format not in self.house.summaries.formats():
            raise ValueError(f"There is no format “{format}”; there are: {', '.join(self.house.summaries.formats())}.")
        view = self.house.summaries.view(found.id, format)
        if view.summary is None:
            raise LookupError("No summary of this format has been written yet.")
        if view.stale and not self.personal and _personal_spans(session):
            raise LookupError("This summary is older than what was marked as personal; it has to be written again first.")
        return {"format": format, "markdown": view.markdown, "stale": view.stale, "changed": view.changed}

    def get_facts(self, first: str, last: str = "") -> Row:
        start, end = self._span(first, last)
        rolled = self.house.rollups.roll_up(start, end)
        return {
            "first": rolled.first.isoformat(), "last": (rolled.end - timedelta(days=1)).isoformat(), "zone": rolled.zone,
            "recorded_s": rolled.recorded_ms / 1000, "work_s": rolled.work_ms / 1000, "idle_s": rolled.idle_ms / 1000,
            "personal_s": rolled.personal_ms / 1000, "undrafted_s": rolled.undrafted_ms / 1000,
            **{
                name: [{"name": s.name, "s": s.ms / 1000, "recordings": s.recordings} for s in shares]
                for name, shares in (
                    ("activities", rolled.activities), ("subjects", rolled.threads), ("programs", rolled.programs)
                )
            },
            "recordings": [
                {"id": p.recording_id, "name": p.name, "started_at": p.started_at, "s": p.ms / 1000, "drafted": p.drafted}
                for p in rolled.parts
            ],
        }  # fmt: skip

    def tell_days(self, first: str, last: str = "", format: str = "standup") -> Row:
        start, end = self._span(first, last)
        if format not in self.house.rollups.formats():
            raise ValueError(f"There is no format “{format}”; there are: {', '.join(self.house.rollups.formats())}.")
        return {"format": format, "markdown": self.house.rollups.write(start, end, format).markdown}

    # ------------------------------------------------------------ with --allow-edits alone

    def relabel(self, recording: str, segment_id: str, activity: str) -> Row:
        if activity not in ACTIVITIES:
            raise ValueError(f"There is no activity “{activity}”; there are: {', '.join(ACTIVITIES)}.")
        return self._edit(recording, segment_id, lambda s: Assign(s.start_ms, s.end_ms, "activity", activity))

    def retitle(self, recording: str, segment_id: str, title: str) -> Row:
        if not (title := clean_line(title)):
            raise ValueError("A title needs at least a letter.")
        return self._edit(recording, segment_id, lambda s: Assign(s.start_ms, s.end_ms, "title", title))

    def undo(self, recording: str) -> Row:
        found, session = self._session(recording)
        if not self.personal and _bares_personal(session):
            raise ValueError("The last correction is about what is personal: only the owner can take it back.")
        try:
            self.house.sessions.undo(found.id, session.revision)
        except StaleRevision as why:
            raise ValueError(f"{why} Look at the session again, then try once more.") from why
        return self.show_session(found.id)

    def regenerate_summary(self, recording: str, format: str = "card") -> Row:
        found, _ = self._session(recording)
        if format not in self.house.summaries.formats():
            raise ValueError(f"There is no format “{format}”; there are: {', '.join(self.house.summaries.formats())}.")
        self.house.summaries.regenerate(found.id, format)
        return self.get_summary(found.id, format)

    # ------------------------------------------------------------ parts

    def _session(self, recording: str) -> tuple[Recording, Session]:
        found = self.house.library.find(recording)
        return found, self.house.sessions.open(found.id)

    def _span(self, first: str, last: str) -> tuple[date, date]:
        """The first day, and the day after the last."""
        if not first:
            raise ValueError("Give the first day, such as 2026-11-20.")
        start, final = date.fromisoformat(_day(first)), date.fromisoformat(_day(last or first))
        if final < start:
            raise ValueError("The last day comes before the first.")
        if start.year < FIRST_YEAR or final.year > LAST_YEAR:
            raise ValueError(f"Only the years from {FIRST_YEAR} to {LAST_YEAR} are told of.")
        return start, final + timedelta(days=1)

    def _hidden(self, recording_id: str) -> list[tuple[float, float]]:
        try:
            return _personal_spans(self.house.sessions.open(recording_id))
        except LookupError:
            return [(0.0, float("inf"))]  # nothing is drafted, so nobody has said yet what of it is personal

    def _segment(self, s: Segment, labels: dict[str, str]) -> Row:
        times: Row = {"id": s.id, "start_s": s.start_s, "end_s": s.end_s, "personal": s.personal}
        if s.personal and not self.personal:
            return times
        return times | {
            "activity": s.activity, "title": s.title, "description": s.description, "apps": list(s.apps),
            "topics": list(s.topics), "subject": labels[s.subject_id], "confidence": round(s.confidence, 3),
            "reviewed": s.reviewed,
        }  # fmt: skip

    def _edit(self, recording: str, segment_id: str, made: Callable[[Segment], Operation]) -> Row:
        found, session = self._session(recording)
        segment = next((s for s in session.timeline.segments if s.id == segment_id), None)
        if segment is None or (segment.personal and not self.personal):
            raise LookupError("There is no such segment; `show_session` lists them.")
        try:
            self.house.sessions.edit(found.id, [made(segment)], session.revision)
        except (StaleRevision, DoesNotFit) as why:
            raise ValueError(f"{why} Look at the session again, then try once more.") from why
        return self.show_session(found.id)


def _personal_spans(session: Session) -> list[tuple[float, float]]:
    return [(s.start_s, s.end_s) for s in session.timeline.segments if s.personal]


def _bares_personal(session: Session) -> bool:
    """Whether something would not be personal any more without the last correction."""
    before, _ = replay(session.draft, session.standing.edits[:-1])
    bare = [(s.start_s, s.end_s) for s in before.segments if not s.personal]
    return any(start < until and since < end for start, end in _personal_spans(session) for since, until in bare)


def _day(text: str) -> str:
    """A day as ISO 8601 writes it, or the empty string."""
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as why:
        raise ValueError(f"“{text}” is no day such as 2026-11-20.") from why


def _some(limit: int) -> int:
    return max(1, min(limit, MOST))
