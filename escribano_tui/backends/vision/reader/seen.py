"""What is in front on a frame: program, document, site, and the text that says what it is used for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from escribano_tui.backends.vision.reader.faces import FaceFinder
from escribano_tui.backends.vision.reader.front import Front
from escribano_tui.backends.vision.reader.guess import UNKNOWN, Guess, KindGuesser
from escribano_tui.backends.vision.reader.layout import Page, Piece, joined, rows_of
from escribano_tui.backends.vision.reader.pages import SiteFinder, host_of
from escribano_tui.backends.vision.reader.points import View, bare_command
from escribano_tui.backends.vision.reader.terminal import Block, Session, busiest, panes_of, read_session
from escribano_tui.backends.vision.reader.text import text_kinds
from escribano_tui.backends.vision.reader.titles import FILE, TitleReader, named_at_end
from escribano_tui.backends.vision.reader.window import Window
from escribano_tui.domain.cues import ANY_BROWSER, Cues, Program, Site

DESKTOP_ICONS = frozenset(
    {"home", "trash", "filesystem", "computer", "network", "recyclebin", "thispc", "desktop", "wastebasket"}
)
LONGEST_HEADLINE = 90  # letters
HEADING = 1.28  # a heading's box is so much taller than the usual one: boxes hold some ground above and below the letters
UNNAMED = "Terminal"
MOSTLY, SOME = 0.4, 6  # share of lines, lines
WITH_A_FACE = frozenset({"code-editor", "monitor", "history", "mail", "chat", "files", "docs"})  # they fill the terminal
_NANO = re.compile(r"^\W*GNU nano [\d.]+\s+(\S.*?)(?:\s+Modified|\s+\*)?$", re.IGNORECASE)
_MANUAL = re.compile(r"^(?:\s*Manual page )?([\w.-]+\(\d\w*\))")
_OLD = re.compile(r"\.(?:orig|bak|old|new|base|local|remote)$|~$", re.IGNORECASE)
_VIM = re.compile(r'^"([^"]+)"')
_VIM_STATUS = re.compile(r"^(?:\S*/)?([\w.-]+\.\w{1,8})(?: ?\[\+\])?\s{2,}.*\b\d+,\d+")
_FILE_ARGUMENT = re.compile(r"(?:^|\s)([\w~./-]*\.[A-Za-z]\w{0,8}|[\w./-]*[A-Za-z]\w*)$")


@dataclass(frozen=True, slots=True)
class Seen:
    """What a frame shows. `apps` begins with the program in front; `sure` in 0..1 is how sure that is."""

    view: View
    kind: str
    apps: tuple[str, ...]
    sure: float
    title: str = ""
    document: str = ""
    folder: str = ""
    site: str = ""
    host: str = ""
    headline: str = ""
    body: tuple[Piece, ...] = ()
    session: Session | None = None
    why: tuple[str, ...] = ()
    site_of: Site | None = field(default=None)


def full_screen() -> Seen:
    """Where no window and no text is seen and the picture moves all the time: a desktop does not."""
    view = View({"player": 1.0}, within=frozenset({"player"}))
    return Seen(view, "player", (), 0.6, "Full-screen video", why=("no window is seen and the whole picture moves",))


class FrontReader:
    """Reads the window in front by the cues."""

    def __init__(self, cues: Cues, titles: TitleReader) -> None:
        self._cues = cues
        self._titles = titles
        self._faces = FaceFinder(cues)
        self._sites = SiteFinder(cues)
        self._guesser = KindGuesser(cues)
        self._by_command = {c: p for p in cues.programs for c in p.commands}

    def read(self, page: Page, front: Front) -> Seen:
        window = front.window
        body = tuple(p for p in front.pieces if window is None or p.cy > window.body)
        program = self._program(window, front, body)
        if program is None and window is None and _is_desktop(body, page):
            return Seen(
                View({"desktop": 1.0}, within=frozenset({"desktop"})), "desktop", (), 0.8, "Desktop", why=("no window is open",)
            )
        if window is not None and window.is_browser and (program is None or program.kind != "browser"):
            program = ANY_BROWSER
        if program is not None and program.kind == "browser":
            return self._browser(program, window, front, body, page)
        session = read_session(body, page.unit)
        if (program is not None and program.kind == "terminal") or (
            program is None and self._is_terminal(window, body, session)
        ):
            return self._terminal(program, window, front, body, session, page)
        return self._plain(program, window, front, body, page)

    def _program(self, window: Window | None, front: Front, body: Sequence[Piece]) -> Program | None:
        """By title, menu row or face. What runs in a terminal names its title: there the menu row or face says more."""
        if window is None:
            return self._faces.find(front.pieces, lambda p: not p.console)
        by_menu, by_title = self._of_menu(window, front), window.title.program
        if by_title is not None and by_title.console:
            return by_menu  # else a terminal whose own name stands nowhere
        if by_menu is not None and by_menu.kind == "terminal" and (by_title is None or window.title.strength < 0.8):
            return by_menu
        return by_title or by_menu or self._faces.find(front.pieces, lambda p: not p.console)

    def _is_terminal(self, window: Window | None, body: Sequence[Piece], session: Session) -> bool:
        """Whether a window of no known program is a terminal: by its prompts, or by the face of what runs in it. One with a
        menu row of its own would be known."""
        if window is not None and window.title.program is not None and window.title.program.console:
            return True
        bare = window is None or window.menu is None
        return _has_prompts(session) or (bare and self._faces.find(body, lambda p: p.console) is not None)

    def _of_menu(self, window: Window, front: Front) -> Program | None:
        """Of programs with the same menu row the one for such documents, else the one with such a face, else the first."""
        some = window.menu_programs
        if len(some) < 2:
            return next(iter(some), None)
        ending = window.title.document.rpartition(".")[2].lower()
        kinds = self._cues.kinds
        if "." in window.title.document:
            fitting = tuple(p for p in some if ending in kinds[p.kind].endings) or some
        else:  # a viewer of documents would name one
            fitting = tuple(p for p in some if not kinds[p.kind].endings) or some
        names = {p.name for p in fitting}
        return self._faces.find(front.pieces, lambda p: p.name in names) or fitting[0]

    # ------------------------------------------------------------ browsers

    def _browser(self, program: Program, window: Window | None, front: Front, body: tuple[Piece, ...], page: Page) -> Seen:
        title = window.title.document or window.title.text if window is not None else ""
        address = window.address if window is not None else ""
        found = self._sites.find(address, title, body)
        kinds = {"browser": 1.0}
        for k, one in enumerate(found[:2]):
            weight = min(1.1, one.points / 3.2) * (1.0 if k == 0 else 0.3)
            kinds[one.site.kind] = max(kinds.get(one.site.kind, 0.0), weight)
        lines = [(1.0, joined(row, page.unit)) for row in rows_of(body)]
        best = found[0] if found else None
        host = host_of(address)
        view = View(
            kinds,
            "",
            best.site.name if best else host,
            title,
            title,
            lines,
            (),
            text_kinds([text for _, text in lines]),
            frozenset(kinds),
        )
        why = (f"{program.name} in front", *((best.why,) if best else ()))
        headline = _headline(body, page)
        return Seen(
            view, best.site.kind if best else "browser", (program.name,), front.sure, title, title, "",
            best.site.name if best else host, host, headline, body, None, why, best.site if best else None,
        )  # fmt: skip

    # ------------------------------------------------------------ terminals

    def _terminal(
        self,
        program: Program | None,
        window: Window | None,
        front: Front,
        body: tuple[Piece, ...],
        session: Session,
        page: Page,
    ) -> Seen:
        name = program.name if program is not None else _multiplexed(window) or UNNAMED
        panes = panes_of(body, page.unit)
        if len(panes) > 1:
            body = busiest(panes)
            session = read_session(body, page.unit)
        inner = self._inside(window, body, session)
        face = inner is not None and inner.kind in WITH_A_FACE
        kinds = {"terminal": 0.3 if face else 1.0}
        if inner is not None:
            kinds[inner.kind] = 1.0
        rows = [joined(row, page.unit) for row in rows_of(body)]
        text = text_kinds(rows if face or not _has_prompts(session) else [])
        if inner is None and text.code >= MOSTLY and text.lines >= SOME and not _has_prompts(session):
            kinds["code-editor"] = 0.8  # source without a prompt anywhere: an editor that is not known
        lines = (
            [(1.0, row) for row in rows]
            if face
            else [(w, line) for w, b in session.weighted() for line in (b.prompt + " " + b.command, *b.lines)]
        )
        commands = [] if face else [(w, b.command) for w, b in session.weighted() if b.command and not b.inner]
        document = self._document_inside(inner, window, rows, session) if face else ""
        within = frozenset(
            {inner.kind, "terminal"} if inner is not None and not face else {inner.kind} if inner is not None else set(kinds)
        )
        view = View(kinds, inner.name if inner is not None else name, "", document, document, lines, commands, text, within)
        tools = [t for t in (_tool(b.command) for b in reversed(session.typed) if not b.inner) if t]
        inside = (inner.name,) if inner is not None else ()
        # A terminal whose name stands nowhere says less of what is in front than what runs in it.
        front_first = (*inside, name) if program is None else (name, *inside)
        apps = tuple(dict.fromkeys((*front_first, *tools[:2])))
        title = window.title.text if window is not None else name
        if face and inner is not None and (window is None or window.title.program is program):
            title = inner.name  # the window's says which terminal it is
        folder = session.folder or (window.title.document if window is not None and window.title.program is not None else "")
        kind = inner.kind if face and inner is not None else "terminal"
        return Seen(
            view, kind, apps, front.sure, title, document, folder, body=body, session=None if face else session,
            why=(f"{name} in front",),
        )  # fmt: skip

    def _inside(self, window: Window | None, body: tuple[Piece, ...], session: Session) -> Program | None:
        """The program that runs in a terminal: by the window's title, its face, or the last command."""
        titled = window.title.program if window is not None else None
        if titled is not None and titled.console and titled.kind != "terminal":
            return titled
        running = session.inside
        if running is not None:
            by_command = self._by_command.get(_tool(running.command))
            if by_command is not None and not _only_typed(running, session, by_command):
                return by_command
        at_prompt = bool(session.blocks) and session.blocks[-1].prompt == "$"
        return self._faces.find(body, lambda p: p.console and (not at_prompt or p.kind == "files"))  # those show one, too

    def _document_inside(self, inner: Program | None, window: Window | None, rows: Sequence[str], session: Session) -> str:
        for row in rows:
            found = (
                _NANO.match(row)
                or _VIM.match(row)
                or _VIM_STATUS.match(row)
                or (_MANUAL.match(row) if inner is not None and inner.name == "man" else None)
            )
            if found:
                return found.group(1).rsplit("/", 1)[-1]
        if window is not None and window.title.program is inner and window.title.document:
            return window.title.document
        typed = session.last_shell
        argument = _FILE_ARGUMENT.search(typed.command) if typed is not None and " " in typed.command else None
        return argument.group(1).rsplit("/", 1)[-1] if argument else ""

    # ------------------------------------------------------------ everything else

    def _plain(self, program: Program | None, window: Window | None, front: Front, body: tuple[Piece, ...], page: Page) -> Seen:
        title = window.title.text if window is not None else ""
        document, folder = (window.title.document, window.title.folder) if window is not None else ("", "")
        menu = window.menu if window is not None else None
        guess = self._guesser.guess(document, title, menu) if program is None else Guess(program.kind, 1.0, program.name)
        kind, name = guess.kind, guess.label
        named = named_at_end(title) if program is None else None
        if named is not None:
            name, (document, folder) = named
            guess = self._guesser.guess(document, title, menu)
            kind = guess.kind
        if kind == "diff" and "." not in document:
            document = _compared(front.pieces, page) or document
        rows = [joined(row, page.unit) for row in rows_of(_content(body, page))]
        kinds = {kind: guess.weight} if kind else {}
        if program is None and guess.weight < 1.0:
            kinds[UNKNOWN] = 1.0
        apps = (name,) if name else ()
        headline = _headline(body, page)
        view = View(kinds, name, "", title, document, [(1.0, r) for r in rows], (), text_kinds(rows), frozenset(kinds))
        why = (f"{name} in front",) if name else ("program not known",)
        sure = front.sure * (1.0 if program is not None else 0.6)
        return Seen(view, kind, apps, sure, title, document, folder, headline=headline, body=body, why=why)


def _compared(pieces: Sequence[Piece], page: Page) -> str:
    """The file whose versions stand side by side: named in the bars above them, twice if there are two."""
    upper = [p for p in pieces if p.cy < 0.15 * page.height]
    names = [_OLD.sub("", m.group(1)) for p in upper for m in [FILE.search(p.text.rsplit("/", 1)[-1])] if m]
    return max(dict.fromkeys(names), key=names.count, default="")


def _is_desktop(body: Sequence[Piece], page: Page) -> bool:
    """Whether nothing but icons and panels is on the screen."""
    told = [p for p in body if len(p.fold) >= 3 and p.fold not in DESKTOP_ICONS]
    return len(told) <= 3 and (bool(page.panels) or not told)


def _has_prompts(session: Session) -> bool:
    return sum(1 for b in session.blocks if b.prompt) >= 2 or any(b.prompt == "$" and b.command for b in session.blocks)


def _multiplexed(window: Window | None) -> str:
    """The multiplexer that a terminal's title names, or empty."""
    titled = window.title.program if window is not None else None
    return titled.name if titled is not None and titled.console and titled.kind == "terminal" else ""


def _only_typed(running: Block, session: Session, program: Program) -> bool:
    """Whether the command of a program with a face stands there, but not yet what it shows."""
    if running is not session.blocks[-1]:
        return False
    return program.kind == "code-editor" or (program.kind in WITH_A_FACE and not any(line.strip() for line in running.lines))


def _tool(command: str) -> str:
    """What a command line runs: `python3 -m pytest -q` is pytest, `git commit` is git."""
    line = bare_command(command)
    found = re.match(r"python[\d.]* -m ([\w.]+)", line)
    if found:
        return found.group(1)
    words = line.split()
    return words[0] if words and re.fullmatch(r"[a-z][\w.+-]*", words[0]) else ""


def _content(body: Sequence[Piece], page: Page) -> list[Piece]:
    """A window's text without single letters (icons)."""
    return [p for p in body if len(p.fold) >= 2 or (p.text.strip() and p.text.strip()[0] in "+-*[{(")]


def _headline(body: Sequence[Piece], page: Page) -> str:
    """The largest line in the upper part of a page, if it stands out."""
    upper = [
        p for p in body if p.cy < 0.6 * page.height and len(p.fold) >= 6 and " " in p.text.strip() and not _runs_on(p.text)
    ]
    tallest = max((p.box.h for p in upper), default=0)
    if tallest < HEADING * page.unit:
        return ""
    return next(p.text.strip() for p in upper if p.box.h >= max(HEADING * page.unit, 0.85 * tallest))


def _runs_on(text: str) -> bool:
    """Whether it is running text, whose box is tall where two lines were read as one."""
    return len(text) > LONGEST_HEADLINE or ";" in text or bool(re.search(r"[a-z]{2}[.,]$", text.strip()))
