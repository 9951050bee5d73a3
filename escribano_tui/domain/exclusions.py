"""Programs and sites that are never read at all: password managers by default, and what the owner adds."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Programs by name, sites by host, pages by title: matched as whole words in programs, titles and addresses.
DEFAULT: tuple[str, ...] = (
    "1Password", "Bitwarden", "Vaultwarden", "KeePass", "KeePassXC", "KeePassDX", "LastPass", "Dashlane", "NordPass", "Enpass",
    "Keeper Password Manager", "Keeper Vault", "Proton Pass", "RoboForm", "Keychain Access", "Passwords and Keys", "Seahorse",
    "KWalletManager", "gopass", "QtPass", "Password Safe", "Buttercup", "Padloc", "Passbolt", "Psono", "about:logins",
    "chrome://password-manager", "chrome://settings/passwords", "edge://wallet/passwords", "passwords.google.com",
    "vault.bitwarden.com", "my.1password.com",
)  # fmt: skip


class Exclusions:
    """`names` are matched case-insensitively, as whole words."""

    def __init__(self, names: Iterable[str] = DEFAULT) -> None:
        ordered = sorted({n.strip() for n in names if n.strip()}, key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, ordered))})(?!\w)", re.I) if ordered else None

    def which(self, *shown: str) -> str:
        """The excluded program or site that the texts (program, title, address of a window) name, or the empty string."""
        if self._pattern is None:
            return ""
        return next((found[0] for text in shown if (found := self._pattern.search(text))), "")
