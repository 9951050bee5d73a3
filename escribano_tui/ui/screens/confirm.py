"""A question before something that is not quickly undone."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from escribano_tui.ui.widgets.boxkeys import BoxKeys


class ConfirmScreen(ModalScreen[bool]):
    """`y` or enter is yes; anything that leaves it is no."""

    CSS_PATH = "confirm.tcss"
    BINDINGS = [  # noqa: RUF012
        Binding("y,enter", "answer(True)", show=False),
        Binding("n,escape,q", "answer(False)", show=False),
    ]

    def __init__(self, question: str, detail: str, verb: str) -> None:
        super().__init__()
        self._question, self._detail, self._verb = question, detail, verb

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content(self._question), id="question")
            yield Static(Content(self._detail), id="detail")
            yield BoxKeys(f"y {self._verb}   n leave it")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
