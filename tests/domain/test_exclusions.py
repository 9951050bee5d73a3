"""Programs and sites that are never read."""

from __future__ import annotations

import pytest

from escribano_tui.domain.exclusions import DEFAULT, Exclusions


@pytest.mark.parametrize(
    ("shown", "which"),
    [
        (("KeePassXC", "Passwords.kdbx - KeePassXC"), "KeePassXC"),
        (("Firefox", "Bitwarden Web vault - Mozilla Firefox"), "Bitwarden"),
        (("Chromium", "x", "https://vault.bitwarden.com/#/vault"), "vault.bitwarden.com"),
        (("Geany", "keeper.py - hivescale"), ""),
        (("Geany", "housekeeper.py"), ""),
        (("Terminal", "pytest: 1 failed"), ""),
        ((), ""),
    ],
)
def test_password_managers_are_known_by_their_names(shown: tuple[str, ...], which: str) -> None:
    assert Exclusions().which(*shown) == which


def test_the_owners_list_is_the_list() -> None:
    own = Exclusions([*DEFAULT, "Bank of Visby"])

    assert own.which("Firefox", "Accounts - bank of visby") == "bank of visby"
    assert Exclusions([]).which("KeePassXC") == ""
    assert Exclusions([" "]).which("KeePassXC") == ""
