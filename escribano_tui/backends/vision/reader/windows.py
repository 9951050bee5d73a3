"""Windows of a frame, found by their title bars, menu rows and address bars, and which of them is in front."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from escribano_tui.backends.vision.reader.layout import MenuRow, Page, Piece
from escribano_tui.backends.vision.reader.match import fold, is_cut, near, starts_like, without_dots
from escribano_tui.backends.vision.reader.titles import Title, TitleReader
from escribano_tui.domain.cues import Cues, Program

_ADDRESS = re.compile(
    r"^\W{0,3}(?:(?:https?|file|about|chrome|view-source):/{0,3}\S+|localhost(?::\d+)?(?:/\S*)?|\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\S*)?"
    r"|(?:[a-z0-9-]+\.)+[a-z]{2,12}(?::\d+)?(?:[/?#]\S*)?)$",
    re.IGNORECASE,
)
_ADDRESS_MARKS = ("not secure", "search google or type a url", "search with google or enter address", "search or enter address")
_ENDINGS = re.compile(
    r"(?i)\.(?:py|md|txt|rs|js|ts|go|rb|sh|html?|css|json|toml|ya?ml|csv|pdf|svg|png|jpe?g|cpp|java|sql|log|odt|docx?|ini|cfg|lock|xml|so|exe|zip|gz)$"
)


@dataclass(frozen=True, slots=True)
class Window:
    """A window: its box as far as it can be told, its title, and the program of title or menu row.

    `ground` in 0..1 is how sure it is that there is a window here; `anchor` a point of its title bar.
    """

    title: Title
    left: float
    top: float
    right: float
    bottom: float
    body: float  # y below which its content stands
    row: float  # height of its title bar
    anchor: tuple[float, float]
    ground: float
    menu: MenuRow | None = None
    menu_program: Program | None = None
    menu_cut: bool = False
    address: str = ""
    is_browser: bool = False
    whole_screen: bool = False

    def holds(self, x: float, y: float) -> bool:
        return self.left <= x <= self.right and self.top <= y <= self.bottom


@dataclass(frozen=True, slots=True)
class Front:
    """The window in front, the pieces in it, and how sure that is (0..1)."""

    window: Window | None
    pieces: tuple[Piece, ...]
    sure: float
    behind: tuple[Window, ...] = ()


class WindowFinder:
    """Finds windows by the cues."""

    def __init__(self, cues: Cues, titles: TitleReader) -> None:
        self._titles = titles
        self._usual_browser = next(
            (p for p in cues.programs if p.kind == "browser" and p.ends), None
        )  # where no name can be seen
        self._menus = [(p, tuple(p.menu)) for p in cues.programs if p.menu]

    def front(self, page: Page) -> Front:
        windows = self.windows(page)
        if not windows:
            return Front(None, tuple(p for p in page.pieces if not page.in_panel(p)), 0.4)
        scored = sorted(((self._front_score(w, windows, page), k) for k, w in enumerate(windows)), reverse=True)
        best = windows[scored[0][1]]
        margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 2.0
        sure = min(1.0, 0.55 + 0.2 * margin) * (0.6 + 0.4 * best.ground)
        inside = tuple(
            p for p in page.pieces if best.holds(p.cx, p.cy) and p.box.x >= best.left - page.unit and not page.in_panel(p)
        )
        return Front(best, inside, sure, tuple(windows[k] for _, k in scored[1:]))

    def windows(self, page: Page) -> list[Window]:
        floor = min((p.top for p in page.panels if p.top > page.height / 2), default=float(page.height))
        found: list[Window] = []
        used: set[int] = set()
        for window, title in self._browsers(page, floor):
            found.append(window)
            used.update(title)
        for menu in page.menus:
            window, piece = self._of_menu(menu, page, floor)
            if any(w.is_browser and w.holds(menu.left, menu.cy) and menu.cy > w.body for w in found) and piece is None:
                continue  # words of a page that look like a menu row
            found.append(window)
            if piece is not None:
                used.add(id(piece))
        found += self._of_titles(page, floor, used, found)
        return found

    # ------------------------------------------------------------ menu rows

    def _of_menu(self, menu: MenuRow, page: Page, floor: float) -> tuple[Window, Piece | None]:
        piece = self._title_above(menu, page)
        title = self._titles.read(self._full(piece.text, page)) if piece else Title("")
        program, whole = self._menu_program(menu)
        mac = menu.name and menu.cy < page.height * 0.04
        if mac:
            title = self._titles.read(menu.name)
            if title.program is None:
                title = Title(menu.name)
        left = max(0.0, menu.left - 0.6 * page.unit) if not mac else 0.0
        left = 0.0 if left < 1.5 * page.unit else left
        right = float(page.width)
        if piece is not None and piece.box.x - left > 6 * page.unit and not mac:
            right = min(right, 2 * piece.cx - left + 4 * page.unit)
            right = float(page.width) if right > 0.93 * page.width else right
        top = float(piece.box.y if piece is not None else menu.cy - menu.height)
        anchor = (menu.left + 1, menu.cy)
        window = Window(
            title, left, top, right, floor, menu.cy + 0.7 * menu.height, page.unit, anchor,
            1.0 if piece else 0.8, menu, program,
            menu_cut=_is_cut_short(menu, title.program or program, whole), whole_screen=bool(mac),
        )  # fmt: skip
        return window, piece

    def _title_above(self, menu: MenuRow, page: Page) -> Piece | None:
        """The title bar over a menu row: what stands within about three rows above it and not left of it."""
        reach = 3.4 * max(menu.height, page.unit)
        above = [
            p for p in page.pieces
            if menu.cy - reach <= p.cy < menu.cy - 0.6 * menu.height and p.box.right > menu.left and len(p.fold) >= 2
            and p.box.x >= menu.left - 3 * page.unit and not page.in_panel(p)
        ]  # fmt: skip

        def fitness(p: Piece) -> tuple[float, float]:
            named = self._titles.read(p.text)
            return (
                2.0 * named.strength + 1.5 * self._listed(p.text, page) + (0.5 if p.cx > menu.right else 0.0),
                -abs(p.cy - menu.cy),
            )

        return max(above, key=fitness, default=None)

    def _menu_program(self, menu: MenuRow) -> tuple[Program | None, bool]:
        """The program whose menu row this is, and whether the row is whole (another window may hide a part of it)."""
        words = [fold(w) for w in menu.words]
        best: tuple[float, Program | None] = (0.0, None)
        for program, names in self._menus:
            wanted = [fold(n) for n in names]
            shared = _common(words, wanted)
            share = shared / max(len(wanted), len(words))
            if share > best[0]:
                best = (share, program)
        complete = words[-1] in _LAST or len(words) >= 6
        return (best[1] if best[0] >= 0.84 else None), complete

    # ------------------------------------------------------------ browsers

    def _browsers(self, page: Page, floor: float) -> Iterable[tuple[Window, set[int]]]:
        taken: list[float] = []
        for piece in page.pieces:
            if page.in_panel(piece) or piece.box.x > 0.6 * page.width or any(abs(piece.cy - y) < 2 * page.unit for y in taken):
                continue
            if not _is_address_bar(piece, page):
                continue
            tabs = self._tabs(piece, page)
            if not tabs:
                continue
            taken.append(piece.cy)
            yield self._browser(piece, tabs, page, floor), {id(p) for p in tabs}

    def _tabs(self, address: Piece, page: Page) -> list[Piece]:
        """The row of tabs (or the title bar) above an address bar."""
        reach = 4.6 * max(address.box.h * 0.9, page.unit)
        return [
            p for p in page.pieces
            if address.cy - reach <= p.cy < address.cy - 1.1 * address.box.h and len(p.fold) >= 3 and not page.in_panel(p)
            and p.box.x > address.box.x - 16 * page.unit
        ]  # fmt: skip

    def _browser(self, address: Piece, tabs: list[Piece], page: Page, floor: float) -> Window:
        text = next(
            (p.text for p in page.pieces if abs(p.cy - address.cy) < 0.6 * address.box.h and _ADDRESS.match(p.text)),
            address.text,
        )
        listed = [(p, entry) for p in tabs for entry in page.entries if starts_like(p.text, entry, 5)]
        body = [p for p in page.pieces if p.cy > address.box.bottom]
        shown = (
            listed[0][0] if listed else max(tabs, key=lambda p: (self._titles.read(p.text).strength, _echo(p, body), -p.box.x))
        )
        label = _without_close(shown.text)
        title = self._titles.read(label)
        if title.program is None or title.program.kind != "browser":
            title = replace(
                title,
                text=label,
                program=self._which_browser(listed, page),
                strength=0.5,
                document=_without_close(title.text),
                folder="",
            )
        left = max(0.0, min(address.box.x - 9 * page.unit, min(p.box.x for p in tabs) - 4 * page.unit))
        left = 0.0 if left < 4 * page.unit else left
        top = float(min(p.box.y for p in tabs))
        return Window(
            title, left, top, float(page.width), floor, address.box.bottom + 0.4 * page.unit, page.unit,
            (float(shown.cx), shown.cy), 1.0, address=text if _ADDRESS.match(text) else "", is_browser=True,
        )  # fmt: skip

    def _which_browser(self, listed: Sequence[tuple[Piece, str]], page: Page) -> Program | None:
        """The browser by the task bar: the entry of this window, else any entry that ends in a browser's name."""
        for entry in (*(entry for _, entry in listed), *page.entries):
            program = self._titles.read(entry).program
            if program is not None and program.kind == "browser":
                return program
        return self._usual_browser if page.entries else None

    # ------------------------------------------------------------ title bars alone

    def _of_titles(self, page: Page, floor: float, used: set[int], found: Sequence[Window]) -> list[Window]:
        windows = []
        for piece in page.pieces:
            if id(piece) in used or page.in_panel(piece) or len(piece.fold) < 3 or piece.cy > 0.72 * page.height:
                continue
            if any(
                w.menu is not None and abs(w.menu.cy - piece.cy) < page.unit and w.menu.left <= piece.cx <= w.menu.right
                for w in found
            ):
                continue
            if any(w.is_browser and w.holds(piece.cx, piece.cy) and starts_like(piece.text, w.title.text, 6) for w in found):
                continue  # the heading of a page says what its tab says
            title = self._titles.read(self._full(piece.text, page))
            listed = self._listed(piece.text, page)
            at_top = piece.cy < 0.05 * page.height
            by_name = title.strength >= 0.8 or (title.strength > 0 and at_top and _alone_in_row(piece, page))
            if not (listed and _alone_in_row(piece, page)) and not by_name:
                continue
            windows.append(self._titled(piece, title, page, floor, 0.9 if listed else 0.6 * title.strength + 0.1))
        return windows

    def _titled(self, piece: Piece, title: Title, page: Page, floor: float, ground: float) -> Window:
        """A window known by its title only: its left edge is where most lines below begin."""
        top = float(piece.box.y)
        left = _left_edge(piece, page)
        right = min(float(page.width), 2 * piece.cx - left + 4 * page.unit)
        right = float(page.width) if right > 0.93 * page.width or piece.box.x - left < 6 * page.unit else right
        return Window(
            title, left, top, right, floor, piece.box.bottom + 0.3 * page.unit, page.unit, (piece.cx, piece.cy), ground
        )

    def _listed(self, text: str, page: Page) -> bool:
        return any(_same_title(text, entry) for entry in page.entries)

    def _full(self, text: str, page: Page) -> str:
        """The longer of a title and its entry in the task bar (a title bar may be cut short, too)."""
        if not is_cut(text):
            return text
        return max((e for e in page.entries if starts_like(text, e, 6)), key=len, default=text) if page.entries else text

    # ------------------------------------------------------------ which is in front

    def _front_score(self, window: Window, windows: Sequence[Window], page: Page) -> float:
        """Points for being in front: its title bar stands where another window would be, and what is new is in it."""
        others = [w for w in windows if w is not window]
        over = sum(_stands_on(window, w) for w in others)
        under = sum(_stands_on(w, window) for w in others)
        score = 1.5 * over - 1.5 * under + window.ground - 1.2 * window.menu_cut + 0.4 * (window.title.strength > 0)
        recent = [p for p in page.pieces if p.recent and len(p.fold) >= 3 and not page.in_panel(p)]
        if recent and not page.all_recent:
            mine = [p for p in recent if _owner(p, windows) is window]
            score += 1.4 * len(mine) / len(recent)
        return score


def _is_address_bar(piece: Piece, page: Page) -> bool:
    """Whether this is what stands in an address bar: its place holder, or an address with a browser's buttons beside it."""
    if any(piece.text.lower().lstrip(" \t⚠△ⓘ\uf071").startswith(mark) for mark in _ADDRESS_MARKS):
        return True
    host = piece.text.strip().split("/")[0]
    if not _ADDRESS.match(piece.text) or _ENDINGS.search(host):
        return False
    row = [p for p in page.pieces if p is not piece and abs(p.cy - piece.cy) < 0.7 * piece.box.h]
    if any(p.box.right <= piece.box.x + 2 and len(p.fold) > 2 for p in row):
        return any(mark in p.text.lower() for p in row for mark in _ADDRESS_MARKS)
    buttons = sum(len(p.fold) <= 1 for p in row if p.box.right <= piece.box.x + 2)
    return buttons >= 1 or piece.cy < 0.14 * page.height or bool(re.match(r"(?i)(?:https?|file)://", piece.text.strip()))


_LAST = {fold(w) for w in ("Help", "Hilfe", "Ayuda", "Aide", "Window", "Quit", "Tools", "Settings", "Plugins")}


def _is_cut_short(menu: MenuRow, program: Program | None, whole: bool) -> bool:
    """Whether another window seems to hide a part of a menu row."""
    if program is not None and program.menu:
        return len(menu.words) < len(program.menu) - 1
    return not whole


def _stands_on(upper: Window, lower: Window) -> bool:
    """Whether the title bar of one window stands inside of another, which would hide it if it were in front."""
    x, y = upper.anchor
    return (
        y > lower.top + lower.row
        and lower.holds(x, y)
        and not (abs(upper.top - lower.top) < 4 and abs(upper.left - lower.left) < 4)
    )


def _owner(piece: Piece, windows: Sequence[Window]) -> Window | None:
    holding = [w for w in windows if w.holds(piece.cx, piece.cy)]
    return max(holding, key=lambda w: (w.top, w.left), default=None)


def _same_title(text: str, entry: str) -> bool:
    """Whether a title bar says what a task bar's entry says (which may be cut short, or have an icon read as a letter)."""
    a, b = fold(text), fold(without_dots(entry))
    if len(b) < 3 or len(a) < 3:
        return False
    if is_cut(entry):
        return len(a) >= len(b) >= 5 and near(a[: len(b)], b)
    return near(a, b) or (len(a) >= 4 and len(b) - len(a) in (1, 2) and b.endswith(a))


def _alone_in_row(piece: Piece, page: Page) -> bool:
    """Whether nothing but buttons stands near to its left and right."""
    gap = 4 * page.unit
    return not any(
        p is not piece and abs(p.cy - piece.cy) < 0.6 * piece.box.h and len(p.fold) > 2 and not page.in_panel(p)
        and p.box.x < piece.box.right + gap and p.box.right > piece.box.x - gap
        for p in page.pieces
    )  # fmt: skip


def _left_edge(title: Piece, page: Page) -> float:
    """Where most of the lines in the rows below a title begin; half the picture where there are none."""
    below = [
        p for p in page.pieces
        if 0 < p.cy - title.cy < 16 * page.unit and p.box.x < title.cx and not page.in_panel(p) and len(p.fold) > 1
    ]  # fmt: skip
    if not below:
        return max(0.0, title.cx - page.width / 4)
    starts = sorted(p.box.x for p in below)

    def support(x: float) -> int:
        return sum(x - 2 <= s <= x + 2 * page.unit for s in starts)

    edge = max(starts, key=lambda x: (support(x), -x))
    return 0.0 if edge < 3 * page.unit else max(0.0, edge - 0.8 * page.unit)


def _echo(tab: Piece, body: Sequence[Piece]) -> float:
    """How much of a tab's title is said on the page below."""
    words = [fold(w) for w in tab.text.split() if len(fold(w)) >= 4]
    text = "\n".join(p.fold for p in body)
    return sum(w in text for w in words) / len(words) if words else 0.0


def _without_close(text: str) -> str:
    """A tab's title without the cross that closes it."""
    return re.sub(r"\s*[×✕xX+]\s*$", "", text).strip()


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(b) + 1)
    for x in a:
        before = 0
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], before + 1 if x == y else max(row[j], row[j - 1])
    return row[-1]
