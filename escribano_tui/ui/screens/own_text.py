"""The owner's own text of a summary: an editor for it, and the decision about changes whose subject was written anew."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from escribano_tui.domain.own_text import OwnChange, kept, layered
from escribano_tui.domain.session import SummaryView
from escribano_tui.ui.screens.changed import ChangedScreen
from escribano_tui.ui.screens.confirm import ConfirmScreen
from escribano_tui.ui.widgets.boxkeys import BoxKeys


class OwnTextScreen(ModalScreen[str | None]):
    """Gives back the text as the owner wants it, or None."""

    CSS_PATH = "own_text.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("ctrl+s", "save", show=False, priority=True),
        Binding("escape", "close", show=False, priority=True),
    ]

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        with Vertical(id="box"):
            yield Static(Content(self._title), id="heading")
            yield TextArea(self._text, soft_wrap=True, tab_behavior="focus", show_line_numbers=False, id="text")
            yield BoxKeys("ctrl+s keep it   ctrl+z undo   esc leave it as it was   in brackets stand moments: [0:26]")

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    def action_save(self) -> None:
        self.dismiss(self.query_one(TextArea).text)

    def action_close(self) -> None:
        if self.query_one(TextArea).text == self._text:
            self.dismiss(None)
            return
        question = ConfirmScreen("Give up what you have written here?", "ctrl+s would keep it.", "give it up")
        self.app.push_screen(question, self._give_up)

    def _give_up(self, yes: bool | None) -> None:
        if yes:
            self.dismiss(None)


class DecideScreen(ChangedScreen):
    """What a waiting change would do to the text as it is now; gives back whether it is kept, None to decide later."""

    BINDINGS = [  # noqa: RUF012
        Binding("k", "decide(True)", show=False),
        Binding("t", "decide(False)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("escape,q", "close", show=False),
    ]
    HINT = "k keep yours   t take what is written now   ↓ ↑ scroll   esc decide later"

    def __init__(self, view: SummaryView, change: OwnChange, count: int) -> None:
        written = view.summary.markdown if view.summary else ""
        standing = view.own.standing if view.own else ()
        then = layered(written, kept(written, (*standing, change), change)).text
        more = f" ({count} of your changes wait)" if count > 1 else ""
        super().__init__(f"You had changed this, and it was written anew since{more}. Keeping yours:", view.markdown, then)

    def action_decide(self, keep: bool) -> None:
        self.dismiss(keep)
