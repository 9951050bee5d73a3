"""The owner's rules: a list to change and take out, each with what it says; and the form of one rule."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widgets import Static

from escribano_tui.domain.activity import ACTIVITIES
from escribano_tui.domain.cues import Rule
from escribano_tui.domain.learning import RulePreview
from escribano_tui.domain.ruling import pictured, sentence_of, wrong_with
from escribano_tui.ui.jobs import job
from escribano_tui.ui.lines import Line
from escribano_tui.ui.screens.rule import lines_of
from escribano_tui.ui.widgets.boxkeys import BoxKeys
from escribano_tui.ui.widgets.rows import Rows

if TYPE_CHECKING:
    from escribano_tui.ui.app import EscribanoApp

NOTHING = "No rules yet. In the review, L makes one of a label."
ABOUT = {
    "activity": "the label that it gives, or none",
    "program": "the program in front",
    "site": "a host, or a kind of page of the cues",
    "title": "what a title or document must hold",
    "likeness": "the picture that a window must look like",
    "personal": "whether it marks as personal",
}


class RulesScreen(ModalScreen[None]):
    """All rules, in the order of the file: of several that fit, the last one counts."""

    CSS_PATH = "rules.tcss"
    BINDINGS: ClassVar = [
        Binding("escape,q", "close", show=False),
        Binding("enter,e", "edit", show=False),
        Binding("delete,d", "remove", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rules: Sequence[Rule] | None = None

    @property
    def house_app(self) -> EscribanoApp:
        return cast("EscribanoApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(Content("Rules made of your labels"), id="heading")
            yield Rows(self.paint, id="rows")
            yield Static(Content("They hold from the next run on. Of several that fit, the last one counts."), id="about")
            yield BoxKeys("esc close")

    def on_mount(self) -> None:
        self.load()

    def report(self, error: Exception) -> None:
        self.house_app.report(error)

    @job("rules")
    async def load(self) -> None:
        try:
            self._rules = list(await asyncio.to_thread(self.house_app.house.rules.list))
        except ValueError as why:
            self.house_app.tell(str(why), "error", 8.0)
            self.dismiss(None)
            return
        rows = self.query_one(Rows)
        rows.set_count(max(1, len(self._rules)), min(rows.cursor, max(0, len(self._rules) - 1)))
        rows.styles.height = max(1, min(len(self._rules), self.size.height - 8))
        self.query_one(BoxKeys).show("enter change   delete take out   esc close" if self._rules else "esc close")

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.house_app.palette.style
        if not self._rules:
            return (
                Line()
                .add(" " + ("Looking …" if self._rules is None else NOTHING), style("muted", "surface"))
                .strip(width, style("muted", "surface"))
            )
        ground = "selection" if here else "surface"
        out = Line().add("▸ " if here else "  ", style("accent", ground, bold=True))
        out.fit(str(index + 1), len(str(len(self._rules))), style("muted", ground), right=True).add(" ", style("muted", ground))
        out.fit(sentence_of(self._rules[index]), max(0, width - out.width), style("foreground", ground, bold=here))
        return out.strip(width, style("foreground", ground))

    # ------------------------------------------------------------ keys

    def _chosen(self) -> tuple[int, Rule] | None:
        at = self.query_one(Rows).cursor
        return (at + 1, self._rules[at]) if self._rules and at < len(self._rules) else None

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            n, was = chosen
            self.app.push_screen(RuleForm(was), lambda rule: self.keep(n, was, rule) if rule not in (None, was) else None)

    def action_remove(self) -> None:
        from escribano_tui.ui.screens.confirm import ConfirmScreen

        chosen = self._chosen()
        if chosen is None:
            return
        n, was = chosen
        detail = "The next run drafts without it; what you corrected stays."
        screen = ConfirmScreen(f"Take out “{sentence_of(was)}”", detail, "take it out")
        self.app.push_screen(screen, lambda yes: self.keep(n, was, None) if yes else None)

    @job("keep")
    async def keep(self, n: int, was: Rule, rule: Rule | None) -> None:
        """Put a rule in the place of one, or none; the list is read again whatever comes of it."""
        rules = self.house_app.house.rules
        try:
            if rule is None:
                await asyncio.to_thread(rules.remove, n, was)
                told = f"Taken out: {sentence_of(was)}"
            else:
                await asyncio.to_thread(rules.replace, n, rule, was)
                told = f"Changed: {sentence_of(rule)}"
            self.house_app.tell(f"{told} The next run drafts so.", timeout=8.0)
        except (ValueError, LookupError) as why:
            self.house_app.tell(str(why.args[0] if why.args else why), "error", 8.0)
        self.load()

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    def action_close(self) -> None:
        self.dismiss(None)


class RuleForm(ModalScreen[Rule | None]):
    """One rule field by field, with what it would change; gives back the changed rule, or None."""

    CSS_PATH = "rules.tcss"
    BINDINGS: ClassVar = [
        Binding("escape,q", "close", show=False),
        Binding("enter,space", "edit", show=False),
        Binding("s", "save", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
    ]

    def __init__(self, rule: Rule) -> None:
        super().__init__()
        self._rule = rule
        self._before = rule
        self._names = list(ABOUT)

    @property
    def house_app(self) -> EscribanoApp:
        return cast("EscribanoApp", self.app)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog", id="box"):
            yield Static(id="heading", markup=False)
            yield Rows(self.paint, id="rows")
            yield Static(id="about", markup=False)
            yield BoxKeys("enter change a field   s keep the rule   esc leave it")

    def on_mount(self) -> None:
        rows = self.query_one(Rows)
        rows.set_count(len(self._names), 0)
        rows.styles.height = len(self._names)
        self.show()

    def report(self, error: Exception) -> None:
        self.house_app.report(error)

    def show(self) -> None:
        wrong = wrong_with(self._rule)
        self.query_one("#heading", Static).update(Content(wrong or sentence_of(self._rule)))
        self.query_one(Rows).refresh()
        self.query_one("#about", Static).update(Content("" if wrong else "Looking …"))
        if not wrong:
            self.look(self._rule)

    @job("preview")
    async def look(self, rule: Rule) -> None:
        preview: RulePreview = await asyncio.to_thread(self.house_app.house.rules.preview, rule)
        if rule == self._rule:
            self.query_one("#about", Static).update(Content("\n".join(lines_of(preview))))

    def paint(self, index: int, line: int, width: int, here: bool) -> Strip:
        style = self.house_app.palette.style
        ground = "selection" if here else "surface"
        name = self._names[index]
        shown = self._shown(name)
        out = Line().add("▸ " if here else "  ", style("accent", ground, bold=True))
        out.fit(name, 10, style("primary", ground, bold=True)).fit(shown, min(40, width // 3), style("foreground", ground))
        out.add(" ", style("muted", ground)).fit(ABOUT[name], max(0, width - out.width), style("muted", ground))
        return out.strip(width, style("foreground", ground))

    def _shown(self, name: str) -> str:
        value = getattr(self._rule, name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        told = pictured(self._rule) if name == "likeness" and value else value
        return told or ("(none)" if name == "activity" else "(any)")

    # ------------------------------------------------------------ keys

    @on(Rows.Chosen)
    def clicked(self) -> None:
        self.action_edit()

    def action_edit(self) -> None:
        from escribano_tui.ui.screens.ask import AskScreen
        from escribano_tui.ui.screens.pick import Item, PickScreen

        name = self._names[self.query_one(Rows).cursor]
        value = getattr(self._rule, name)
        if isinstance(value, bool):
            self.take(name, not value)
        elif name == "likeness":
            self.take_look(() if value else self._before.likeness)
        elif name == "activity":
            choices = ["", *ACTIVITIES]
            items = [Item(a, a or "(none)") for a in choices]
            cursor = choices.index(value) if value in choices else 0
            self.app.push_screen(PickScreen(f"{name}: {ABOUT[name]}", items, cursor=cursor), lambda a: self.take(name, a))
        else:
            self.app.push_screen(AskScreen(f"{name}: {ABOUT[name]}", value), lambda text: self.take(name, text))

    def take(self, name: str, value: str | bool | None) -> None:
        if value is not None:
            self._rule = replace(self._rule, **{name: value})  # type: ignore[arg-type]
            self.show()

    def take_look(self, likeness: tuple[str, ...]) -> None:
        """Take the picture out of the rule, or back in: what it looks like cannot be typed."""
        if not likeness and not self._rule.likeness:
            self.house_app.tell("A picture comes into a rule in the review only: L on a segment.", "warning")
            return
        self._rule = replace(self._rule, likeness=likeness, seen=self._before.seen if likeness else "")
        self.show()

    def action_save(self) -> None:
        wrong = wrong_with(self._rule)
        if wrong:
            self.house_app.tell(wrong, "error")
        else:
            self.dismiss(self._rule)

    def action_move(self, by: int) -> None:
        self.query_one(Rows).cursor += by

    def action_close(self) -> None:
        self.dismiss(None)
