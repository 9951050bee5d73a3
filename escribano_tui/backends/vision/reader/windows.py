"""Windows of a frame, found by their title bars, menu rows and address bars, with what their titles and menus say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from escribano_tui.backends.vision.reader.addresses import address_of, is_address_bar
from escribano_tui.backends.vision.reader.faces import FaceFinder
from escribano_tui.backends.vision.reader.layout import Page, Piece
from escribano_tui.backends.vision.reader.match import fold, is_cut, starts_like, title_parts
from escribano_tui.backends.vision.reader.menus import MenuFinder, MenuRow
from escribano_tui.backends.vision.reader.titlebars import (
    LOWEST,
    alone_in_row,
    is_among_lines,
    is_maximised,
    left_edge,
    rejoined,
    same_title,
)
from escribano_tui.backends.vision.reader.titles import Title, TitleReader, tidy_document
from escribano_tui.backends.vision.reader.window import Window, same_place, side_by_side
from escribano_tui.domain.cues import Cues, Program

LEAST_HEADING = 8  # letters
BAR_WORDS = {"Not Secure": "Firefox", "Not secure": "Chromium"}  # Chromium writes the second word small
FARTHEST_RIGHT = 0.85  # share of the width: an address begins left of it even in a window at the right half


class WindowFinder:
    """Finds windows by the cues."""

    def __init__(self, cues: Cues, titles: TitleReader) -> None:
        self._titles = titles
        self._usual_browser = next(
            (p for p in cues.programs if p.kind == "browser" and p.ends), None
        )  # where no name can be seen
        self._by_words = [(w, p) for w, name in BAR_WORDS.items() if (p := cues.program(name)) is not None]
        self._menus = MenuFinder(cues)
        self._faces = FaceFinder(cues)

    def with_whole_titles(self, page: Page) -> Page:
        """The page with title bars that end in a program's name in one piece."""
        return rejoined(page, lambda text: self._titles.read(f"x - {text}").strength >= 1.0)

    def windows(self, page: Page) -> list[Window]:
        floor = min((p.top for p in page.panels if p.top > page.height / 2), default=float(page.height))
        found: list[Window] = []
        used: set[int] = set()
        for window, title in self._browsers(page, floor):
            found.append(window)
            used.update(title)
        menus = sorted(self._menus.rows(page), key=lambda m: -m.left)  # a title is that of the nearest menu to its left
        edges = [m.left for m in menus]
        for menu in menus:
            taken = [x for x in edges if x != menu.left]
            free = [p for p in page.pieces if id(p) not in used and not any(_is_of(m, p) for m in menus)]
            window, piece = self._of_menu(menu, free, taken, page, floor)
            if any(w.is_browser and w.holds(menu.left, menu.cy) and menu.cy > w.body for w in found) and piece is None:
                continue  # words of a page that look like a menu row
            if window.hidden and not window.menu_programs and window.title.program is None:
                continue  # words that look like one, of no program that is known
            found.append(window)
            if piece is not None:
                used.add(id(piece))
        headed = (w for w in self._of_faces(page, used) if not any(_is_under(w, menu, page) for menu in menus))
        found += [window for window in headed if not any(same_place(window, w) for w in found)]
        found += self._of_titles(page, floor, used, found)
        return side_by_side(found, page)

    def _of_faces(self, page: Page, used: set[int]) -> Iterable[Window]:
        """Windows with a header bar instead of title and menus: where their buttons and status bar stand."""
        placed = self._faces.placed([p for p in page.pieces if not page.in_panel(p)])
        for program, marks in sorted(placed, key=lambda entry: -len(entry[1]))[:1]:
            top = min(marks, key=lambda p: p.cy)
            left, right = min(p.box.x for p in marks), max(p.box.right for p in marks)
            bar = [p for p in page.pieces if abs(p.cy - top.cy) < page.unit and left < p.cx < right and p not in marks]
            shown = max(bar, key=lambda p: (len(p.fold) >= 4, -p.cy), default=top)
            used.update(id(p) for p in (*marks, *bar))
            title = replace(self._titles.read(shown.text if shown in bar else ""), program=program, strength=0.8)
            yield Window(
                title, max(0.0, left - page.unit), float(top.box.y), right + page.unit, max(p.box.bottom for p in marks),
                top.box.bottom + page.unit, page.unit, (shown.cx, shown.cy), 0.9,
            )  # fmt: skip

    # ------------------------------------------------------------ menu rows

    def _of_menu(
        self, menu: MenuRow, pieces: Sequence[Piece], edges: Sequence[float], page: Page, floor: float
    ) -> tuple[Window, Piece | None]:  # fmt: skip
        piece = self._title_above(menu, pieces, edges, page)
        title = self._titles.read(self._full(piece.text, page)) if piece else Title("")
        programs = self._menus.programs(menu)
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
        cut = self._menus.is_cut_short(menu, title.program or next(iter(programs), None))
        anchor = (menu.left + 1, menu.cy)
        window = Window(
            title, left, top, right, floor, menu.cy + 0.6 * min(menu.height, page.unit), page.unit, anchor,
            1.0 if piece else 0.8, menu, programs,
            hidden=cut + (piece is None and bool(page.entries)),
            title_left=float(piece.box.x) if piece is not None else -1.0,
            title_at=(piece.cx, piece.cy) if piece is not None else (-1.0, -1.0),
        )  # fmt: skip
        return window, piece

    def _title_above(self, menu: MenuRow, pieces: Sequence[Piece], edges: Sequence[float], page: Page) -> Piece | None:
        """The title bar over a menu row: what stands within about three rows above it and not left of it. What begins at
        the left edge of another window (`edges`) is a line of that."""
        reach = 3.4 * max(menu.height, page.unit)
        above = [
            p for p in pieces
            if menu.cy - reach <= p.cy < menu.cy - 0.6 * menu.height and p.box.right > menu.left and len(p.fold) >= 2
            and p.box.x >= menu.left - 3 * page.unit and not page.in_panel(p)
        ]  # fmt: skip

        def fitness(p: Piece) -> tuple[float, float]:
            named = self._titles.read(p.text)
            far = max(0.0, (menu.cy - p.cy) / page.unit - 1.5)
            points = 2.0 * named.strength + 1.5 * self._listed(p.text, page) + (0.5 if p.cx > menu.right else 0.0)
            return points - 1.8 * far, p.cy

        best = max(above, key=fitness, default=None)
        if best is None or self._titles.read(best.text).strength > 0 or self._listed(best.text, page):
            return best
        if any(abs(best.box.x - edge) < 1.5 * page.unit for edge in edges):
            return None
        close = menu.cy - best.cy <= 1.5 * page.unit and len(best.fold) >= 4
        return best if (close or not page.entries) and alone_in_row(best, page) else None

    # ------------------------------------------------------------ browsers

    def _browsers(self, page: Page, floor: float) -> Iterable[tuple[Window, set[int]]]:
        taken: list[float] = []
        bars = [p for p in page.pieces if not page.in_panel(p) and is_address_bar(p, page)]
        bars = [p for p in bars if p.box.x <= FARTHEST_RIGHT * page.width]
        for piece in bars:
            if any(abs(piece.cy - y) < 2 * page.unit for y in taken) or _is_tab_over(piece, bars, page):
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
        row = [p.text for p in page.pieces if abs(p.cy - address.cy) < 0.6 * address.box.h]
        text = next((found for told in (*row, address.text) if (found := address_of(told))), "")
        listed = [
            (p, entry) for p in tabs for entry in page.entries if starts_like(p.text, entry, 5) or same_title(p.text, entry)
        ]
        listed.sort(key=lambda found: -round(found[0].cy / page.unit))  # what stands above may be a title behind it
        body = [p for p in page.pieces if p.cy > address.box.bottom]
        named = [p for p in tabs if self._names_browser(p.text)]  # a title bar of its own, above the tabs
        shown = next(iter(named), listed[0][0] if listed else max(tabs, key=lambda p: (_echo(p, body), -p.box.x)))
        label = _without_close(shown.text)
        title = self._titles.read(label)
        if title.program is None or title.program.kind != "browser":
            title = replace(
                title,
                text=label,
                program=self._which_browser(listed, page) or self._by_bar(row),
                strength=0.5,
                document=tidy_document(_without_close(title.text)),
                folder="",
            )
        elif len(fold(title.document)) < LEAST_HEADING:  # a tag before the heading, as on pages of questions
            title = replace(title, document=_telling(label) or title.document)
        left = max(0.0, min(address.box.x - 9 * page.unit, min(p.box.x for p in tabs) - 4 * page.unit))
        left = 0.0 if left < 4 * page.unit else left
        top = float(min(p.box.y for p in tabs))
        return Window(
            title, left, top, float(page.width), floor, address.box.bottom + 0.4 * page.unit, page.unit,
            (float(shown.cx), shown.cy), 1.0, address=text, is_browser=True,
        )  # fmt: skip

    def _names_browser(self, text: str) -> bool:
        title = self._titles.read(text)
        return title.strength >= 0.8 and title.program is not None and title.program.kind == "browser"

    def _which_browser(self, listed: Sequence[tuple[Piece, str]], page: Page) -> Program | None:
        """The browser by the task bar: the entry of this window, else any entry that ends in a browser's name."""
        for entry in (*(entry for _, entry in listed), *page.entries):
            title = self._titles.read(entry)
            if title.program is not None and title.program.kind == "browser" and title.strength >= 0.5:
                return title.program
        return self._usual_browser if page.entries else None

    def _by_bar(self, row: Sequence[str]) -> Program | None:
        """The browser by how its address bar tells that a page is not encrypted; None where it is."""
        return next((program for words, program in self._by_words if any(words in text for text in row)), None)

    # ------------------------------------------------------------ title bars alone

    def _of_titles(self, page: Page, floor: float, used: set[int], found: Sequence[Window]) -> list[Window]:
        windows = []
        for piece in page.pieces:
            if id(piece) in used or page.in_panel(piece) or len(piece.fold) < 3 or piece.cy > LOWEST * page.height:
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
            by_name = title.strength >= 0.8 or (title.strength > 0 and at_top and alone_in_row(piece, page))
            if not (listed and alone_in_row(piece, page) and not is_among_lines(piece, page)) and not by_name:
                continue
            windows.append(self._titled(piece, title, page, floor, 0.9 if listed else 0.6 * title.strength + 0.1))
        return windows

    def _titled(self, piece: Piece, title: Title, page: Page, floor: float, ground: float) -> Window:
        """A window known by its title only: its left edge is where most lines below begin."""
        top = float(piece.box.y)
        cut_at = self._menus.beheaded_at(piece, page)
        left = cut_at if cut_at is not None else 0.0 if is_maximised(piece, page) else left_edge(piece, page)
        right = min(float(page.width), 2 * piece.cx - left + 4 * page.unit)
        right = float(page.width) if right > 0.93 * page.width or piece.box.x - left < 6 * page.unit else right
        return Window(
            title, left, top, right, floor, piece.box.bottom + 0.3 * page.unit, page.unit, (piece.cx, piece.cy), ground,
            hidden=int(cut_at is not None), title_left=float(piece.box.x), title_at=(piece.cx, piece.cy),
        )  # fmt: skip

    def _listed(self, text: str, page: Page) -> bool:
        return any(same_title(text, entry) for entry in page.entries)

    def _full(self, text: str, page: Page) -> str:
        """The longer of a title and its entry in the task bar (a title bar may be cut short, too)."""
        if not is_cut(text):
            return text
        return max((e for e in page.entries if starts_like(text, e, 6)), key=len, default=text) if page.entries else text


def _is_of(menu: MenuRow, piece: Piece) -> bool:
    """Whether a piece is a word of a menu row."""
    return abs(piece.cy - menu.cy) < 0.6 * menu.height and menu.left - 1 <= piece.cx <= menu.right + 1


def _is_tab_over(piece: Piece, bars: Sequence[Piece], page: Page) -> bool:
    """Whether what looks like an address is the label of a tab: the address bar stands in the next row."""
    return any(0.8 * page.unit < bar.cy - piece.cy < 3 * page.unit for bar in bars)


def _is_under(window: Window, menu: MenuRow, page: Page) -> bool:
    """Whether what looks like a header bar is the tool bar below a menu row: a window with a header bar has no menus."""
    return 0 < window.anchor[1] - menu.cy < 3.5 * page.unit and menu.left - page.unit <= window.anchor[0]


def _echo(tab: Piece, body: Sequence[Piece]) -> float:
    """How much of a tab's title is said on the page below."""
    words = [fold(w) for w in tab.text.split() if len(fold(w)) >= 4]
    text = "\n".join(p.fold for p in body)
    return sum(w in text for w in words) / len(words) if words else 0.0


def _without_close(text: str) -> str:
    """A tab's title without the cross that closes it."""
    return re.sub(r"\s*[×✕xX+]\s*$", "", text).strip()


def _telling(label: str) -> str:
    """The longest part of a page's title that is no mail address, without the browser's name."""
    return max((part for part in title_parts(label)[:-1] if "@" not in part), key=len, default="")
