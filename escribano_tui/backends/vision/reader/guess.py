"""What kind of program a window is of which the cues know no program: by its document, by what its title calls it, and by
its menus."""

from __future__ import annotations

from dataclasses import dataclass

from escribano_tui.backends.vision.reader.match import fold, title_parts
from escribano_tui.backends.vision.reader.menus import MenuRow
from escribano_tui.domain.cues import Cues, Kind

UNKNOWN = "unknown"
BY_MENUS = (0.0, 0.5, 0.8, 1.0)  # how much so many menus say that few programs of other kinds have


@dataclass(frozen=True, slots=True)
class Guess:
    """A kind, how sure it is (0..1), and what a program of it is called, which may be empty."""

    kind: str = ""
    weight: float = 0.0
    label: str = ""


class KindGuesser:
    """Guesses by the cues' kinds."""

    def __init__(self, cues: Cues) -> None:
        self._kinds = tuple(cues.kinds.values())
        self._names = [(fold(name), kind) for kind in self._kinds for name in kind.names]
        self._menus = [({fold(menu) for menu in kind.menus}, kind) for kind in self._kinds if kind.menus]

    def guess(self, document: str, title: str = "", menu: MenuRow | None = None) -> Guess:
        """The first that says something: what the title calls the program, the document's ending, the menus."""
        by_name = self._by_name(title)
        if by_name is not None:
            return Guess(by_name.name, 1.0, by_name.label)
        _, dot, ending = document.rpartition(".")
        kind = next((k for k in self._kinds if dot and ending.lower() in k.endings), None)
        if kind is not None:
            return Guess(kind.name, 1.0, kind.label)
        return self._by_menus(menu) if menu is not None else Guess()

    def _by_name(self, title: str) -> Kind | None:
        """By a title's last or first part (`rows - Image Viewer`); only the whole of a part is a name."""
        parts = [fold(part) for part in title_parts(title)]
        ends = dict.fromkeys((*parts[-1:], *parts[:1]))
        return next((kind for part in ends for name, kind in self._names if part == name), None)

    def _by_menus(self, menu: MenuRow) -> Guess:
        words = {fold(word) for word in menu.words}
        count, kind = max(
            ((len(words & menus), kind) for menus, kind in self._menus), key=lambda found: found[0], default=(0, None)
        )
        if kind is None or not count:
            return Guess()
        return Guess(kind.name, BY_MENUS[min(count, len(BY_MENUS) - 1)])
