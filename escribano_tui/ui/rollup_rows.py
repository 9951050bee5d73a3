"""The lines of a roll-up: a calendar heat map, then bars for activities, subjects, programs and recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rich.cells import cell_len
from textual.strip import Strip

from escribano_tui.domain.rollup import Day, Part, RollUp, Share
from escribano_tui.domain.times import durations
from escribano_tui.ui.lines import Line
from escribano_tui.ui.palette import Palette
from escribano_tui.ui.words import many, when

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SHADES = "·░▒▓█"
_BAR = "▏▎▍▌▋▊▉█"
_MOST_HOURS = 14  # days that are shown by the hour


@dataclass(frozen=True, slots=True)
class Row:
    """A line. `kind` is blank, head, hours, scale, days, or what can be chosen: activity, thread, program, recording, or
    nearest (a day elsewhere, as an ISO date in `key`)."""

    kind: str
    name: str = ""
    ms: int = 0
    most_ms: int = 0
    time: str = ""
    note: str = ""
    key: str = ""
    days: tuple[Day | None, ...] = ()

    @property
    def chosen(self) -> bool:
        return self.kind in ("activity", "thread", "program", "recording", "nearest")


def rows_of(rolled: RollUp, elsewhere: Sequence[tuple[str, date]] = ()) -> list[Row]:
    """All lines, top to bottom. `elsewhere` are days to go to where nothing was recorded in these."""
    rows = [*_map(rolled), Row("blank")]
    if not rolled.parts:
        told = "Nothing was recorded in these days" if elsewhere else "Nothing has been recorded yet"
        there = [Row("nearest", words, note=f"{_named(day)} {day.year}", key=day.isoformat()) for words, day in elsewhere]
        return [*rows, Row("head", told), *there]
    rows += _shares("activity", "Activities", rolled.activities)
    rows[-1:] = [*_apart(rolled), Row("blank")] if rolled.parts else []
    rows += _shares("thread", "Subjects", rolled.threads)
    rows += _shares("program", "Programs", rolled.programs)
    return [*rows, *_recordings(rolled.parts)]


def in_short(rolled: RollUp) -> list[str]:
    """The facts of the title: what was recorded, at work, idle, personal, not drafted; they add up as printed."""
    parts = [rolled.work_ms, rolled.idle_ms, rolled.personal_ms, rolled.undrafted_ms]
    printed = durations(parts)
    named = ["{} at work", "{} idle", "{} personal", "{} not drafted"]
    return [n.format(p) for n, p, ms in zip(named, printed, parts, strict=True) if ms]


def _shares(kind: str, title: str, shares: tuple[Share, ...]) -> list[Row]:
    if not shares:
        return []
    most = shares[0].ms
    printed = durations([s.ms for s in shares])
    notes = [many(s.recordings, "recording") for s in shares]
    return [
        Row("head", title, note=str(len(shares))),
        *(Row(kind, s.name, s.ms, most, p, n, s.key or s.name) for s, p, n in zip(shares, printed, notes, strict=True)),
        Row("blank"),
    ]


def _apart(rolled: RollUp) -> list[Row]:
    """What is not work: it stands apart, so that the sums can be checked."""
    times = {"idle": rolled.idle_ms, "personal": rolled.personal_ms, "not drafted yet": rolled.undrafted_ms}
    most = max([s.ms for s in rolled.activities[:1]], default=1)
    told = [(name, ms) for name, ms in times.items() if ms]
    printed = durations([rolled.work_ms, *(ms for _, ms in told)])[1:]
    return [Row("apart", name, min(ms, most), most, t, "apart") for (name, ms), t in zip(told, printed, strict=True)]


def _recordings(parts: tuple[Part, ...]) -> list[Row]:
    if not parts:
        return []
    most = max(p.ms for p in parts)
    printed = durations([p.ms for p in parts])
    rows = [
        Row("recording", p.name, p.ms, most, t, when(p.started_at) if p.drafted else "not drafted yet", p.recording_id)
        for p, t in zip(parts, printed, strict=True)
    ]
    return [Row("head", "Recordings", note=str(len(parts))), *rows]


# ---------------------------------------------------------------- the map


def _map(rolled: RollUp) -> list[Row]:
    if len(rolled.days) <= _MOST_HOURS:
        most = max((ms for d in rolled.days for ms in d.by_hour), default=0)
        return [Row("scale"), *(Row("hours", _named(d.day), d.recorded_ms, most, "", days=(d,)) for d in rolled.days)]
    weeks = _weeks(rolled)
    most = max((d.work_ms for d in rolled.days), default=0)
    heads = tuple(next((d for d in week if d is not None), None) for week in weeks)
    return [
        Row("months", days=heads),
        *(Row("days", _DAYS[k], 0, most, days=tuple(week[k] for week in weeks)) for k in range(7)),
    ]


def _weeks(rolled: RollUp) -> list[list[Day | None]]:
    by_day = {d.day: d for d in rolled.days}
    monday = rolled.first - timedelta(days=rolled.first.weekday())
    weeks = []
    while monday < rolled.end:
        weeks.append([by_day.get(monday + timedelta(days=k)) for k in range(7)])
        monday += timedelta(days=7)
    return weeks


def _named(day: date) -> str:
    return f"{_DAYS[day.weekday()]} {day.day:2d} {_MONTHS[day.month - 1]}"


def _shade(ms: int, most: int) -> str:
    return _SHADES[0] if ms <= 0 or most <= 0 else _SHADES[1 + min(3, ms * 4 // (most + 1))]


# ---------------------------------------------------------------- painting


def paint(row: Row, palette: Palette, width: int, here: bool) -> Strip:
    match row.kind:
        case "blank":
            return Strip.blank(width, palette.style())
        case "head":
            return _head(row, palette, width)
        case "scale" | "hours":
            return _hours(row, palette, width)
        case "months" | "days":
            return _calendar(row, palette, width)
    return _bar(row, palette, width, here)


def _head(row: Row, palette: Palette, width: int) -> Strip:
    style = palette.style
    out = (
        Line()
        .add(" ", style())
        .add(row.name, style("primary", bold=True))
        .add(f" {row.note} ".replace("  ", " "), style("muted"))
    )
    return out.add("─" * max(0, width - out.width - 1), style("border")).strip(width, style())


def _hours(row: Row, palette: Palette, width: int) -> Strip:
    """A day as 24 cells; the time of day stands above."""
    style = palette.style
    wide = 3 if width >= 100 else 2
    out = Line().add(" ", style())
    if row.kind == "scale":
        out.fit("", 11, style())
        for hour in range(0, 24, 3):
            out.fit(f"{hour}", wide * 3, style("muted"))
        return out.strip(width, style())
    (day,) = row.days
    assert day is not None
    out.fit(row.name, 11, style("foreground" if day.recorded_ms else "muted"))
    for ms in day.by_hour:
        out.add(_shade(ms, row.most_ms) * (wide - 1) + " ", style("success" if ms else "border"))
    if day.recorded_ms:
        work, rest = durations([day.work_ms, day.recorded_ms - day.work_ms])
        out.add(f" {work}", style("foreground", bold=True))
        if width - out.width > 16 and day.recorded_ms > day.work_ms:
            out.add(f"  +{rest} apart", style("muted"))
    return out.strip(width, style())


def _calendar(row: Row, palette: Palette, width: int) -> Strip:
    """A week a column, a weekday a line."""
    style = palette.style
    out = Line().add(" ", style()).fit("" if row.kind == "months" else row.name, 4, style("muted"))
    room = max(1, (width - 8) // max(1, len(row.days)))
    cells = 1 if room < 2 else 2 if room < 6 or len(row.days) > 10 else 5  # with the day's number where there is room
    shown = row.days[-max(1, (width - 8) // cells) :]
    if row.kind == "months":
        last, text = 0, ""
        for k, day in enumerate(shown):
            if day is not None and day.day.month != last and len(text) <= k * cells:
                text = text.ljust(k * cells) + _MONTHS[day.day.month - 1] + " "
                last = day.day.month
        return out.add(text.rstrip(), style("muted")).strip(width, style())
    for day in shown:
        if day is None:
            out.add(" " * cells, style())
        else:
            mark = _shade(day.work_ms, row.most_ms)
            if cells == 5:
                out.fit(f"{day.day.day}", 2, style("muted"), right=True)
            marks = mark * (2 if cells == 5 else max(1, cells - 1))
            out.fit(marks, cells - (2 if cells == 5 else 0), style("success" if day.work_ms else "border"))
    return out.strip(width, style())


def _bar(row: Row, palette: Palette, width: int, here: bool) -> Strip:
    style = palette.style
    ground = "selection" if here else "background"
    text = style("foreground", ground)
    name = max(14, min(width * 2 // 5, 44 + max(0, width - 120) // 5))
    out = Line().add(" ▸ " if here else "   ", style("accent", ground, bold=True))
    out.fit(row.name, name, style("foreground", ground, bold=row.kind == "thread"))
    if row.kind == "nearest":
        return out.add("  ", text).add(row.note, style("accent", ground)).strip(width, text)
    out.fit(row.time, 9, style("foreground", ground, bold=True), right=True).add("  ", text)
    note = row.note if width >= 76 else ""
    room = max(4, width - out.width - (cell_len(note) + 3 if note else 1))
    ink = row.name if row.kind == "activity" else {"thread": "primary", "program": "secondary"}.get(row.kind, "muted")
    bar = blocks(row.ms / max(1, row.most_ms) * min(room, 100))
    out.add(bar, style(ink, ground)).to(width - cell_len(note) - 1, text).add(note, style("muted", ground))
    return out.strip(width, text)


def blocks(cells: float) -> str:
    """A bar to an eighth of a cell, at least one eighth."""
    eighths = max(1, round(cells * 8))
    return "█" * (eighths // 8) + (_BAR[eighths % 8 - 1] if eighths % 8 else "")
