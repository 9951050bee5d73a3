"""Five lines for the first review: enough to begin, and gone with the first edit."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static

from escribano_tui.config.keymap import Keymap


class Guide(Static):
    """Shown once; the app remembers."""

    DEFAULT_CSS = """
    Guide { height: auto; max-height: 9; display: none; background: $surface; border: round $accent; padding: 0 1; }
    Guide.-shown { display: block; }
    """

    def open(self, keymap: Keymap) -> None:
        self.update(lines(keymap))
        self.add_class("-shown")

    def close(self) -> bool:
        """Whether it was open."""
        was = self.has_class("-shown")
        self.remove_class("-shown")
        return was


def lines(keymap: Keymap) -> Content:
    """Short enough for 60 columns."""

    def key(*names: str) -> str:
        return " ".join(keymap.shown(f"review.{name}") for name in names)

    labels = f"{keymap.shown('review.label-1')}-{keymap.shown('review.label-9')} {keymap.shown('review.labels')}"
    edges = key("start-earlier", "start-later", "end-earlier", "end-later")
    rows = (
        ((key("down", "up"), "go through the segments"), (key("next-unreviewed"), "the next to review")),
        ((key("accept"), "right as it is"), (labels, "another label; both go on")),
        ((key("split"), "split"), (key("merge-next"), "merge"), (edges, "move the edges"), (key("title"), "title")),
        ((key("undo"), "takes back, even tomorrow"), (key("redo"), "brings it again")),
        ((key("summary"), "writes the summary"), (keymap.shown("app.back"), "closes this")),
    )
    told = [[Content.assemble((keys, "bold $accent"), " ", label) for keys, label in row] for row in rows]
    return Content("\n").join(Content("   ").join(row) for row in told)
