"""Roll-ups: sums to the millisecond, across midnight and changes of daylight saving time; threads and their corrections."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from escribano_tui.domain.overview import Moment, OverviewRow
from escribano_tui.domain.rollup import RollUp, month_of, roll_up, week_of
from escribano_tui.domain.threads import Join, Name, Part, SubjectRef, dump, load, say, threads

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = [ZoneInfo(z) for z in (
    "Europe/Berlin", "UTC", "America/Sao_Paulo", "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia",
    "America/St_Johns", "Africa/Cairo",
)]  # fmt: skip
HOUR = 3_600_000
ACTIVITIES = ["coding", "idle", "personal", "terminal"]
Made = list[tuple[int, list[tuple[int, str]], bool]]
Rows = tuple[OverviewRow, list[Moment]]


def recording(
    start: datetime, *parts: tuple[int, str], id: str = "r1", drafted: bool = True
) -> tuple[OverviewRow, list[Moment]]:
    """A recording of segments (ms, activity); `personal` is an activity here."""
    at, moments = 0, []
    for k, (length, activity) in enumerate(parts):
        personal, activity = activity == "personal", "other" if activity == "personal" else activity
        moments.append(
            Moment(id, at, at + length, activity, apps=("Kate",) if k % 2 else (), subject_id=f"s{k % 3}", subject=f"S{k % 3}",
                   personal=personal)
        )  # fmt: skip
        at += length
    row = OverviewRow(
        id, f"{id}.mp4", f"/{id}.mp4", start.isoformat(), at / 1000, start.isoformat(), drafted=drafted, segments=len(moments),
        duration_ms=at if drafted else 0,
    )  # fmt: skip
    return row, moments if drafted else []


def check(rolled: RollUp) -> None:
    assert sum(s.ms for s in rolled.activities) == rolled.work_ms
    assert sum(s.ms for s in rolled.threads) == rolled.work_ms
    assert sum(s.ms for s in rolled.programs) == rolled.work_ms
    assert sum(d.recorded_ms for d in rolled.days) == rolled.recorded_ms
    assert sum(d.work_ms for d in rolled.days) == rolled.work_ms
    assert sum(p.ms for p in rolled.parts) == rolled.recorded_ms
    for day in rolled.days:
        assert sum(ms for _, ms in day.by_activity) == day.work_ms == sum(day.by_hour)


def test_a_night_counts_on_both_of_its_days() -> None:
    start = datetime(2026, 11, 20, 23, 30, tzinfo=BERLIN)
    rolled = roll_up([recording(start, (HOUR, "coding"), (HOUR, "idle"))], {}, date(2026, 11, 20), date(2026, 11, 22), BERLIN)
    check(rolled)
    assert [(d.work_ms, d.idle_ms) for d in rolled.days] == [(HOUR // 2, 0), (HOUR // 2, HOUR)]
    assert rolled.days[0].by_hour[23] == rolled.days[1].by_hour[0] == HOUR // 2
    only = roll_up([recording(start, (HOUR, "coding"))], {}, date(2026, 11, 21), date(2026, 11, 22), BERLIN)
    assert (only.recorded_ms, only.parts[0].from_ms, only.parts[0].to_ms) == (HOUR // 2, HOUR // 2, HOUR)


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 10, 25), 25), (date(2026, 3, 29), 23), (date(2026, 11, 20), 24)])
def test_a_day_of_a_change_of_daylight_saving_time_has_23_or_25_hours(day: date, hours: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=BERLIN) - timedelta(days=1)
    rolled = roll_up([recording(start, (72 * HOUR, "coding"))], {}, day, day + timedelta(days=1), BERLIN)
    check(rolled)
    assert rolled.recorded_ms == hours * HOUR


def test_idle_personal_and_what_is_not_drafted_stand_apart() -> None:
    start = datetime(2026, 11, 20, 9, tzinfo=UTC)
    drafted = recording(start, (1000, "coding"), (2000, "idle"), (4000, "personal"), (8000, "debugging"))
    rolled = roll_up(
        [drafted, recording(start, (500, "x"), id="r2", drafted=False)], {}, date(2026, 11, 20), date(2026, 11, 21), UTC
    )
    check(rolled)
    assert (rolled.work_ms, rolled.idle_ms, rolled.personal_ms, rolled.undrafted_ms) == (9000, 2000, 4000, 500)
    assert [(s.name, s.ms) for s in rolled.activities] == [("debugging", 8000), ("coding", 1000)]
    assert [(s.name, s.ms) for s in rolled.programs] == [("Kate", 8000), ("no program known", 1000)]


@settings(max_examples=150)
@given(
    st.sampled_from(ZONES),
    st.lists(
        st.tuples(
            st.integers(0, 400 * 24 * 60),
            st.lists(st.tuples(st.integers(1, 40 * HOUR), st.sampled_from(ACTIVITIES)), min_size=1, max_size=5),
            st.booleans(),
        ),
        max_size=4,
    ),
)  # fmt: skip
def test_all_sums_are_the_lengths_of_the_recordings(
    zone: ZoneInfo, made: list[tuple[int, list[tuple[int, str]], bool]]
) -> None:
    first = datetime(2018, 1, 1, tzinfo=UTC)
    rows = [
        recording(first + timedelta(minutes=m, milliseconds=m % 997), *parts, id=f"r{k}", drafted=drafted)
        for k, (m, parts, drafted) in enumerate(made)
    ]
    rolled = roll_up(rows, {}, date(2017, 12, 30), date(2019, 3, 20), zone)
    check(rolled)
    assert rolled.recorded_ms == sum(length for _, parts, _ in made for length, _ in parts)
    halves = [
        roll_up(rows, {}, a, b, zone)
        for a, b in ((date(2017, 12, 30), date(2018, 7, 1)), (date(2018, 7, 1), date(2019, 3, 20)))
    ]
    assert sum(h.recorded_ms for h in halves) == rolled.recorded_ms


def test_weeks_and_months() -> None:
    assert week_of(date(2026, 11, 20)) == (date(2026, 11, 16), date(2026, 11, 23))
    assert month_of(date(2026, 12, 31)) == (date(2026, 12, 1), date(2027, 1, 1))


# ---------------------------------------------------------------- threads


def ref(recording: str, label: str) -> SubjectRef:
    return SubjectRef(recording, f"sub-{label[:4]}", label)


A, B = ref("r1", "Station labels in normalize.py"), ref("r2", "normalize.py: station labels")
C, D = ref("r3", "Release note"), ref("r4", "Inbox")
ALL = [(A, 10), (B, 30), (C, 5), (D, 1)]


def told(*operations: Join | Part | Name) -> list[tuple[str, int]]:
    return sorted((t.label, len(t.subjects)) for t in threads(ALL, operations))


def test_labels_that_tell_the_same_are_one_thread_named_by_the_longest() -> None:
    assert told() == [("Inbox", 1), ("Release note", 1), ("normalize.py: station labels", 2)]
    assert len(threads([(ref("a", "Mail"), 1), (ref("b", "Notes"), 1)])) == 2
    assert len(threads([(ref("a", "—"), 1), (ref("b", "…"), 1)])) == 2


def test_the_owner_joins_parts_and_names() -> None:
    assert told(Join(A, C)) == [("Inbox", 1), ("normalize.py: station labels", 3)]
    assert told(Part(A)) == [
        ("Inbox", 1),
        ("Release note", 1),
        ("Station labels in normalize.py", 1),
        ("normalize.py: station labels", 1),
    ]
    assert told(Join(A, C), Name(C, "Import bug")) == [("Import bug", 3), ("Inbox", 1)]
    assert told(Name(C, "Notes"), Join(A, C)) == [("Inbox", 1), ("Notes", 3)]
    renamed = SubjectRef("r3", "sub-other-after-a-re-run", "Release note")
    assert told(Join(A, renamed)) == told(Join(A, C)), "known by its label where its id is another"
    assert told(Join(A, ref("gone", "gone"))) == told()


@given(st.lists(st.one_of(
    st.tuples(st.integers(0, 3), st.integers(0, 3)).map(lambda p: Join(ALL[p[0]][0], ALL[p[1]][0])),
    st.integers(0, 3).map(lambda k: Part(ALL[k][0])),
    st.integers(0, 3).map(lambda k: Name(ALL[k][0], f"n{k}")),
), max_size=8))  # fmt: skip
def test_every_subject_is_in_exactly_one_thread(operations: list[Join | Part | Name]) -> None:
    found = threads(ALL, operations)
    assert sorted(s.recording_id for t in found for s in t.subjects) == ["r1", "r2", "r3", "r4"]
    assert len({t.key for t in found}) == len(found)
    for operation in operations:
        assert load(dump(operation)) == operation
        assert say(operation)
