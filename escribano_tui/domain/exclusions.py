"""Programs and sites that are never read at all: password managers by default, and what the owner adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from escribano_tui.domain.evidence import Box, Description, Frame, ScreenLine
from escribano_tui.domain.lookalikes import fold

PASSWORD_MANAGERS = "password managers"  # stands for all of DEFAULT and ALONE in a list
# Programs by name, sites by host, pages by title: matched as whole words in programs, titles and addresses.
DEFAULT: tuple[str, ...] = (
    "1Password", "Bitwarden", "Vaultwarden", "KeePass", "KeePassXC", "KeePassDX", "LastPass", "Dashlane", "NordPass", "Enpass",
    "Keeper Password Manager", "Keeper Vault", "Proton Pass", "RoboForm", "Keychain Access", "Passwords and Keys", "Seahorse",
    "KWalletManager", "gopass", "QtPass", "Padloc", "Passbolt", "Psono", "about:logins", "chrome://password-manager",
    "chrome://settings/passwords", "edge://wallet/passwords", "passwords.google.com", "vault.bitwarden.com", "my.1password.com",
)  # fmt: skip
# Words of everyday: these are meant only where a program is called so.
ALONE: tuple[str, ...] = ("Passwords", "Password Safe", "Buttercup", "Password Manager")

BACKEND = "exclusions"  # who described such a moment
REGION = "excluded"  # of the line that stands for all that was not read
_BETWEEN = " · "
_WORD = re.compile(r"\w+")
_MOST_WORDS = 4
_TITLE = re.compile(r"\s[-–—|]\s?|\s?[-–—|]\s")  # between the parts of a window's title
_ADDRESS = re.compile(r"(?:[a-z][a-z+-]*:(?://)?)?[\w-]+(?:\.[\w-]+)+(?:[/:?#]\S*)?|about:\w+", re.I)
_UPPER = 0.25  # of the screen: where address bars are
_LEAST_TITLE = 4  # letters and digits
_EDGE = 0.05  # of the picture's height: panels, which name what is open, not what is in front


class Exclusions:
    """`names` are matched case-insensitively, as whole words, and where OCR took letters for others."""

    def __init__(self, names: Iterable[str] = (PASSWORD_MANAGERS,)) -> None:
        told = [n.strip() for n in names if n.strip()]
        usual = any(n.casefold() == PASSWORD_MANAGERS for n in told)
        words = {*(n for n in told if n.casefold() != PASSWORD_MANAGERS), *(DEFAULT if usual else ())}
        ordered = sorted(words, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.I) if ordered else None
        self._folded = {fold(name): name for name in ordered if fold(name)}
        self._alone = {fold(name): name for name in (ALONE if usual else ())}

    def which(self, *shown: str) -> str:
        """The excluded program or site that the texts (program, title, address of a window) name, or the empty string."""
        if self._pattern is None:
            return ""
        return next((found for text in shown if (found := self._in(text))), "")

    def _in(self, text: str) -> str:
        found = self._pattern.search(text) if self._pattern is not None else None
        if found:
            return found[0]
        return next((self._folded[run] for run in _runs(text) if run in self._folded), "")

    def mentioned(self, lines: Sequence[ScreenLine]) -> bool:
        """Whether any line names one at all, wherever it stands: only then need it be asked what is in front."""
        return any(self._in(line.text) or fold(line.text) in self._alone for line in lines)

    def in_front(self, seen: Description, lines: Sequence[ScreenLine] = ()) -> tuple[str, str]:
        """The excluded program or site that a description of a frame says is in front, and the program that shows it where
        that is another one; empty where there is none. `lines` may show more of the title than the description keeps."""
        app = seen.apps[0] if seen.apps else ""
        alone = self._alone.get(fold(app)) or (self._alone.get(fold(seen.page)) if seen.page else None)
        shown = (seen.site, seen.title, seen.document, *_titles(seen, lines), *(() if seen.site else _addresses(lines)))
        name = self.which(app) or alone or self.which(*shown)
        if not name:
            return "", ""
        return name, app if fold(app) != fold(name) and not self.which(app) else ""

    def titled(self, lines: Sequence[ScreenLine], height: int) -> str:
        """The excluded program that ends (or is all of) a window's title anywhere but in a panel: its window is open on the
        screen, in front or not, and may show what it holds."""
        for line in lines:
            if line.region == "content" and line.box.bottom > height * _EDGE and line.box.y < height * (1 - _EDGE):
                parts = _TITLE.split(line.text)
                last = fold(parts[-1])
                if len(parts) > 1 and last in self._folded:
                    return self._folded[last]
        return ""


def _titles(seen: Description, lines: Sequence[ScreenLine]) -> list[str]:
    """Lines that show the title of what is in front with more around it: the name of a site, of an account."""
    known = fold(seen.title)
    if len(known) < _LEAST_TITLE:
        return []
    return [line.text for line in lines if _TITLE.search(line.text) and known in fold(line.text)]


def _addresses(lines: Sequence[ScreenLine]) -> list[str]:
    """Lines in the upper part of the screen that are an address and nothing else."""
    low = max((line.box.bottom for line in lines), default=0) * _UPPER
    return [line.text for line in lines if line.box.bottom <= low and _ADDRESS.fullmatch(line.text.strip())]


def _runs(text: str) -> Iterator[str]:
    """All runs of up to four words, as they compare."""
    words = [fold(word) for word in _WORD.findall(text)]
    for k in range(len(words)):
        for n in range(1, min(_MOST_WORDS, len(words) - k) + 1):
            yield "".join(words[k : k + n])


# ---------------------------------------------------------------- what stands for what was not read


def stand_in(frame: Frame, start_s: float, name: str, within: str) -> ScreenLine:
    """The one line that is kept of a frame on which an excluded program or site was in front."""
    text = f"{name}{_BETWEEN}{within}" if within else name
    return ScreenLine(f"{frame.item}-{REGION}", text, Box(0, 0, 0, 0), start_s, frame.shows_until_s, region=REGION)


def left_out(lines: Iterable[ScreenLine]) -> ScreenLine | None:
    """The line that says that a moment was not read, among those that are visible at it."""
    return next((line for line in lines if line.region == REGION), None)


def described(frame: Frame, line: ScreenLine) -> Description:
    """What is told of a moment that was not read."""
    name, _, within = line.text.partition(_BETWEEN)
    return Description(
        frame.t_s, f"{name} was in front; it is never read.", "other", 0.9, apps=(within or name,), title=name,
        site=name if within else "", scores={"other": 0.9}, why=("on the list of what is never read",), backend=BACKEND,
    )  # fmt: skip


def left_unread(descriptions: Iterable[Description]) -> list[str]:
    """A sentence on the moments that were not read; none where there were none."""
    out = [d for d in descriptions if d.backend == BACKEND]
    names = ", ".join(dict.fromkeys(d.title for d in out))
    many = "1 picture was" if len(out) == 1 else f"{len(out)} pictures were"
    return [f"{many} left unread, as on the list of what is never read: {names}."] if out else []
