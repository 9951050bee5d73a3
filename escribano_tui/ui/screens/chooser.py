"""Choosing how to run: the profiles side by side, for this recording on this machine."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from escribano_tui.domain.machine import Fetchable
from escribano_tui.domain.profile import Profile
from escribano_tui.domain.recording import Recording
from escribano_tui.domain.text import clean_line
from escribano_tui.domain.times import clock, duration
from escribano_tui.ports import RunOptions
from escribano_tui.ui.jobs import job
from escribano_tui.ui.keys import bindings_of
from escribano_tui.ui.screens.base import CommandScreen
from escribano_tui.ui.screens.fetch import facts_of
from escribano_tui.ui.widgets.plancard import PlanCard
from escribano_tui.ui.widgets.titlebar import TitleBar
from escribano_tui.ui.words import budget_of, many, not_a_budget, when

FRAME = 3  # lines of a card that tell nothing


class ChooserScreen(CommandScreen):
    """Shows what each profile would do, and starts the chosen one."""

    CSS_PATH = "chooser.tcss"
    where: ClassVar[str] = "chooser"
    BINDINGS: ClassVar = bindings_of("chooser")

    def __init__(self, recording_id: str) -> None:
        super().__init__()
        self.recording_id = recording_id
        self.recording: Recording | None = None
        self.chosen = 0
        self.options = RunOptions()
        self.drafted = False
        self.profiles: list[Profile] = []
        self.first_choice = ""
        self.budget: tuple[str, float] | None = None  # a profile and the seconds that it is fitted to
        self.folded = True

    def compose(self) -> ComposeResult:
        yield TitleBar(lambda: self.palette, id="title")
        yield Container(id="plans")
        yield Static(id="where")
        yield from self.keybar()

    def on_mount(self) -> None:
        self.load()

    @job("load")
    async def load(self) -> None:
        house = self.house_app.house
        self.recording = await asyncio.to_thread(house.library.find, self.recording_id)
        self.show_title()
        rows = await asyncio.to_thread(house.library.rows)
        row = next((r for r in rows if r.id == self.recording_id), None)
        self.drafted = row is not None and row.segments > 0
        self.profiles = await asyncio.to_thread(house.runs.profiles)
        for problem in await asyncio.to_thread(house.runs.profile_problems):
            self.tell(problem, "warning", 12.0)
        plans = self.query_one("#plans")
        await plans.remove_children()
        await plans.mount_all([self.card(p) for p in self.profiles])
        if self.budget is not None and any(p.name == self.budget[0] for p in self.profiles):
            await plans.mount(self.budget_card(*self.budget))
        names = [p.name for p in self.profiles]
        unfinished = row.profile if row and row.state in ("cancelled", "failed") else ""  # such a run goes on as it began
        likely = (self.first_choice, unfinished, self.house_app.settings.profile)
        first = next((n for n in likely if n in names), names[0])
        self.choose(names.index(first))
        self.plan_all()

    def card(self, profile: Profile) -> PlanCard:
        keys = self.house_app.keymap
        key = keys.shown(f"chooser.{profile.name}") if profile.name in ("quick", "thorough") else ""
        more = keys.shown("chooser.details")
        return PlanCard(lambda: self.palette, profile.name, key, profile.description, more_key=more)

    def budget_card(self, profile: str, seconds: float) -> PlanCard:
        keys = self.house_app.keymap
        about = next((p.description for p in self.profiles if p.name == profile), "")
        key, more = keys.shown("chooser.budget"), keys.shown("chooser.details")
        return PlanCard(lambda: self.palette, profile, key, about, budget_s=seconds, more_key=more)

    @job("plan")
    async def plan_all(self) -> None:
        """One after the other, so that the first is there soon."""
        runs = self.house_app.house.runs
        for card in self.cards:
            card.fold(self.folded)
            try:
                card.show(await asyncio.to_thread(runs.plan, self.recording_id, card.profile, self.options_of(card)))
            except (LookupError, ValueError, OSError) as error:
                card.show(problem=clean_line(str(error.args[0]) if error.args else type(error).__name__))
            self.show_where()

    def options_of(self, card: PlanCard) -> RunOptions:
        return replace(self.options, budget_s=card.budget_s)

    @property
    def cards(self) -> list[PlanCard]:
        return list(self.query(PlanCard))

    # ------------------------------------------------------------ what is shown

    def show_title(self) -> None:
        recording = self.recording
        if recording is None:
            return
        size = f"{recording.width}x{recording.height}" if recording.has_video else "no picture"
        facts = [duration(recording.duration_ms), size, many(len(recording.tracks), "track"), when(recording.started_at)]
        o = self.options
        given = (
            ("all anew", o.force),
            ("retry failed", o.retry_failed),
            ("own microphone", o.mic),
            ("own system sound", o.system),
        )
        chosen = [words for words, on in given if on]
        self.query_one(TitleBar).show(Path(recording.path).name, *chosen, *facts)

    def show_where(self) -> None:
        """Whether anything leaves this machine, and what is odd about the file."""
        cards = self.cards
        if self.chosen >= len(cards):
            return  # a card is being taken away, or the first ones are still to come
        plan = cards[self.chosen].plan
        lines: list[Content] = []
        if plan is not None and plan.leaves_machine:
            hosts = ", ".join(plan.leaves_machine)
            lines.append(Content.styled(f"! {cards[self.chosen].title} sends data to {hosts}.", "bold $warning"))
        elif plan is not None:
            lines.append(Content.styled("✓ Nothing leaves this machine.", "$success"))
        if plan is not None and plan.could_fetch:
            better = ", ".join(f"{w.name} for {phase}{facts_of(w)}" for phase, w in plan.could_fetch)
            key = self.house_app.keymap.shown("chooser.fetch")
            lines.append(Content.styled(f"↓ Would serve better and is not here ({key} fetches): {better}", "$muted"))
        if self.recording is not None:
            lines += [Content.styled(f"! {note}", "$warning") for note in self.recording.notes[:2]]
        self.query_one("#where", Static).update(Content("\n").join(lines))

    def choose(self, index: int) -> None:
        cards = self.cards
        if not cards:
            return
        self.chosen = index % len(cards)
        shown = self.shown(len(cards))
        for k, card in enumerate(cards):
            card.choose(k == self.chosen)
            card.display = k in shown
        self.show_where()
        self.refresh_keys()

    def shown(self, count: int) -> range:
        """Which cards stand side by side: as many as there is room for, the chosen one among them."""
        room = max(1, self.app.size.width // 38)
        first = max(0, min(self.chosen - room + 1, count - room))
        return range(first, min(count, first + room))

    def fit_size(self) -> None:
        super().fit_size()
        if self.is_mounted:
            self.choose(self.chosen)

    # ------------------------------------------------------------ commands

    def unavailable(self, name: str) -> str:
        if name == "start" and (self.recording is None or not self.cards):
            return "One moment: still looking what the profiles would do."
        if name == "settings" and (not self.profiles or self.house_app.paths is None):
            return "There is no folder for settings here."
        if name == "review" and not self.drafted:
            return "Nothing has been drafted for this recording yet."
        if name == "fetch" and not self.could_fetch:
            return "All weights that this profile would use are here."
        if name == "budget" and not self.cards:
            return "One moment: still looking what the profiles would do."
        if name in ("quick", "thorough") and self.cards and not any(c.profile == name for c in self.cards):
            return f"There is no profile named {name}."
        return ""

    def do_start(self) -> None:
        recording = self.recording
        if recording is None:
            return
        card = self.cards[self.chosen]
        if card.problem:
            self.tell(card.problem, "error")
            return
        self.house_app.runs.start(recording, card.profile, self.options_of(card), card.plan)

    def do_settings(self) -> None:
        from escribano_tui.ui.screens.profile import ProfileScreen

        paths = self.house_app.paths
        profile = next((p for p in self.profiles if p.name == self.cards[self.chosen].profile), None)
        if paths is not None and profile is not None:
            self.app.push_screen(ProfileScreen(profile, paths.own_profiles), self.profile_saved)

    def profile_saved(self, name: str | None) -> None:
        if name is not None:
            self.first_choice = name
            self.load()

    @property
    def could_fetch(self) -> tuple[tuple[str, Fetchable], ...]:
        cards = self.cards
        plan = cards[self.chosen].plan if self.chosen < len(cards) else None
        return plan.could_fetch if plan is not None else ()

    def do_fetch(self) -> None:
        from escribano_tui.ui.screens.pick import Item, PickScreen

        found = {w.name: w for _, w in self.could_fetch}
        items = [Item(w.name, f"{w.name} for {phase}", facts_of(w).lstrip(", ")) for phase, w in self.could_fetch]
        if len(items) == 1:
            self.fetch(items[0].value, found)
            return
        title = "Weights that would serve better: they are fetched from the Hugging Face hub"
        self.app.push_screen(PickScreen(title, items), lambda name: self.fetch(name, found) if name else None)

    def fetch(self, name: str, known: dict[str, Fetchable]) -> None:
        from escribano_tui.ui.screens.fetch import FetchScreen

        def done(fetched: bool | None) -> None:
            if fetched:
                self.tell(f"{name} is here, and serves from now on.")
                self.plan_all()

        self.app.push_screen(FetchScreen(known[name]), done)

    def do_review(self) -> None:
        self.house_app.go_review(self.recording_id)

    def choose_profile(self, name: str) -> None:
        self.choose(next(k for k, c in enumerate(self.cards) if c.profile == name))

    def do_quick(self) -> None:
        self.choose_profile("quick")

    def do_thorough(self) -> None:
        self.choose_profile("thorough")

    def do_budget(self) -> None:
        """The first press asks for the time; later ones choose the card, and on the card ask again."""
        from escribano_tui.ui.screens.ask import AskScreen

        cards = self.cards
        at = next((k for k, c in enumerate(cards) if c.budget_s is not None), None)
        if at is not None and at != self.chosen:
            self.choose(at)
            return
        profile = cards[self.chosen].profile
        before = clock(self.budget[1]) if self.budget else ""

        def answered(text: str | None) -> None:
            seconds = budget_of(text) if text else None
            if seconds is not None:
                self.set_budget(profile, seconds)

        title = f"How much time is there? {profile} is fitted to it"
        self.app.push_screen(AskScreen(title, before, check=not_a_budget, placeholder="5 min"), answered)

    @job("budget")
    async def set_budget(self, profile: str, seconds: float) -> None:
        """Put the third card there, or a new one in its place, and choose it."""
        self.budget = (profile, seconds)
        for card in self.cards:
            if card.budget_s is not None:
                await card.remove()
        await self.query_one("#plans").mount(self.budget_card(profile, seconds))
        self.choose(len(self.cards) - 1)
        self.plan_all()

    def do_details(self) -> None:
        self.folded = not self.folded
        for card in self.cards:
            card.fold(self.folded)

    def do_next(self) -> None:
        self.choose(self.chosen + 1)

    def do_previous(self) -> None:
        self.choose(self.chosen - 1)

    def set_options(self, options: RunOptions) -> None:
        self.options = options
        self.show_title()
        self.plan_all()

    def do_force(self) -> None:
        self.set_options(replace(self.options, force=not self.options.force, retry_failed=False))

    def do_retry(self) -> None:
        self.set_options(replace(self.options, retry_failed=not self.options.retry_failed, force=False))

    def do_mic(self) -> None:
        if self.options.mic is not None:
            self.set_options(replace(self.options, mic=None))
        else:
            self.ask_sound("The microphone's own file", lambda path: replace(self.options, mic=path))

    def do_system(self) -> None:
        if self.options.system is not None:
            self.set_options(replace(self.options, system=None))
        else:
            self.ask_sound("The file of the system's sound", lambda path: replace(self.options, system=path))

    def ask_sound(self, title: str, taken: Callable[[Path], RunOptions]) -> None:
        from escribano_tui.ui.screens.add import AddScreen

        def answered(paths: list[str] | None) -> None:
            path = Path(paths[0]).expanduser().absolute() if paths else None
            if path is not None and path.is_file():
                self.set_options(taken(path))
            elif path is not None:
                self.tell(f"There is no file {path}.", "warning")

        folder = Path(self.recording.path).parent if self.recording else None
        self.app.push_screen(AddScreen(folder, title), answered)

    def do_down(self) -> None:
        self.cards[self.chosen].scroll_relative(y=2, animate=False)

    def do_up(self) -> None:
        self.cards[self.chosen].scroll_relative(y=-2, animate=False)

    @on(PlanCard.Laid)
    def fit_cards(self) -> None:
        """No card is longer than the longest of what they tell, once all of them tell it."""
        told = all(card.plan or card.problem for card in self.cards)
        self.query_one("#plans").styles.max_height = max(c.whole for c in self.cards) + FRAME if told else None

    @on(PlanCard.Picked)
    def picked(self, event: PlanCard.Picked) -> None:
        self.choose(self.cards.index(event.card))
        if event.again:
            self.action_do("start")
