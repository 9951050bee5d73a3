"""Many recordings summed up over days: what was done, on what, with which programs. All sums are of whole milliseconds.

Days begin at midnight of the owner's time zone: a day of a change of daylight saving time has 23 or 25 hours, and a
recording that lies across midnight counts on both days. Recordings that overlap in time each count in full.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from escribano_tui.domain.overview import Moment, OverviewRow

HOUR_MS = 3_600_000
NO_PROGRAM = "no program known"


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the time. `key` is that of a thread, else the name; `recordings` is in how many it occurs."""

    name: str
    ms: int
    recordings: int = 1
    key: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A day's time. `by_hour` is work by the hour of the clock (24 values)."""

    day: date
    work_ms: int = 0
    idle_ms: int = 0
    personal_ms: int = 0
    undrafted_ms: int = 0
    by_activity: tuple[tuple[str, int], ...] = ()
    by_hour: tuple[int, ...] = (0,) * 24

    @property
    def recorded_ms(self) -> int:
        return self.work_ms + self.idle_ms + self.personal_ms + self.undrafted_ms


@dataclass(frozen=True, slots=True)
class Part:
    """A recording's part in a range: `from_ms` to `to_ms` of it lie in the range."""

    recording_id: str
    name: str
    started_at: str
    from_ms: int
    to_ms: int
    drafted: bool
    work_ms: int = 0

    @property
    def ms(self) -> int:
        return self.to_ms - self.from_ms


@dataclass(frozen=True, slots=True)
class RollUp:
    """The days from `first` until before `end`. work + idle + personal + undrafted == recorded, and so do the days and
    the parts; activities, threads and programs each add up to the work."""

    first: date
    end: date
    zone: str
    days: tuple[Day, ...]
    activities: tuple[Share, ...]
    threads: tuple[Share, ...]
    programs: tuple[Share, ...]
    parts: tuple[Part, ...]
    work_ms: int
    idle_ms: int
    personal_ms: int
    undrafted_ms: int

    @property
    def recorded_ms(self) -> int:
        return self.work_ms + self.idle_ms + self.personal_ms + self.undrafted_ms


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of a segment (or of a recording that is not drafted) that lies in one day. Times are of the recording."""

    day: date
    from_ms: int
    to_ms: int
    start_ms: int  # of the recording, since the epoch
    moment: Moment | None

    @property
    def ms(self) -> int:
        return self.to_ms - self.from_ms


def midnight_ms(day: date, zone: tzinfo) -> int:
    """When a day begins, in ms since the epoch; where clocks jump over midnight, the moment of the jump."""
    return round(datetime.combine(day, time(), zone).timestamp() * 1000)


def started_ms(started_at: str, added_at: str) -> int:
    """When a recording began, in ms since the epoch; when it was added where nobody knows."""
    for text in (started_at, added_at):
        try:
            return round(datetime.fromisoformat(text).timestamp() * 1000)
        except ValueError:
            continue
    return 0


def slices(row: OverviewRow, moments: Sequence[Moment], first: date, end: date, zone: tzinfo) -> Iterator[Slice]:
    """The parts of a recording that lie in the days from `first` until before `end`, cut at midnight."""
    start = started_ms(row.started_at, row.added_at)
    length = row.duration_ms if row.drafted else round(row.duration_s * 1000)
    low, high = midnight_ms(first, zone), midnight_ms(end, zone)
    if start + length <= low or start >= high:
        return
    day = max(first, datetime.fromtimestamp(start / 1000, zone).date() - timedelta(days=1))
    spans: list[tuple[int, int, Moment | None]] = (
        [(m.start_ms, m.end_ms, m) for m in moments] if row.drafted else [(0, length, None)]
    )
    begins, ends = midnight_ms(day, zone), midnight_ms(day + timedelta(days=1), zone)
    for a, b, moment in spans:
        at, stop = max(a, low - start), min(b, high - start)
        while at < stop:
            while start + at >= ends:
                day += timedelta(days=1)
                begins, ends = ends, midnight_ms(day + timedelta(days=1), zone)
            assert begins <= start + at
            upto = min(stop, ends - start)
            yield Slice(day, at, upto, start, moment)
            at = upto


class _Sums:
    """Counters while the slices go by."""

    def __init__(self) -> None:
        self.days: dict[date, Counter[str]] = {}
        self.hours: dict[date, list[int]] = {}
        self.activities: dict[date, Counter[str]] = {}
        self.shares: dict[str, Counter[str]] = {"activity": Counter(), "thread": Counter(), "program": Counter()}
        self.of: dict[tuple[str, str], set[str]] = {}
        self.kinds: Counter[str] = Counter()

    def add(self, piece: Slice, thread: str, zone: tzinfo) -> None:
        kind = kind_of(piece.moment)
        self.kinds[kind] += piece.ms
        self.days.setdefault(piece.day, Counter())[kind] += piece.ms
        moment = piece.moment
        if moment is None or kind != "work":
            return
        self.activities.setdefault(piece.day, Counter())[moment.activity] += piece.ms
        shared = {"activity": moment.activity, "thread": thread, "program": moment.apps[0] if moment.apps else NO_PROGRAM}
        for what, name in shared.items():
            self.shares[what][name] += piece.ms
            self.of.setdefault((what, name), set()).add(moment.recording_id)
        self._by_hour(piece, zone)

    def _by_hour(self, piece: Slice, zone: tzinfo) -> None:
        hours = self.hours.setdefault(piece.day, [0] * 24)
        at, stop = piece.start_ms + piece.from_ms, piece.start_ms + piece.to_ms
        while at < stop:
            local = datetime.fromtimestamp(at / 1000, zone)
            passed = (local.minute * 60 + local.second) * 1000 + local.microsecond // 1000
            upto = min(stop, at + max(1, HOUR_MS - passed))
            hours[local.hour] += upto - at
            at = upto

    def told(self, what: str, labels: Mapping[str, str]) -> tuple[Share, ...]:
        ordered = sorted(self.shares[what].items(), key=lambda item: (-item[1], labels.get(item[0], item[0]).casefold()))
        return tuple(Share(labels.get(k, k), ms, len(self.of[what, k]), k) for k, ms in ordered)

    def day(self, day: date) -> Day:
        times = self.days.get(day, Counter())
        activities = tuple(self.activities.get(day, Counter()).most_common())
        hours = tuple(self.hours.get(day, [0] * 24))
        return Day(day, times["work"], times["idle"], times["personal"], times["undrafted"], activities, hours)


def kind_of(moment: Moment | None) -> str:
    """work, idle, personal, or undrafted where there is no segment."""
    if moment is None:
        return "undrafted"
    return "personal" if moment.personal else "idle" if moment.activity == "idle" else "work"


def roll_up(
    recordings: Sequence[tuple[OverviewRow, Sequence[Moment]]], thread_of: Mapping[tuple[str, str], tuple[str, str]],
    first: date, end: date, zone: tzinfo,
) -> RollUp:  # fmt: skip
    """Sum up recordings with their segments. `thread_of` gives (key, label) of the thread of (recording, subject)."""
    sums, parts, labels = _Sums(), [], {}
    for row, moments in recordings:
        pieces = list(slices(row, moments, first, end, zone))
        if not pieces:
            continue
        for piece in pieces:
            key, label = "", ""
            if piece.moment is not None:
                subject = (row.id, piece.moment.subject_id)
                key, label = thread_of.get(subject, (f"{row.id}/{piece.moment.subject_id}", piece.moment.subject))
                labels[key] = label
            sums.add(piece, key, zone)
        work = sum(p.ms for p in pieces if kind_of(p.moment) == "work")
        parts.append(Part(row.id, row.name, row.started_at, pieces[0].from_ms, pieces[-1].to_ms, row.drafted, work))
    days = tuple(sums.day(first + timedelta(days=k)) for k in range((end - first).days))
    starts = {row.id: started_ms(row.started_at, row.added_at) for row, _ in recordings}
    return RollUp(
        first, end, str(zone), days, sums.told("activity", {}), sums.told("thread", labels), sums.told("program", {}),
        tuple(sorted(parts, key=lambda p: (starts[p.recording_id], p.name))), sums.kinds["work"], sums.kinds["idle"],
        sums.kinds["personal"], sums.kinds["undrafted"],
    )  # fmt: skip


def week_of(day: date) -> tuple[date, date]:
    """Monday and the Monday after."""
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=7)


def month_of(day: date) -> tuple[date, date]:
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1)
