"""What is typed into the search box: words, phrases and filters, and in sentences what of it could not be used.

`parser "no such table" activity:debugging app:kate after:2026-11-01 before:today subject:"label fix" said:tests -draft`

Any text is a query. Nothing is raised: what cannot be used is left out and told in `problems`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.wording import Term, words_of

MOST_CHARACTERS: Final = 400
MOST_WORDS: Final = 12

# What can be searched alone, by the filter that says so.
KINDS: Final[dict[str, str]] = {
    "said": "said",
    "screen": "screen",
    "title": "title",
    "described": "description",
    "summary": "summary",
}
FILTERS: Final[dict[str, str]] = {
    "activity": "what was done: activity:debugging",
    "app": "the program: app:kate",
    "subject": 'the thread of work: subject:"label fix"',
    "recording": "the recording's name: recording:standup",
    "after": "from this day on: after:2026-11-01, after:yesterday, after:7d",
    "before": "before this day: before:2026-11, before:today",
    "on": "on this day, or in this month: on:2026-11-20, on:2026-11",
    "said": "only what was said: said:tests",
    "screen": "only what was on the screen: screen:traceback",
    "title": "only titles, subjects and topics: title:parser",
    "described": "only descriptions of pictures: described:chart",
    "summary": "only summaries: summary:committed",
    "personal": "personal:no leaves personal time out, personal:only shows nothing else",
}
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PIECE = re.compile(r'(?P<not>-)?(?:(?P<name>[A-Za-z]{2,12}):)?(?:"(?P<quoted>[^"]*)(?P<end>"?)|(?P<bare>[^\s"]+))?')
_AGO = re.compile(r"(\d{1,4})([dwmy])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


@dataclass(frozen=True, slots=True)
class Query:
    """A query in parts. `terms` must all be found in one text, `phrases` side by side, `without` not at all; an empty
    `kinds` means all. `after` is the first day, `before` the first day that is too late."""

    terms: tuple[Term, ...] = ()
    phrases: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    kinds: frozenset[str] = frozenset()
    activities: tuple[str, ...] = ()
    apps: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    after: date | None = None
    before: date | None = None
    personal: str = ""  # "", no or only
    problems: tuple[str, ...] = ()

    @property
    def all_terms(self) -> tuple[Term, ...]:
        """Every word that has to be found, those of the phrases included, each once."""
        return tuple(dict.fromkeys((*self.terms, *(t for phrase in self.phrases for t in phrase))))

    @property
    def filters_moments(self) -> bool:
        """Whether something is asked of the segment that a text stands in."""
        return bool(self.activities or self.apps or self.subjects or self.personal)

    @property
    def filters_recordings(self) -> bool:
        return bool(self.recordings or self.after or self.before)

    @property
    def empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.all_terms or self.filters_moments or self.filters_recordings)


class _Reading:
    """A query while it is being read."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.terms: list[Term] = []
        self.phrases: list[tuple[Term, ...]] = []
        self.without: list[Term] = []
        self.kinds: list[str] = []
        self.lists: dict[str, list[str]] = {name: [] for name in ("activity", "app", "subject", "recording")}
        self.after: date | None = None
        self.before: date | None = None
        self.personal = ""
        self.problems: list[str] = []

    def problem(self, sentence: str) -> None:
        if sentence not in self.problems:
            self.problems.append(sentence)

    # ------------------------------------------------------------ words

    def words(self, text: str, quoted: bool, closed: bool, negated: bool) -> None:
        found = words_of(text)
        room = MOST_WORDS - len(self.terms) - len(self.without) - sum(map(len, self.phrases))
        if len(found) > room:
            self.problem(f"Only the first {MOST_WORDS} words are searched for.")
            found = found[: max(0, room)]
        if not found:
            return
        if negated:
            self.without += [Term(word, not quoted) for word in found]
        elif quoted or len(found) > 1:  # parser.py is the words parser and py side by side
            last = not (quoted and closed)
            self.phrases.append(tuple(Term(w, last and k == len(found) - 1) for k, w in enumerate(found)))
        else:
            self.terms.append(Term(found[0]))

    # ------------------------------------------------------------ filters

    def filter(self, name: str, value: str, quoted: bool, closed: bool, negated: bool) -> None:
        if negated:
            self.problem(f"-{name}: is not known; a minus can stand before a word.")
        elif name in KINDS:
            self.kinds.append(KINDS[name])
            self.words(value, quoted, closed, False)
        elif not value.strip():
            return  # it is still being typed
        elif name in ("after", "before", "on"):
            self._day(name, value)
        elif name == "personal":
            self._personal(value)
        elif name == "activity":
            self._activity(value)
        else:
            self.lists[name].append(" ".join(words_of(value)) or value.strip())

    def _activity(self, value: str) -> None:
        wanted = value.strip().casefold()
        fitting = [a for a in ACTIVITIES if a.startswith(wanted)]
        if not fitting:
            self.problem(f"There is no activity “{wanted}”; there are: {', '.join(ACTIVITIES)}.")
        self.lists["activity"] += fitting

    def _personal(self, value: str) -> None:
        wanted = {"no": "no", "without": "no", "only": "only", "yes": "only"}.get(value.strip().casefold())
        if wanted is None:
            self.problem("personal: is no or only.")
        else:
            self.personal = wanted

    def _day(self, name: str, value: str) -> None:
        span = days_of(value, self.today)
        if span is None:
            self.problem(f"{name}: wants a day such as 2026-11-01, 2026-11, yesterday, monday or 7d, not “{value}”.")
            return
        if name in ("after", "on"):
            self.after = max(self.after, span[0]) if self.after else span[0]
        end = {"before": span[0], "on": span[1]}.get(name)
        if end is not None:
            self.before = min(self.before, end) if self.before else end


def parse(text: str, today: date) -> Query:
    """A query of what was typed. `today` is the day in the owner's own time zone."""
    reading = _Reading(today)
    cleaned = clean_line(text, MOST_CHARACTERS)
    if len(text) > MOST_CHARACTERS and len(clean_line(text, MOST_CHARACTERS + 1)) > MOST_CHARACTERS:
        reading.problem(f"Only the first {MOST_CHARACTERS} characters are searched for.")
    for piece in _PIECE.finditer(cleaned):
        name = (piece["name"] or "").casefold()
        quoted, closed = piece["quoted"] is not None, bool(piece["end"])
        value = piece["quoted"] if quoted else piece["bare"] or ""
        negated = bool(piece["not"])
        if name in FILTERS:
            reading.filter(name, value, quoted, closed, negated)
        else:
            reading.words(f"{name}:{value}" if name else value, quoted, closed, negated)
    if reading.after and reading.before and reading.after >= reading.before:
        reading.problem("Nothing lies between these days.")
    if reading.without and not (reading.terms or reading.phrases):
        reading.problem("A word with a minus needs another one without.")
    return Query(
        tuple(reading.terms), tuple(reading.phrases), tuple(reading.without), frozenset(reading.kinds),
        tuple(dict.fromkeys(reading.lists["activity"])), tuple(reading.lists["app"]), tuple(reading.lists["subject"]),
        tuple(reading.lists["recording"]), reading.after, reading.before, reading.personal, tuple(reading.problems),
    )  # fmt: skip


def days_of(text: str, today: date) -> tuple[date, date] | None:
    """(first day, the day after the last) of a day, month, year or word for one; None where it is none.

    >>> days_of("2026-11", date(2026, 11, 20))
    (datetime.date(2026, 11, 1), datetime.date(2026, 12, 1))
    >>> days_of("7d", date(2026, 11, 20))[0]
    datetime.date(2026, 11, 13)
    """
    wanted = text.strip().casefold()
    try:
        return _named(wanted, today) or _dated(wanted) or _ago(wanted, today)
    except (ValueError, OverflowError):
        return None


def _named(wanted: str, today: date) -> tuple[date, date] | None:
    one = timedelta(days=1)
    if wanted == "today":
        return today, today + one
    if wanted == "yesterday":
        return today - one, today
    if wanted in ("week", "thisweek"):
        monday = today - timedelta(days=today.weekday())
        return monday, monday + timedelta(days=7)
    if wanted == "lastweek":
        monday = today - timedelta(days=today.weekday() + 7)
        return monday, monday + timedelta(days=7)
    if wanted in ("month", "thismonth"):
        return today.replace(day=1), _next_month(today)
    if len(wanted) >= 3:
        for k, name in enumerate(_DAYS):
            if name.startswith(wanted):
                day = today - timedelta(days=(today.weekday() - k) % 7)
                return day, day + one
    return None


def _dated(wanted: str) -> tuple[date, date] | None:
    found = _DATE.fullmatch(wanted)
    if not found:
        return None
    year, month, day = (int(g) if g else None for g in found.groups())
    assert year is not None
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    first = date(year, month, day or 1)
    return (first, first + timedelta(days=1)) if day else (first, _next_month(first))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _ago(wanted: str, today: date) -> tuple[date, date] | None:
    found = _AGO.fullmatch(wanted)
    if not found:
        return None
    days = int(found[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[found[2]]
    day = today - timedelta(days=days)
    return day, day + timedelta(days=1)
