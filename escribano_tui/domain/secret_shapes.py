"""Shapes of secrets that screens and speech show and rules for source code do not know: card and account numbers,
passwords in forms, in URLs and aloud, one-time codes, and tokens of which only a part is to be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shape:
    """A pattern with a group `secret`; `holds` decides where the pattern alone says too little."""

    name: str
    pattern: re.Pattern[str]
    holds: Callable[[str], bool] | None = None


def is_card(text: str) -> bool:
    """Whether a number is a payment card's: 13 to 19 digits, a known first digit, and the Luhn sum (ISO/IEC 7812-1).

    >>> is_card("4111 1111 1111 1111"), is_card("4111 1111 1111 1112"), is_card("0000 0000 0000 0000")
    (True, False, False)
    """
    digits = [int(c) for c in text if c.isdigit()]
    if not 13 <= len(digits) <= 19 or digits[0] not in (2, 3, 4, 5, 6) or len(set(digits)) < 2:
        return False
    doubled = [d * 2 - 9 * (d > 4) for d in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_iban(text: str) -> bool:
    """Whether an account number's check digits are right (ISO 13616, mod 97).

    >>> is_iban("GB82 WEST 1234 5698 7654 32"), is_iban("GB83 WEST 1234 5698 7654 32")
    (True, False)
    """
    plain = re.sub(r"\s", "", text).upper()
    if not 15 <= len(plain) <= 34:
        return False
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


_PLACEHOLDER = re.compile(
    r"^(?:[*•●x._-]+|<.*>|\{.*\}|\$.*|%.*|none|null|true|false|changeme|example|password|pwd|str|string)$", re.I
)


def is_password(text: str) -> bool:
    """Whether a value beside `password` is one: no placeholder, no call, no name of a type or variable."""
    value = text.strip("\"'`,;:)]}>")
    if len(value) < 4 or _PLACEHOLDER.match(value) or re.search(r"[(\[{]|::|->|\w\.[a-z_]", value):
        return False
    return bool(re.search(r"\d", value)) or bool(re.search(r"[^\w\s\"'`.,;:=/-]", value)) or text[:1] in "\"'`"


def _shape(name: str, pattern: str, holds: Callable[[str], bool] | None = None) -> Shape:
    return Shape(name, re.compile(pattern, re.I), holds)


_PASSWORD = r"(?:pass(?:word|wd|phrase|code)|pwd|passwort|kennwort|mot de passe|contraseña|wachtwoord|lösenord)"
# Numbers said one by one.
_DIGIT = r"(?:\d+|zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"

# Tokens that say by their beginning what they are: masked even where the end is cut off by a window or not yet typed.
_TOKENS = (
    r"gh[pousr]_|github_pat_|glpat-|gl(?:dt|rt|cbt|ptt)-|xox[abeoprs]-|xapp-|sk-(?:ant-|proj-)?|[sr]k_(?:live|test)_|whsec_|AKIA|ASIA"
    r"|AIza|npm_|pypi-|hf_|dop_v1_|shp(?:at|ss|ca|pa)_|ya29\.|SG\.|lin_api_|figd_|ntn_|sbp_|EAAC|AGE-SECRET-KEY-1|eyJ[\w-]{8,}\."
)
# Those that stand for nothing else, also where the word before is glued to them, as readers of screen text do.
_OWN_TOKENS = (
    r"gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|sk-(?:ant|proj)-|[sr]k_(?:live|test)_|whsec_|dop_v1_|shp(?:at|ss|ca|pa)_"
    r"|lin_api_|AGE-SECRET-KEY-1"
)
# The same with their dashes lost.
_BLANK_TOKENS = r"gh[pousr]|github pat|glpat|xox[abp]|[sr]k (?:live|test)|whsec|dop v1|shpat|lin api|hf|npm"
_CARD = r"(?:\d{4}[ -]?){3}\d{1,7}|3[47]\d{2}[ -]?\d{6}[ -]?\d{5}|\d{13,19}"
_CODE = r"(?:verification|security|one[- ]time|log-?in|sign-?in|confirmation|authentication|2fa|otp)\s+(?:pass)?(?:code|pin)"


def _has_digit(text: str) -> bool:
    return bool(re.search(r"\d", text))


def _has_letter(text: str) -> bool:
    return bool(re.search(r"[a-z]", text, re.I))


_HALF = r"[\w!@#%^&*+-]{3,40}"


def _is_broken(text: str) -> bool:
    first, _, second = text.partition(" ")
    mixed = bool(re.search(r"[a-z][A-Z]|[A-Z]{2}[a-z]|\d[A-Za-z]|[A-Za-z]\d", first))
    return mixed and bool(re.search(r"\d", second)) and bool(re.search(r"[A-Za-z]", second))


SHAPES: tuple[Shape, ...] = (
    _shape("card-number", rf"(?<![\d.])(?P<secret>{_CARD})(?![\d.])", is_card),
    _shape("card-number", r"(?<!\d)(?P<secret>(?:\d{4} ?){3}\d{4})(?=[01]\d/\d\d)", is_card),  # with its date glued to it
    _shape("iban", r"(?:\b|(?<=iban))(?P<secret>[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?)\b", is_iban),
    _shape("url-password", r"\b[a-z][a-z0-9+.-]*://[^\s/:@\"'<>{}]{1,80}:(?P<secret>[^\s/@\"'<>{}$]{3,100})@"),
    _shape(
        "password", rf"(?<![\w.]){_PASSWORD}\b[\"']?\s{{0,3}}(?::=|=>|[:=])\s{{0,3}}(?P<secret>[^\s,;]{{4,100}})", is_password
    ),
    _shape("password", rf"\w*_{_PASSWORD}\s{{0,2}}=\s{{0,2}}(?P<secret>[^\s,;]{{4,100}})", is_password),
    _shape("password", rf"--{_PASSWORD}[= ](?P<secret>[^\s,;]{{4,100}})", is_password),
    # A blank that the reader put into it: both halves together are a password, and the first one alone is no word.
    _shape(
        "password", rf"(?:--|_|\b){_PASSWORD}\s?=\s?(?P<secret>[\w!@#%^&*+-]{{3,40}} [\w!@#%^&*+-]{{3,40}})(?!\S)", _is_broken
    ),
    _shape("bearer", r"\bbearer\s+(?P<secret>[\w.~+/=-]{16,})", _has_digit),
    _shape("token-part", rf"(?<![\w-])(?P<secret>(?:{_TOKENS})[\w.+/=-]{{8,}})", _has_digit),
    _shape("token-part", rf"(?P<secret>(?:{_OWN_TOKENS})[\w.+/=-]{{14,}})", _has_digit),
    _shape("token-part", rf"(?P<secret>(?:{_OWN_TOKENS})[\w.+/=-]{{2,13}} [\w+/=-]{{8,}})", _has_digit),
    _shape("token-part", rf"(?<![\w-])(?:{_BLANK_TOKENS}) (?P<secret>[\w-]{{20,}})", _has_digit),
    _shape("token-part", r"(?<![\w-])(?P<secret>(?-i:SK) ?(?:[0-9a-f] ?){32})(?!\w)"),
    _shape("one-time-code", rf"\b{_CODE}\b\D{{0,20}}(?P<secret>\d{{3}}[ -]?\d{{3}}|\d{{4,8}})\b"),
    _shape("pin", r"\b(?:pin|cvv|cvc|security code)\b\W{0,3}(?:is|code|number|:)?\W{0,3}(?P<secret>\d{3,8})\b"),
    _shape("social-security", r"\b(?:ssn|social security)(?![a-z])\D{0,20}(?P<secret>\d{3}[- ]?\d{2}[- ]?\d{4})\b"),
)

# In speech, `the password is wrong` says nothing; what follows else is the password.
_NO_PASSWORD = (
    r"(?!(?:not|wrong|too|the|a|an|in|on|set|never|still|stored|required|empty|missing|hashed|checked|correct|incorrect|expired"
    r"|invalid|reset|only|been|saved|safe|that|this|what|there|here|for|because|longer|shorter|changed|protected)\b"
    r"(?:\s+\w+){0,2}\s*(?:[.,;!?]|$))"
)
SPOKEN: tuple[Shape, ...] = (
    *SHAPES,
    _shape("said-password", rf"\b{_PASSWORD}\s+(?:is|was|ist|war)\s+(?:now\s+)?(?P<secret>{_NO_PASSWORD}[^.,;!?\n]{{3,60}})"),
    _shape("said-number", rf"\b(?P<secret>(?:{_DIGIT}[\s,-]+){{11,}}{_DIGIT})\b", _has_letter),
    _shape(
        "said-number",
        rf"\b(?:card|account|pin|code|cvv|routing|social security)\b[^.\d]{{0,25}}?\b"
        rf"(?P<secret>(?:{_DIGIT}[\s,-]+){{3,}}{_DIGIT})\b",
    ),
)
