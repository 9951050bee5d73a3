"""Words for what was seen: the title of what is in front, a sentence, topics, and results worth telling."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from escribano_tui.backends.vision.reader.layout import Page
from escribano_tui.backends.vision.reader.match import fold
from escribano_tui.backends.vision.reader.seen import Seen
from escribano_tui.backends.vision.reader.terminal import Block
from escribano_tui.backends.vision.reader.text import is_prose
from escribano_tui.domain.cues import Cues
from escribano_tui.domain.text import clean_line

MOST_TOPICS = 6
WRITTEN = frozenset({"word-processor", "text-editor", "code-editor", "notes", "slides"})
LISTING = frozenset(
    {"player", "media-editor", "design", "call", "files", "picture-viewer", "video", "desktop"}
)  # names of files
HEADED = frozenset({"mail", "review-page", "docs", "article", "questions", "encyclopedia"})  # a heading says more than a tab
_NAMED = re.compile(
    r"\b(?:def|class|fn|func|function|struct|enum|trait|interface|module|sub|procedure|impl)\s+([A-Za-z_]\w{2,})"
)
_UNTITLED = re.compile(
    r"^(?:untitled|document|unnamed|new|unbenannt|sin título|sans titre|book|presentation)[\s\d(]*", re.IGNORECASE
)
_SQL = re.compile(r"(?i)^\W{0,2}(?:select|insert|update|delete|create|alter|with|explain|copy)\b")
_TABLE = re.compile(r"(?i)\b(?:from|join|into|update|table)\s+\"?([A-Za-z_][\w.]{1,40})")
_TEST = re.compile(r"\b(test_\w+|[A-Z]\w+(?:Error|Exception))\b")
_TICKET = re.compile(r"\b([A-Z]{2,8}-\d{1,6})\b")


class Wording:
    """Words by the cues' results and topics."""

    def __init__(self, cues: Cues) -> None:
        self._results = [(re.compile(r.line), r.say, r.weight) for r in cues.results]
        self._topics = {topic: re.compile("|".join(map(_whole, words))) for topic, words in cues.topics.items() if words}

    # ------------------------------------------------------------ title

    def title(self, seen: Seen, page: Page) -> str:
        """What is in front in a few words: a document, a page, a mail's subject, or a result in a terminal."""
        if seen.session is not None:
            return clean_line(self._terminal_title(seen), 120)
        if seen.kind in HEADED and seen.headline:
            return clean_line(seen.headline, 120)
        document = seen.document or _without_icon(seen)
        written = seen.kind in WRITTEN and (not document or _UNTITLED.match(document))
        if written and (own := self._own_heading(seen, page)):
            return clean_line(own, 120)
        return clean_line(document or seen.headline or (seen.apps[0] if seen.apps else ""), 120)

    def _terminal_title(self, seen: Seen) -> str:
        """`pytest: 1 failed, 4 passed`, `git commit, 5 passed`, else the last command, else the folder."""
        assert seen.session is not None
        blocks = [b for b in seen.session.typed if not b.inner or seen.session.last_shell is None]
        for block in reversed(blocks[-2:]):
            result = self.result_of(block)
            if result:
                name = _short(block.command)
                return f"{name}: {result}" if name and not result.startswith("commit") else result or name
        inner = [b for b in seen.session.typed if b.inner]
        asked = [t for b in seen.session.typed[-2:] if b.inner and _SQL.match(b.command) for t in _TABLE.findall(b.command)]
        if asked:
            return f"{seen.view.program}: {_and(list(dict.fromkeys(asked))[:2])}"
        if blocks:
            last = _short(blocks[-1].command)
            return last or clean_line(blocks[-1].command, 60)
        return clean_line(inner[-1].command, 60) if inner else (seen.folder or (seen.apps[0] if seen.apps else ""))

    def result_of(self, block: Block) -> str:
        """The weightiest result in a block's lines."""
        best = (0.0, "")
        for line in block.lines:
            for pattern, say, weight in self._results:
                found = pattern.search(line)
                if found and weight >= best[0]:
                    groups = ["", *(g or "" for g in found.groups())]
                    best = (weight + 0.001, clean_line(say.format(*groups), 80))
        return best[1]

    def _own_heading(self, seen: Seen, page: Page) -> str:
        """The heading of an untitled document: the line before its first prose, else that prose. What the program says of
        itself (a bar with news, a tip) is no prose."""
        own = {fold(word) for app in seen.apps[:1] for word in app.split() if re.search("[a-z][A-Z]", word)}
        lines = [p for p in seen.body if len(p.fold) >= 4]
        for k, piece in enumerate(lines):
            if not is_prose(piece.text) or any(name in piece.fold for name in own) or piece.text.strip()[0].islower():
                continue
            before = lines[k - 1] if k else piece
            near = 0 < piece.cy - before.cy < 4 * page.unit and abs(before.box.x - piece.box.x) < 4 * page.unit
            heading = near and len(before.text) <= 70 and not is_prose(before.text)
            return before.text.strip() if heading else piece.text.strip()[:60]
        return ""

    # ------------------------------------------------------------ sentence

    def sentence(self, seen: Seen, activity: str, title: str, motion: str) -> str:
        """A whole sentence that names what is being worked on."""
        app = seen.apps[0] if seen.apps else ""
        what = clean_line(seen.document or title or seen.title, 100)
        within = f" in {app}" if app else ""
        match activity:
            case "idle":
                return "Nothing happens on the screen." if app else "The desktop is shown and nothing happens."
            case "coding":
                around = _and(self._names(seen))
                return f"Edits {what or 'source'}{within}{f', around {around}' if around else ''}."
            case "debugging":
                return self._debugging(seen, title, within)
            case "terminal":
                return self._at_prompt(seen, title, app)
            case "research":
                return f"Looks up {_quoted(what)}{_at(seen)}." if what else f"Looks something up{within}."
            case "reading":
                return f"Reads {_quoted(what)}{within}." if what else f"Reads{within}."
            case "review":
                return (
                    f"Looks through the changes in {_quoted(what)}{within}."
                    if what != app
                    else f"Compares versions of a file in {app}."
                )
            case "writing":
                return f"{'Writes' if motion in ('typing', '') else 'Works on'} {_quoted(title or what or 'a text')}{within}."
            case "communication":
                return f"{'Writes about' if motion == 'typing' else 'Reads and answers'} {_quoted(title or what)}{within}."
            case "meeting":
                return f"Is in the call {_quoted(what)}{within}." if what else f"Is in a call{within}."
            case "planning":
                return f"Looks over {_quoted(what)}{within}." if motion != "typing" else f"Plans in {_quoted(what)}{within}."
            case "data":
                return f"Works with the data of {_quoted(what)}{within}." if what else f"Works with data{within}."
            case "design":
                return f"Draws {_quoted(what)}{within}." if what else f"Draws{within}."
            case "media":
                return f"Plays or cuts {_quoted(what)}{within}." if what else f"Plays or cuts a recording{within}."
            case _:
                return f"{_quoted(what)} is open{within}." if what else f"{app or 'A window'} is open."

    def _debugging(self, seen: Seen, title: str, within: str) -> str:
        named = list(dict.fromkeys(m.group(1) for p in seen.body for m in [_TEST.search(p.text)] if m))[:2]
        about = f": {_and(named)}" if named else ""
        if ":" in title:
            return f"Reads what {title.split(':')[0]} reports, {title.split(':', 1)[1].strip()}{within}{about}."
        return f"Chases a failure in {_quoted(title or seen.document)}{within}{about}."

    def _at_prompt(self, seen: Seen, title: str, app: str) -> str:
        within = f" in {app}" if app else ""
        if seen.session is None or not seen.session.typed:
            return f"Uses {_quoted(title or app)}{within if title != app else ''}."
        last = clean_line(seen.session.typed[-1].command, 60)
        result = next((r for r in (self.result_of(b) for b in reversed(seen.session.typed[-2:])) if r), "")
        return f"Runs `{last}`{within}{f'; {result}' if result else ''}."

    @staticmethod
    def _names(seen: Seen) -> list[str]:
        """Functions and classes in lines that have just changed."""
        recent = [p for p in seen.body if p.recent]
        if not recent or len(recent) > 0.5 * len(seen.body):
            return []
        return list(dict.fromkeys(m.group(1) for p in recent for m in _NAMED.finditer(p.text)))[:2]

    # ------------------------------------------------------------ topics

    def topics(self, seen: Seen) -> tuple[str, ...]:
        """Project, document, tools, and what the topics of the cues find in the window."""
        text = "\n".join([seen.title, seen.document, *(line for _, line in seen.view.lines)]).lower()
        found: list[str] = [seen.folder]
        if seen.document and "." in seen.document and " " not in seen.document.strip():
            found.append(seen.document)
        elif seen.headline and seen.kind in ("mail", "review-page"):
            found.append(seen.headline)
        found += [a for a in seen.apps[1:] if a]
        if seen.kind not in LISTING:
            found += [topic for topic, pattern in self._topics.items() if pattern.search(text)]
        if seen.kind == "review-page":
            found += _TICKET.findall(seen.title)
        return tuple(dict.fromkeys(clean_line(t, 60) for t in found if t))[:MOST_TOPICS]


def _short(command: str) -> str:
    """The gist of a command: `git commit` of `git commit -am "…"`, `pytest` of `python3 -m pytest -q`."""
    line = " ".join(command.split())
    found = re.match(r"(?:\S*/)?python[\d.]* -m ([\w.]+)", line)
    if found:
        return found.group(1)
    words = [w for w in line.split() if "=" not in w or w.startswith("-")]
    if not words:
        return ""
    if words[0] in ("sudo",) and len(words) > 1:
        words = words[1:]
    two = words[0] in (
        "git",
        "cargo",
        "npm",
        "go",
        "docker",
        "kubectl",
        "pip",
        "pip3",
        "apt",
        "apt-get",
        "brew",
        "hg",
        "uv",
        "make",
        "gh",
    )
    return " ".join(words[: 2 if two and len(words) > 1 and not words[1].startswith("-") else 1])


def _quoted(text: str) -> str:
    return text if re.fullmatch(r"[\w.+-]+\.\w+", text) else f"“{text}”"


def _at(seen: Seen) -> str:
    return f" at {seen.host}" if seen.host else f" in {seen.apps[0]}" if seen.apps else ""


def _and(names: Sequence[str] | Iterable[str]) -> str:
    names = list(names)
    return " and ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} and {names[-1]}"


def _whole(text: str) -> str:
    """A pattern of a text that is no part of a longer word."""
    word = text.lower().strip()
    return (r"(?<![a-z0-9])" if word[0].isalnum() else "") + re.escape(word) + (r"(?![a-z0-9])" if word[-1].isalnum() else "")


def _without_icon(seen: Seen) -> str:
    """The window's title; where it is the program's name behind an icon that was read as a letter, that name."""
    app = seen.apps[0] if seen.apps else ""
    return app if app and fold(seen.title).endswith(fold(app)) and len(fold(seen.title)) <= len(fold(app)) + 1 else seen.title
