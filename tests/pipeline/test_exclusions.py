"""Programs and sites that are never read: nothing of them is kept but that they were in front."""

from __future__ import annotations

from typing import Any

import pytest

from escribano_tui.backends.vision.screen_reader import ScreenReader, load_cues
from escribano_tui.domain.evidence import Description, Frame, ScreenLine
from escribano_tui.domain.exclusions import REGION, left_unread
from escribano_tui.domain.profile import Profile, ReadSettings
from escribano_tui.pipeline.describe import Describe
from escribano_tui.pipeline.read import Read
from escribano_tui.ports import Availability, BackendInfo, Cancelled, Choice
from tests.fakes import MemoryContext
from tests.pictures import screen
from tests.pipeline.reading_room import CHOICE, HEIGHT, RECORDING, WIDTH, DrawnReader, Files, Film, name_of

HARBOUR = ["tides.txt - Mousepad", "File Edit Search View Document Help", "High water at six in the morning"]
VAULT = [
    "Harbour.kdbx - KeePassXC",
    "Database Entries Groups Tools Help",
    "Bank of Visby   hunter2secret",
    "Mail   tulip-stone",
]
MAIL = ["Inbox - Fernmail - Mozilla Firefox", "https://mail.fern.example/u/0", "Balance 4210 crowns"]
BANK = ["Accounts - Bank of Visby - Mousepad", "File Edit Search View Document Help", "Balance 4210 crowns"]
KEY = ["notes.txt - Mousepad", "File Edit Search View Document Help", "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"]
ARTICLE = ["KeePass or Bitwarden? - Fernwiki - Mozilla Firefox", "https://wiki.fern.example/KeePass", "Balance 4210 crowns"]
ABOUT = ["Download - KeePassXC - Mozilla Firefox", "https://keepassxc.org/download", "Balance 4210 crowns"]
WEB_VAULT = ["Vaults | Bitwarden Web Vault - Mozilla Firefox", "https://pass.fern.example/#/vault", "Balance 4210 crowns"]
SECRETS = ("hunter2secret", "tulip-stone", "Harbour.kdbx", "4210")


class Telling(DrawnReader):
    """Knows the texts of the drawn lines by their shape."""

    def __init__(self) -> None:
        super().__init__()
        self._texts: dict[str, str] = {}
        for text in {*HARBOUR, *VAULT, *BANK, *MAIL, *KEY, *ARTICLE, *ABOUT, *WEB_VAULT, "10:12"}:
            image = screen([(30, 40, text)], width=WIDTH, height=90, size=15)
            boxes = self.detect(image)
            left, right = min(b.x for b in boxes), max(b.right for b in boxes)
            self._texts[name_of(image[boxes[0].y : boxes[0].bottom, left:right])] = text

    def recognise(self, lines: Any) -> Any:
        return [(self._texts[name], sure) for name, sure in super().recognise(lines)]


def picture(window: list[str]) -> Any:
    return screen([*((30, 40 + 30 * k, text) for k, text in enumerate(window)), (WIDTH - 70, HEIGHT - 24, "10:12")],
                  width=WIDTH, height=HEIGHT, size=15)  # fmt: skip


class Pictures(Files):
    """Also forgets thumbnails when told to."""

    def __init__(self, pictures: dict[str, Any]) -> None:
        super().__init__(pictures)
        self.dropped: list[str] = []

    def drop_pictures(self, recording_id: str, name: str) -> None:
        self.dropped.append(name)


class Both:
    """The reader of text, and the real screen reader."""

    def __init__(self) -> None:
        self.text = Telling()

    def choose(self, port: str, names: Any, model: str = "", url: str = "") -> Choice:
        return Choice(port, BackendInfo(port, "screen-reader", "", "screen reader", Availability(True)))

    def open(self, choice: Choice, options: dict[str, Any]) -> Any:
        return self.text if choice.port == "screen_text" else ScreenReader(load_cues())


def session(windows: list[list[str]], exclude: tuple[str, ...] = ("password managers",), **more: Any) -> MemoryContext:
    frames = [Frame(10.0 * k + 1, "change", 10.0 * k, 10.0 * (k + 1), thumbnail=f"{k}.jpg") for k in range(len(windows))]
    shown = {frame.t_s: picture(window) for frame, window in zip(frames, windows, strict=True)}
    return MemoryContext(
        RECORDING, profile=Profile("p", read=ReadSettings(exclude=exclude)), backends=Both(), choice=CHOICE, media=Film(shown),
        files=Pictures({f.item: shown[f.t_s] for f in frames}), earlier={"frames": frames}, **more,
    )  # fmt: skip


def texts_at(context: MemoryContext, t_s: float) -> set[str]:
    return {line.text for line in context.mine(ScreenLine) if line.start_s <= t_s < line.end_s}


def kept(context: MemoryContext) -> str:
    """Everything that could hold a text of the screen."""
    return repr((context.items, context.instead, context.kept, context.looks, context.notes))


def test_a_password_manager_is_not_read_pictured_or_remembered() -> None:
    context = session([HARBOUR, VAULT, VAULT, HARBOUR])
    Read().run(context)
    assert texts_at(context, 1.0) == texts_at(context, 31.0) == {*HARBOUR, "10:12"}
    assert texts_at(context, 11.0) == texts_at(context, 21.0) == {"KeePassXC"}
    assert {line.region for line in context.mine(ScreenLine) if line.text == "KeePassXC"} == {REGION}
    assert not any(secret in kept(context) for secret in SECRETS)
    assert context.files.dropped == [frame.item for frame in context.earlier["frames"][1:3]]
    assert context.notes[-1].endswith("; 2 pictures left unread: KeePassXC")


def test_the_first_sight_leaves_nothing_either() -> None:
    context = session([VAULT, HARBOUR])
    Read().run(context)
    assert texts_at(context, 1.0) == {"KeePassXC"}
    assert texts_at(context, 11.0) == {*HARBOUR, "10:12"}
    assert not any(secret in kept(context) for secret in SECRETS)


def test_the_owner_extends_the_list() -> None:
    Read().run(plain := session([HARBOUR, BANK]))
    Read().run(own := session([HARBOUR, BANK], ("password managers", "bank of visby")))
    Read().run(site := session([HARBOUR, MAIL], ("mail.fern.example",)))
    Read().run(nothing := session([HARBOUR, VAULT], ()))
    assert BANK[2] in texts_at(plain, 11.0)
    assert texts_at(own, 11.0) == {"Bank of Visby · Mousepad"}
    assert texts_at(site, 11.0) == {"mail.fern.example · Firefox"}
    assert VAULT[2] in texts_at(nothing, 11.0)


def test_a_page_about_one_is_read_and_its_own_is_not() -> None:
    Read().run(context := session([HARBOUR, ARTICLE, ABOUT, WEB_VAULT]))
    assert set(ARTICLE) <= texts_at(context, 11.0)
    assert set(ABOUT) <= texts_at(context, 21.0)
    assert texts_at(context, 31.0) == {"Bitwarden · Firefox"}


@pytest.mark.parametrize("after", [1, 2, 3])
def test_going_on_after_an_interruption_reads_it_as_little(after: int) -> None:
    windows = [HARBOUR, VAULT, VAULT, HARBOUR, BANK]
    Read().run(whole := session(windows))
    broken = session(windows, cancel_after=after)
    with pytest.raises(Cancelled):
        Read().run(broken)
    Read().run(rest := broken.resumed())
    for k in range(len(windows)):
        assert texts_at(rest, 10 * k + 1.0) == texts_at(whole, 10 * k + 1.0)
    assert not any(secret in kept(rest) for secret in SECRETS[:3])


def test_it_is_told_by_its_name_alone() -> None:
    context = session([HARBOUR, VAULT])
    Read().run(context)
    frames, lines = context.earlier["frames"], context.mine(ScreenLine)
    later = MemoryContext(
        RECORDING, backends=Both(), choice=Choice("vision", BackendInfo("vision", "r", "", "r", Availability(True))),
        earlier={"frames": frames, "read": [*(f.item for f in frames), *lines], "scan": []}, lines=lines,
    )  # fmt: skip
    later.may_replace = True
    Describe().run(later)
    told = {d.t_s: d for d in later.mine(Description)}
    assert told[11.0].sentence == "KeePassXC was in front; it is never read."
    assert (told[11.0].apps, told[11.0].activity, told[11.0].title) == (("KeePassXC",), "other", "KeePassXC")
    assert "Mousepad" in told[1.0].apps
    assert left_unread(told.values()) == ["1 picture was left unread, as on the list of what is never read: KeePassXC."]
    assert left_unread([told[1.0]]) == []
