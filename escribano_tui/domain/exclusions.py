"""Programs and sites that are never read at all: password managers by default, and what the owner adds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from escribano_tui.domain.evidence import Box, Description, Frame, ScreenLine
from escribano_tui.domain.lookalikes import fold

PASSWORD_MANAGERS = "password managers"  # stands for all of DEFAULT and ALONE in a list
# Programs alone: a page of that name is about one.
_PROGRAMS = (
    "KeePass", "KeePassXC", "KeePassDX", "Keychain Access", "Passwords and Keys", "Seahorse", "KWalletManager", "gopass",
    "QtPass",
)  # fmt: skip
# Programs that have a site of the same name.
_SERVICES = (
    "1Password", "Bitwarden", "Vaultwarden", "LastPass", "Dashlane", "NordPass", "Enpass", "Keeper Password Manager",
    "Keeper Vault", "Proton Pass", "RoboForm", "Padloc", "Passbolt", "Psono",
)  # fmt: skip
_ADDRESSES = (
    "about:logins", "chrome://password-manager", "chrome://settings/passwords", "edge://wallet/passwords",
    "passwords.google.com", "vault.bitwarden.com", "my.1password.com",
)  # fmt: skip
DEFAULT: tuple[str, ...] = (*_SERVICES, *_PROGRAMS, *_ADDRESSES)
# Words of everyday: these are meant only where a program is called so.
ALONE: tuple[str, ...] = ("Passwords", "Password Safe", "Buttercup", "Password Manager")

BACKEND = "exclusions"  # who described such a moment
REGION = "excluded"  # of the line that stands for all that was not read
_BETWEEN = " · "
_WORD = re.compile(r"\w+")
_MOST_WORDS = 4
_TITLE = re.compile(r"\s[-–—|·•]\s?|\s?[-–—|·•]\s")  # between the parts of a window's title
_ADDRESS = re.compile(r"(?:[a-z][a-z+-]*:(?://)?)?[\w-]+(?:\.[\w-]+)+(?:[/:?#]\S*)?|about:\w+", re.I)
_HOST = re.compile(r"^[a-z][a-z+-]*://|^www\.", re.I)  # what comes before it
_UPPER = 0.25  # of the screen: where address bars are
_LEAST_TITLE = 4  # letters and digits
_EDGE = 0.05  # of the picture's height: panels, which name what is open, not what is in front


# What a manager puts around its name in the title of its own pages: another word makes it a page about it.
_AROUND = """
    a account accounts all app business desktop enterprise extension families family favorites for free home item items locked
    log login logins manager my open password passwords personal premium sign in secure send settings source teams the unlock
    vault vaults web your
"""
_OF_A_VAULT = frozenset(fold(word) for word in _AROUND.split())
_MAKE_THEM = (
    "mozilla google microsoft gnome kde web browser private browsing incognito inprivate developer edition nightly beta"
)
_MAKERS = frozenset(fold(word) for word in _MAKE_THEM.split())
_SHOW_PAGES = "firefox chrome chromium edge safari brave vivaldi opera librewolf epiphany konqueror falkon waterfox arc"
_BROWSERS = frozenset(fold(word) for word in _SHOW_PAGES.split())


class Exclusions:
    """The owner's own words are matched case-insensitively as whole words wherever programs, titles and addresses name
    them; the usual managers where one is in front, not where a title is about one. Both also where OCR took letters for
    others."""

    def __init__(self, names: Iterable[str] = (PASSWORD_MANAGERS,)) -> None:
        told = [n.strip() for n in names if n.strip()]
        usual = any(n.casefold() == PASSWORD_MANAGERS for n in told)
        own = {n for n in told if n.casefold() != PASSWORD_MANAGERS}
        self._own = _Words(own)
        self._any = _Words({*own, *(DEFAULT if usual else ())})
        self._usual = _Words(DEFAULT if usual else ())
        self._services = _Words(_SERVICES if usual else ())
        self._addresses = {fold(name): name for name in (_ADDRESSES if usual else ())}
        self._alone = {fold(name): name for name in (ALONE if usual else ())}

    def which(self, program: str = "", title: str = "", address: str = "") -> str:
        """The excluded program or site that a window is of, or the empty string."""
        return self._any.inside(program) or self._own.inside(title) or self._titled(title, program) or self._site(address)

    def _titled(self, title: str, program: str) -> str:
        """The usual manager whose own window or page has such a title: a part of it says its name and nothing else, and
        that part comes after another one, or what else there is says no more than a manager does."""
        parts = [part for part in _TITLE.split(title) if fold(part)]
        if len(parts) > 1 and _is_program(parts[-1], program):
            parts.pop()
        known = self._services if _BROWSERS & set(_words(program)) else self._usual
        names = [_name_of(part, known) for part in parts]
        if any(names[1:]):
            return next(name for name in names[1:] if name)
        return names[0] if names and names[0] and all(map(_is_of_a_vault, parts[1:])) else ""

    def _site(self, address: str) -> str:
        """The excluded site that an address is of: its host says so, not what is looked for or read there."""
        if own := self._own.inside(address):
            return own
        host = fold(_HOST.sub("", address).partition("/")[0].partition("?")[0])
        whole = fold(address)
        for known, name in self._addresses.items():
            if (host.endswith(known)) if "." in name else whole.startswith(known):
                return name
        labels = _HOST.sub("", address).partition("/")[0].split(".")
        return next((name for label in labels if (name := _name_of(label, self._services))), "")

    def mentioned(self, lines: Sequence[ScreenLine]) -> bool:
        """Whether any line names one at all, wherever it stands: only then need it be asked what is in front."""
        return any(self._any.inside(line.text) or fold(line.text) in self._alone for line in lines)

    def in_front(self, seen: Description, lines: Sequence[ScreenLine] = ()) -> tuple[str, str]:
        """The excluded program or site that a description of a frame says is in front, and the program that shows it where
        that is another one; empty where there is none. `lines` may show more of the title than the description keeps."""
        app = seen.apps[0] if seen.apps else ""
        titles = (seen.title, seen.document, *_titles(seen, lines))
        sites = [seen.site] if seen.site else _addresses(lines)
        found = (*(self.which("", site) for site in sites if not _ADDRESS.fullmatch(site)), *map(self._site, sites))
        named = next((n for n in (*(self.which(app, title) for title in titles), *found) if n), "")
        name = self._any.inside(app) or named or self._alone.get(fold(app)) or ""
        if not name:
            return "", ""
        return name, app if fold(app) != fold(name) and not self._any.inside(app) else ""

    def titled(self, lines: Sequence[ScreenLine], height: int, seen: Description | None = None) -> str:
        """The excluded program that ends (or is all of) a window's title anywhere but in a panel: its window is open on the
        screen, in front or not, and may show what it holds. The title of what is in front (`seen`) was looked at before."""
        front = fold(seen.title) if seen is not None else ""
        for line in lines:
            if line.region == "content" and line.box.bottom > height * _EDGE and line.box.y < height * (1 - _EDGE):
                parts = _TITLE.split(line.text)
                name = self._any.exactly(parts[-1]) if len(parts) > 1 else ""
                if name and not (len(front) >= _LEAST_TITLE and (front in fold(line.text) or fold(line.text) in front)):
                    return name
        return ""


class _Words:
    """Names that are looked for in texts."""

    def __init__(self, names: Iterable[str]) -> None:
        ordered = sorted(names, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.I) if ordered else None
        self._folded = {fold(name): name for name in ordered if fold(name)}

    def inside(self, text: str) -> str:
        """The name that stands in a text as whole words, as it is written there, or the empty string."""
        found = self._pattern.search(text) if self._pattern is not None else None
        if found:
            return found[0]
        return next((self._folded[run] for run in _runs(text) if run in self._folded), "") if self._folded else ""

    def exactly(self, text: str) -> str:
        """The name that a text is, or the empty string."""
        return self._folded.get(fold(text), "")


def _name_of(part: str, names: _Words) -> str:
    """The name in a part of a title that holds nothing but it and words of a vault, or the empty string."""
    name = names.inside(part)
    if not name:
        return ""
    rest = [word for word in _words(part) if word not in set(_words(name))]
    return name if all(word in _OF_A_VAULT for word in rest) else ""


def _is_program(part: str, program: str) -> bool:
    """Whether a part of a title is the name of the program that shows it: `Google Chrome`, `Mozilla Firefox`."""
    known = _BROWSERS | _MAKERS | set(_words(program))
    return bool(words := _words(part)) and all(word in known for word in words)


def _is_of_a_vault(part: str) -> bool:
    return all(word in _OF_A_VAULT for word in _words(part))


def _words(text: str) -> list[str]:
    """The words of a text as they compare, without one that was cut off."""
    found = [fold(word) for word in _WORD.findall(text)]
    return found[:-1] if text.rstrip().endswith(("…", "..")) and len(found) > 1 else found


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
