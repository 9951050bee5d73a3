"""From cues to activities: points are added up for each and made into shares by a softmax."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from escribano_tui.backends.vision.reader.match import fold
from escribano_tui.backends.vision.reader.text import NO_TEXT, TextKinds
from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.cues import CommandCue, Cues, DocumentCue, TextCue

RULE_POINTS = 8.0  # by how much an owner's rule outweighs all else
REST = {"other": 0.3}  # where nothing is known


@dataclass(frozen=True, slots=True)
class View:
    """What the points are given for. `kinds` are of program and page with their weight; `lines` are (weight, text) of the
    window's content; `commands` are (weight, command)."""

    kinds: Mapping[str, float]
    program: str = ""
    site: str = ""
    title: str = ""
    document: str = ""
    lines: Sequence[tuple[float, str]] = ()
    commands: Sequence[tuple[float, str]] = ()
    text: TextKinds = NO_TEXT
    within: frozenset[str] = frozenset()


@dataclass(slots=True)
class Points:
    """Points for each activity, and why."""

    of: dict[str, float] = field(default_factory=lambda: dict(REST))
    why: list[tuple[float, str]] = field(default_factory=list)

    def add(self, activity: Mapping[str, float], scale: float, why: str) -> None:
        if scale <= 0 or not activity:
            return
        for name, points in activity.items():
            self.of[name] = self.of.get(name, 0.0) + points * scale
        self.why.append((scale * max(activity.values()), why))

    def decide(self, activity: str, why: str) -> None:
        """The owner's rule: outweighs all else, whatever was added up."""
        short = max(0.0, *self.of.values()) - self.of.get(activity, 0.0)
        self.add({activity: short + RULE_POINTS}, 1.0, why)

    def shares(self) -> dict[str, float]:
        """Softmax over all activities; idle only where something spoke for it."""
        names = [a for a in ACTIVITIES if a != "idle" or self.of.get("idle", 0.0) > 0]
        top = max(self.of.get(n, 0.0) for n in names)
        powers = {n: math.exp(self.of.get(n, 0.0) - top) for n in names}
        total = sum(powers.values())
        return {n: p / total for n, p in powers.items()}


class Scorer:
    """Adds up the cues of a view."""

    def __init__(self, cues: Cues) -> None:
        self._cues = cues
        self._texts = [(t, [re.compile(line) for line in t.lines], [fold(w) for w in t.words]) for t in cues.texts]
        self._commands = sorted(
            ((name.lower(), c) for c in cues.commands for name in c.names), key=lambda entry: -len(entry[0])
        )  # fmt: skip

    def points(self, view: View) -> Points:
        points = Points()
        for kind, weight in view.kinds.items():
            points.add(
                self._cues.kinds[kind].activity, weight, f"{kind} in front" if not view.program else f"{view.program} in front"
            )
        for document in self._cues.documents:
            self._document(points, document, view)
        for weight, command in view.commands:
            found = self.command(command)
            if found:
                points.add(found.activity, weight, f"{found.why}: {command[:40]}")
        for cue, patterns, words in self._texts:
            self._text(points, cue, patterns, words, view)
        return points

    def command(self, command: str) -> CommandCue | None:
        """What the cues know of a command line: its longest beginning, without sudo, paths and variables."""
        line = bare_command(command)
        return next((cue for name, cue in self._commands if _begins(line, name)), None)

    def _document(self, points: Points, cue: DocumentCue, view: View) -> None:
        if cue.within and not view.within & set(cue.within):
            return
        name = view.document or view.title
        ending = re.search(r"\.([A-Za-z0-9]{1,9})$", view.document)
        if ending and ending.group(1).lower() in cue.endings:
            points.add(cue.activity, 1.0, f"{cue.why}: {view.document}")
            return
        said = word_in(name, cue.words)
        if said:
            points.add(cue.activity, 1.0, f"{cue.why}: “{said}”")

    def _text(self, points: Points, cue: TextCue, patterns: list[re.Pattern[str]], words: list[str], view: View) -> None:
        if cue.within and not view.within & set(cue.within):
            return
        if cue.feature:
            value = view.text.value(cue.feature)
            if value > 0.15:
                points.add(cue.activity, value, cue.why)
            return
        hits = [
            (weight if cue.latest else 1.0, line) for weight, line in view.lines
            if any(p.search(line) for p in patterns) or (words and any(w in fold(line) for w in words))
        ]  # fmt: skip
        if hits:
            hits.sort(key=lambda hit: -hit[0])
            strength = sum(weight for weight, _ in hits[: cue.most])
            points.add(
                cue.activity, math.sqrt(strength) if strength > 1 else strength, f"{cue.why}: “{hits[0][1].strip()[:48]}”"
            )


def bare_command(command: str) -> str:
    """A command line in lower case without sudo, variables, and the folder of the program.

    >>> bare_command("sudo FOO=1 /usr/bin/git log")
    'git log'
    """
    line = re.sub(r"^(?:(?:sudo|time|nice|env|watch|nohup|exec)\s+|[A-Z_]+=\S*\s+)+", "", command.strip())
    line = re.sub(r"^(?:\./|(?:[~.\w-]*/)+)(?=\w)", "", line)
    return " ".join(line.lower().split())


def _begins(line: str, name: str) -> bool:
    return line == name or line.startswith(name + " ") or (name == "./" and line.startswith("./"))


def word_in(name: str, words: Sequence[str]) -> str:
    """The first of `words` that stands as a word in a name (`release_notes.txt` has `release notes`)."""
    plain = " " + " ".join(re.findall(r"[^\W\d_]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name))).lower() + " "
    return next((w for w in words if f" {w.lower().replace('-', ' ')} " in plain), "")
