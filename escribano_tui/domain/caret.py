"""Carets that a reader of text takes for a letter: the block after `make` makes it `makel`."""

from __future__ import annotations

import re

_CARET = "l|I1j"
# What is often typed alone, and is no command with such a letter behind it.
_COMMON = re.compile(
    r"(?:make|ls|pwd|clear|htop|top|btop|tig|vim?|nvim|nano|emacs|mutt|psql|sqlite3|python3?|ipython|node|irb|pytest|tox|mc|"
    r"ranger|gitk|exit|jobs|(?:git|hg) (?:status|log|diff|push|pull|fetch|stash|show)|cargo (?:build|test|run|check)|"
    r"go (?:build|test|vet)|npm (?:test|start|install)|make (?:all|test|check|clean|install|lint))"
)


def without_caret(command: str) -> str:
    """A command without a caret that was read as its last letter.

    >>> without_caret("makel"), without_caret("git status|"), without_caret("shell")
    ('make', 'git status', 'shell')
    """
    return command[:-1] if command[-1:] in _CARET and command and _COMMON.fullmatch(command[:-1]) else command
