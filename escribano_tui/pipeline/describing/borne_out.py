"""Descriptions of a model held against the screen: what is named must stand there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from escribano_tui.domain.evidence import Description, ScreenLine
from escribano_tui.domain.text import squash

BORNE_OUT = "borne out by the screen text"
NOWHERE = "stands nowhere on the screen: "
_DOUBT, _TRUST = 0.6, 0.3
_LEAST_LETTERS = 3
# Words that name a kind of program: no screen needs to show them.
_KINDS = frozenset({
    "app", "application", "browser", "client", "code", "console", "desktop", "document", "editor", "file", "files", "manager",
    "player", "program", "shell", "software", "studio", "terminal", "text", "viewer", "web", "window",
})  # fmt: skip
# A name with an extension: normalize.py, notes.md, Makefile.am; no version number, no abbreviation, no end of a sentence.
_FILE = re.compile(r"(?<![\w.])[A-Za-z_][\w\-]+(?:\.[\w\-]+)*\.[A-Za-z][A-Za-z0-9]{0,5}(?!\w)")
_SITES = {"com", "org", "net", "io", "dev", "example", "de", "uk"}


def checked(found: Description, lines: Sequence[ScreenLine], read: Description | None) -> Description:
    """The description with its confidence as the screen bears it out; `read` is what the screen reader says of the
    same frame. One that was checked before comes back as it is."""
    if not lines or any(why == BORNE_OUT or why.startswith(NOWHERE) for why in found.why):
        return found
    text = squash("\n".join(line.text for line in lines))
    apps_read = read.apps if read else ()
    missing = [app for app in found.apps if not _app_stands(app, text, apps_read)]
    missing += [name for name in _files_in(found) if squash(name) not in text]
    if missing:
        why = (*found.why, NOWHERE + ", ".join(dict.fromkeys(missing)))
        return replace(found, doubtful=True, confidence=round(found.confidence * _DOUBT, 4), why=why)
    if read is not None and found.apps and _agree(found, read):
        raised = found.confidence + (1 - found.confidence) * _TRUST
        return replace(found, confidence=round(raised, 4), why=(*found.why, BORNE_OUT))
    return found


def _app_stands(app: str, text: str, apps_read: Sequence[str]) -> bool:
    """Whether a word of an app's name is on the screen, or the screen reader has made the app out by other signs."""
    words = [w for w in (squash(word) for word in app.split()) if len(w) >= _LEAST_LETTERS and w not in _KINDS]
    if not words or any(_alike(app, other) for other in apps_read):
        return True
    return any(word in text for word in words)


def _agree(found: Description, read: Description) -> bool:
    return found.activity == read.activity and any(_alike(found.apps[0], app) for app in read.apps[:1])


def _alike(one: str, other: str) -> bool:
    a, b = squash(one), squash(other)
    return len(a) >= _LEAST_LETTERS and len(b) >= _LEAST_LETTERS and (a in b or b in a)


def _files_in(found: Description) -> list[str]:
    """Names of files that the description claims to see."""
    told = " ".join((found.sentence, found.title, found.document))
    return [name for name in dict.fromkeys(_FILE.findall(told)) if name.rpartition(".")[2].lower() not in _SITES]
