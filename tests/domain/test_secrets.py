"""Secrets are masked whatever their kind, and ordinary code is left alone. Every secret here is made up when the test runs."""

from __future__ import annotations

import random
import re
import string
import sysconfig
from pathlib import Path

import pytest

from escribano_tui.domain.secret_shapes import SPOKEN
from escribano_tui.domain.secrets import MASK, Masker, entropy, in_python, mask_page, rules_of

RULES = rules_of((Path(__file__).parents[2] / "escribano_tui/data/secrets/gitleaks.toml").read_text(encoding="utf-8"))
MASKER = Masker(RULES)
SPEECH = Masker(RULES, SPOKEN)
_LOWER = string.ascii_lowercase + string.digits
_MIXED = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + string.digits
_HEX = "0123456789abcdef"


def made(length: int, alphabet: str = _MIXED, seed: int = 7) -> str:
    """A random text with at least one digit."""
    chance = random.Random(f"{seed}{alphabet}{length}")
    return "".join(chance.choice(alphabet) for _ in range(length - 1)) + "7"


def card(prefix: str = "411111") -> str:
    """A number with a right Luhn sum."""
    body = prefix + "7031925482"[: 15 - len(prefix)]
    total = sum(d if k % 2 else (d * 2 - 9 * (d > 4)) for k, d in enumerate(int(c) for c in body))
    whole = body + str(-total % 10)
    return " ".join(whole[k : k + 4] for k in range(0, 16, 4))


def uuid() -> str:
    return "-".join(made(n, _HEX) for n in (8, 4, 4, 4, 12))


# (what stands around it, the secret)
KINDS: dict[str, tuple[str, str]] = {
    "aws access key": ("aws_access_key_id = {}", "AKIA" + made(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")),
    "aws secret key": ("aws_secret_access_key = {}", made(40)),
    "github token": ("token: {}", "ghp_" + made(36)),
    "github oauth": ("{}", "gho_" + made(36)),
    "github fine-grained": ("GITHUB={}", "github_pat_" + made(82, _MIXED + "_")),
    "gitlab token": ("export T={}", "glpat-" + made(20)),
    "slack bot": ("SLACK={}", f"xoxb-{made(12, string.digits)}-{made(12, string.digits)}-{made(24)}"),
    "slack app": ("{}", f"xapp-1-{made(10, _UPPER)}-{made(12, string.digits)}-{made(64, _LOWER)}"),
    "stripe": ("stripe.api_key = '{}'", "sk_live_" + made(24)),
    "stripe restricted": ("key {}", "rk_live_" + made(24)),
    "openai": ("OPENAI_API_KEY={}", f"sk-{made(20)}T3BlbkFJ{made(20)}"),
    "anthropic": ("key={}", f"sk-ant-api03-{made(93, _MIXED + '_-')}AA"),
    "google": ("key={}", "AIza" + made(35)),
    "google oauth": ("Authorization: Bearer {}", "ya29." + made(60)),
    "npm": ("//registry/:_authToken={}", "npm_" + made(36)),
    "pypi": ("password = {}", "pypi-AgEIcHlwaS5vcmc" + made(60)),
    "hugging face": ("HF_TOKEN={}", "hf_" + made(34, string.ascii_letters)),
    "sendgrid": ("key: {}", f"SG.{made(22)}.{made(43)}"),
    "digitalocean": ("{}", "dop_v1_" + made(64, _HEX)),
    "shopify": ("shop {}", "shpat_" + made(32, _HEX)),
    "linear": ("key {}", "lin_api_" + made(40)),
    "jwt": ("jwt {}", f"eyJhbGciOiJIUzI1NiJ9.eyJ{made(30)}.{made(43)}"),
    "bearer": ("curl -H 'Authorization: Bearer {}'", made(40)),
    "age": ("{}", "AGE-SECRET-KEY-1" + made(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L")),
    "mailchimp": ("mailchimp_key = '{}'", f"{made(32, _HEX)}-us20"),
    "mailgun": ("mailgun key='key-{}'", made(32, _HEX)),
    "twilio": ("twilio {}", "SK" + made(32, _HEX)),
    "telegram": ("telegram_bot = {}", f"{made(9, string.digits)}:A{made(34)}"),
    "discord": ("discord_token = '{}'", made(64, _HEX)),
    "heroku": ("heroku_api_key = '{}'", uuid()),
    "postman": ("{}", f"PMAK-{made(24, _HEX)}-{made(34, _HEX)}"),
    "grafana": ("{}", f"glsa_{made(32)}_{made(8, _HEX)}"),
    "databricks": ("{}", "dapi" + made(32, _HEX)),
    "slack webhook": ("https://hooks.slack.com/services/{}", f"T{made(9, _UPPER)}/B{made(9, _UPPER)}/{made(24)}"),
    "database url": ("postgres://mira:{}@db.example/hives", made(14)),
    "password in a file": ("password: {}", "hunter2-" + made(6)),
    "environment": ("DB_PASSWORD={}", made(12)),
    "command line": ("mysql --password={}", made(12)),
    "generic key": ("api_key = '{}'", made(32)),
    "card number": ("Card {} 12/29", card()),
    "iban": ("IBAN {}", "GB82 WEST 1234 5698 7654 32"),
    "one-time code": ("Your verification code is {}", "482913"),
    "cvv": ("CVV: {}", "731"),
    "social security": ("SSN {}", "219-09-9931"),
}


@pytest.mark.parametrize("kind", list(KINDS))
def test_forty_kinds_of_secrets_are_masked(kind: str) -> None:
    around, secret = KINDS[kind]

    masked = MASKER.mask(around.format(secret))

    assert masked.found
    assert MASK in masked.text
    assert secret not in masked.text
    for part in re.findall(r"[A-Za-z0-9]{7,}", secret):
        assert part not in masked.text, masked.text


def test_there_are_at_least_forty() -> None:
    assert len(KINDS) >= 40


@pytest.mark.parametrize("kind", ["github token", "stripe", "slack bot", "jwt", "openai"])
def test_a_token_that_is_cut_off_or_half_typed_is_masked_too(kind: str) -> None:
    around, secret = KINDS[kind]
    part = secret[: len(secret) * 2 // 3]

    assert part not in MASKER.mask(around.format(part)).text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Card 4111 1170 3192 548012/29", "3192"),  # a reader of screen text loses blanks
        ("SSN219-09-9931", "9931"),
        ("keyrk_live_" + made(24), made(24)[4:12]),
        ("IBANGB82WEST 12345698765432", "5698"),
        ("token ghp_" + made(12) + " " + made(24), made(24)[4:12]),  # and puts some in
        ("shop shpat_" + made(4, _HEX) + " " + made(28, _HEX), made(28, _HEX)[4:12]),
        ("twilio SK" + made(6, _HEX) + " " + made(26, _HEX), made(26, _HEX)[4:12]),
        ("export T=gho " + made(36), made(36)[4:12]),
        (f"telegram_bot = {made(9, string.digits)}:A{made(14)} {made(20)}", made(20)[4:12]),
        (f"telegram_bot = {made(9, string.digits)}:A{made(6)} {made(28)}", made(9, string.digits)),
        ("mysql--password=AdKbSq 1uNWL7", "1uNWL7"),
    ],
)
def test_secrets_that_were_read_badly_are_masked_too(text: str, part: str) -> None:
    assert part in text
    assert part not in MASKER.mask(text).text


def test_words_beside_each_other_are_no_torn_secret() -> None:
    for text in ("commit 8f173f5 Strip labels", "getElementById querySelectorAll", "recording 2026-11-20T14_03 weigh_frame2Go"):
        assert MASKER.mask(text).text == text


def test_what_stands_around_a_secret_stays() -> None:
    assert MASKER.mask(f"export TOKEN=ghp_{made(36)} # for CI").text == f"export TOKEN={MASK} # for CI"
    assert MASKER.mask("nothing here").text == "nothing here"
    assert MASKER.mask("nothing here").found == ()


def test_a_private_key_is_masked_over_its_lines() -> None:
    body = [made(64, _MIXED + "+/") for _ in range(4)]
    page = ["$ cat id", "-----BEGIN OPENSSH PRIVATE KEY-----", *body, "-----END OPENSSH PRIVATE KEY-----", "$ ls and more"]

    lines, found = mask_page(MASKER, page)

    assert not any(part in line for part in body for line in lines)
    assert (lines[0], lines[-1]) == ("$ cat id", "$ ls and more")
    assert set(found) == {"private-key"}


def test_a_value_after_its_label_is_masked() -> None:
    lines, found = mask_page(MASKER, ["User name", "mira", "Password", "tr0ub4dor&3", "Sign in"])

    assert lines == ["User name", "mira", "Password", MASK, "Sign in"]
    assert found == ["labelled-value"]


@pytest.mark.parametrize(
    "text",
    [
        "my password is correct horse battery staple",
        "the card number is four one one one seven zero three one nine two five four",
        "the pin is four eight one five",
        "Your login code is 4815.",
    ],
)
def test_secrets_said_aloud_are_masked(text: str) -> None:
    masked = SPEECH.mask(text)

    assert MASK in masked.text
    assert not re.search(r"horse|eight one|one one|4815", masked.text)


@pytest.mark.parametrize(
    "text",
    [
        "the password is wrong again", "the password was not stored", "I count one two three", "Tasks: 11, 0 thr; 2 running",
        "def login(user: str, password: str) -> None:", "password = os.environ['DB_PASSWORD']", "password = getpass.getpass()",
        "token = self.next_token()", "key = ' '.join(name.split()).lower()", "8f173f5 (HEAD -> main) Strip labels", uuid(),
        "commit 8f173f5a1b2c3d4e5f60718293a4b5c6d7e8f901", "Password: ••••••••", "sha256:" + made(64, _HEX),
        "+49 30 1234567 ext 12",
        "2026-03-29 02:30 1234567890", "https://docs.example/page?id=12", "4242 4242 4242 4243",
    ],
)  # fmt: skip
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert SPEECH.mask(text).text == text


def test_false_alarms_on_ordinary_code_are_rare() -> None:
    """The standard library: thousands of lines that talk of keys, tokens and passwords."""
    folder = Path(sysconfig.get_paths()["stdlib"])
    names = ("netrc", "smtplib", "urllib/request", "http/cookies", "tokenize", "hmac", "zipfile", "ssl", "enum")
    texts = [(folder / f"{n}.py").read_text(encoding="utf-8") for n in names if (folder / f"{n}.py").is_file()]
    lines = [line for text in texts for line in text.splitlines() if line.strip()]

    alarms = [s for s in lines if MASKER.mask(s).found]

    assert len(lines) > 5_000
    assert len(alarms) < 0.001 * len(lines), alarms


def test_every_rule_is_understood() -> None:
    assert len(RULES) > 200
    for rule in RULES:
        re.compile(in_python(rule.regex))
        assert rule.keywords


def test_masking_twice_changes_nothing() -> None:
    for around, secret in KINDS.values():
        once = MASKER.mask(around.format(secret)).text
        assert MASKER.mask(once).text == once


def test_entropy_is_in_bits() -> None:
    assert entropy("aabb") == 1.0
