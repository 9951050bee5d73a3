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


@pytest.mark.parametrize(
    ("program", "title"),
    [
        ("Firefox", "Vaults | Bitwarden Web Vault - Mozilla Firefox"),
        ("Firefox", "Bitwarden - Mozilla Firefox"),
        ("Firefox", "Bitwarden Web va… - Mozilla Firefox"),
        ("Chrome", "All Items | 1Password - Google Chrome"),
        ("Chrome", "1Password — Personal - Google Chrome"),
        ("Chromium", "My LastPass Vault - Chromium"),
        ("Edge", "Dashlane - Logins - Personal - Microsoft Edge"),
        ("Firefox", "NordPass® Web Vault — Mozilla Firefox"),
        ("Safari", "Passbolt | Open source password manager for teams"),
        ("", "Passwords.kdbx [Locked] - KeePassXC"),
        ("", "KeePassXC"),
        ("", "Bitwarden - Mozilla Firef…"),
        ("Firefox", "Bitwarden - Mozilla Firefox Private Browsing"),
        ("", "Vau1ts | B1twarden Web Vault"),
    ],
)
def test_a_manager_is_in_front_by_its_own_title(program: str, title: str) -> None:
    assert Exclusions().which(program, title)


@pytest.mark.parametrize(
    ("program", "title"),
    [
        ("Firefox", "Bitwarden - Wikipedia - Mozilla Firefox"),
        ("Firefox", "KeePass or Bitwarden: which one? - Mozilla Firefox"),
        ("Firefox", "Best password managers: 1Password, LastPass and others | Fern Review - Mozilla Firefox"),
        ("Firefox", "Download - KeePassXC - Mozilla Firefox"),
        ("Chrome", "lastpass - Google Search - Google Chrome"),
        ("Chrome", "Bitwarden Password Manager - Chrome Web Store - Google Chrome"),
        ("Chrome", "bitwarden/clients: Bitwarden client apps - GitHub - Google Chrome"),
        ("Chrome", "Import from LastPass | Bitwarden Community Forums - Google Chrome"),
        ("Code", "bitwarden.py - tidewater - Visual Studio Code"),
        ("Mousepad", "KeePass notes.txt - Mousepad"),
        ("Thunderbird", "Your 1Password invoice - Mozilla Thunderbird"),
        ("Slack", "Who still uses Dashlane? - general - Slack"),
    ],
)
def test_a_title_about_one_is_read(program: str, title: str) -> None:
    assert Exclusions().which(program, title) == ""
    assert Exclusions(["password managers", "wikipedia", "tidewater"]).which(program, title) in ("", "Wikipedia", "tidewater")


@pytest.mark.parametrize(
    ("address", "which"),
    [
        ("vault.bitwarden.com/#/vault", "vault.bitwarden.com"),
        ("https://my.1password.com/home", "my.1password.com"),
        ("https://vaultwarden.fern.example/", "vaultwarden"),
        ("about:logins", "about:logins"),
        ("chrome://settings/passwords?search=x", "chrome://settings/passwords"),
        ("https://en.wikipedia.org/wiki/Bitwarden", ""),
        ("https://www.google.com/search?q=vault.bitwarden.com", ""),
        ("github.com/bitwarden/clients", ""),
        ("https://keepassxc.org/docs", ""),
        ("about:config", ""),
        ("", ""),
    ],
)
def test_an_address_is_a_managers_by_its_host(address: str, which: str) -> None:
    assert Exclusions().which("Firefox", "", address) == which


def test_the_owners_own_words_count_wherever_a_window_names_them() -> None:
    own = Exclusions(["password managers", "Bank of Visby", "mail.fern.example"])
    assert own.which("Firefox", "What the Bank of Visby does - Fernwiki") == "Bank of Visby"
    assert own.which("Firefox", "", "https://search.example/?q=mail.fern.example") == "mail.fern.example"


def test_the_owners_list_is_the_list() -> None:
    own = Exclusions([*DEFAULT, "Bank of Visby"])

    assert own.which("Firefox", "Accounts - bank of visby") == "bank of visby"
    assert Exclusions([]).which("KeePassXC") == ""
    assert Exclusions([" "]).which("KeePassXC") == ""
