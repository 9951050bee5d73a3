"""Secrets in text from outside: found by a well-kept detector's rules (gitleaks) and a few for what screens show, masked
before anything is stored, prompted or exported."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from escribano_tui.domain.secret_shapes import SHAPES, Shape

MASK = "••••••"
_UNMASKED = re.compile(r"[^\s•]")


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its secrets, and the names of the rules that found them, one for each."""

    text: str
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of gitleaks. `allowed` are patterns of what is no secret, by what they look at: secret, match or line."""

    name: str
    regex: str
    keywords: tuple[str, ...]
    least_entropy: float = 0.0
    group: int = 0
    allowed: tuple[tuple[str, str], ...] = ()
    stopwords: tuple[str, ...] = ()


def rules_of(toml: str) -> list[Rule]:
    """The rules of a gitleaks configuration that speak of text (those for files of one name are left out).

    Raises tomllib.TOMLDecodeError or KeyError where it is none.
    """
    config = tomllib.loads(toml)
    everywhere = config.get("allowlist", {})
    shared = tuple(("secret", r) for r in everywhere.get("regexes", ()))
    words = tuple(everywhere.get("stopwords", ()))
    rules = [_rule(row, shared, words) for row in config["rules"] if "regex" in row and "path" not in row]
    return sorted(rules, key=lambda r: r.name == _LOOSE)  # the others say better what it is


def _rule(row: Mapping[str, Any], shared: tuple[tuple[str, str], ...], words: tuple[str, ...]) -> Rule:
    lists = [a for a in row.get("allowlists", ()) if a.get("condition") != "AND"]
    allowed = [(a.get("regexTarget", "secret"), r) for a in lists for r in a.get("regexes", ())]
    stop = [w for a in lists for w in a.get("stopwords", ())]
    return Rule(
        row["id"], row["regex"], tuple(k.casefold() for k in row.get("keywords", ())), float(row.get("entropy", 0.0)),
        int(row.get("secretGroup", 0)), (*shared, *allowed), (*words, *stop),
    )  # fmt: skip


class Masker:
    """Finds and masks secrets. Lines without any of the words that a secret comes with cost next to nothing."""

    def __init__(self, rules: Sequence[Rule], shapes: Sequence[Shape] = SHAPES) -> None:
        self._shapes = shapes
        self._by_keyword: dict[str, list[Rule]] = {}
        for rule in rules:
            for keyword in rule.keywords:
                self._by_keyword.setdefault(keyword, []).append(rule)
        words = sorted(self._by_keyword, key=len, reverse=True)
        # A lookahead, so that keywords that overlap are all seen.
        self._any = re.compile(f"(?=({'|'.join(map(re.escape, words))}))") if words else None

    def mask(self, text: str) -> Masked:
        """A text with each secret in it replaced by MASK."""
        found_at = (*self._by_rules(text), *self._by_shapes(text), *self._torn(text))
        spans = sorted((a, _tail(text, b), name) for a, b, name in found_at)
        if not spans:
            return Masked(text)
        out, at, found = [], 0, []
        for start, end, name in spans:
            if end <= at or not _UNMASKED.search(text[start:end]):
                continue
            out += [text[at : max(at, start)], MASK if start >= at else ""]
            at = end
            found.append(name)
        return Masked("".join([*out, text[at:]]), tuple(found))

    def _by_rules(self, text: str) -> Iterator[tuple[int, int, str]]:
        if self._any is None:
            return
        folded = text.casefold()
        near = {found[1] for found in self._any.finditer(folded)}
        rules = {rule.name: rule for word in near for rule in self._within(word)}
        for rule in rules.values():
            for match in _compiled(rule.regex).finditer(text):
                group = rule.group or next((k for k in range(1, (match.re.groups or 0) + 1) if match[k]), 0)
                if _is_secret(rule, match, group, text):
                    yield *match.span(group), rule.name

    def _within(self, word: str) -> Iterator[Rule]:
        """Rules of a keyword and of the keywords that it begins with: the longest one hides the shorter."""
        for k in range(1, len(word) + 1):
            yield from self._by_keyword.get(word[:k], ())

    def _torn(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Secrets of a telling form into which a reader of pictures put a blank, by the text without it."""
        gaps = [gap.span() for gap in _TORN.finditer(text)]
        if not gaps:
            return
        places = [k for k in range(len(text)) if not any(start <= k < end for start, end in gaps)]
        whole = "".join(text[k] for k in places)
        for start, end, name in (*self._by_rules(whole), *self._by_shapes(whole)):
            a, b = places[start], places[end - 1] + 1
            if name != _LOOSE and b - a > end - start:
                yield a, b, name

    def _by_shapes(self, text: str) -> Iterator[tuple[int, int, str]]:
        for shape in self._shapes:
            for match in shape.pattern.finditer(text):
                if shape.holds is None or shape.holds(match["secret"]):
                    yield *match.span("secret"), shape.name


_LOOSE = "generic-api-key"  # its form is any long word, so that nothing tells where a torn one ends
# A blank between two pieces of 20 characters together or more, of which the first has digits and letters, and the second
# has too, or has a capital after a small letter.
_TORN = re.compile(
    r"(?<=[\w+/=:-]{8}) {1,2}(?=(?:[\w+/=-]*\d[\w+/=-]*[A-Za-z]|[\w+/=-]*[A-Za-z][\w+/=-]*\d|[\w+/=-]*[a-z][A-Z])[\w+/=-]*)"
)

# A reader of text puts blanks into long tokens: what goes on like one is part of it.
_GOES_ON = re.compile(r" {1,2}(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Za-z])[\w+/=-]{8,}")


def _tail(text: str, end: int) -> int:
    """Where a secret that has been found up to `end` really ends."""
    while found := _GOES_ON.match(text, end):
        end = found.end()
    return end


def _is_secret(rule: Rule, match: re.Match[str], group: int, line: str) -> bool:
    secret = match[group] or ""
    if not secret or entropy(secret) < rule.least_entropy:
        return False
    folded = secret.casefold()
    if any(word in folded for word in rule.stopwords):
        return False
    looked_at = {"secret": secret, "match": match[0], "line": line}
    return not any(_compiled(pattern).search(looked_at.get(where, secret)) for where, pattern in rule.allowed)


def entropy(text: str) -> float:
    """Shannon entropy in bits a character.

    >>> entropy("aaaa"), entropy("abcd")
    (0.0, 2.0)
    """
    counts = Counter(text).values()
    return -sum(n / len(text) * math.log2(n / len(text)) for n in counts) + 0.0


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(in_python(pattern))


def in_python(pattern: str) -> str:
    """A pattern of Go's RE2 for Python's `re`: a flag inside of a group holds to the end of the group, `\\z` is `\\Z`.

    >>> in_python(r"a(?i)b|c\\z"), in_python("(a(?i)b)c")
    ('a(?i:b|c\\\\Z)', '(a(?i:b))c')
    """
    out: list[str] = []
    closing = [0]  # how many scoped groups end with each open group
    k, in_class = 0, False
    while k < len(pattern):
        c = pattern[k]
        if c == "\\":
            out.append(r"\Z" if pattern[k : k + 2] == r"\z" else pattern[k : k + 2])
            k += 2
            continue
        if in_class:
            in_class = c != "]"
        elif c == "[":
            in_class = True
            if pattern[k + 1 : k + 2] == "]" or pattern[k + 1 : k + 3] == "^]":
                step = 2 if pattern[k + 1] == "]" else 3
                out.append(pattern[k : k + step])
                k += step
                continue
        elif pattern.startswith("(?i)", k):
            if k:
                out.append("(?i:")
                closing[-1] += 1
            else:
                out.append("(?i)")
            k += 4
            continue
        elif c == "(":
            closing.append(0)
        elif c == ")":
            out.append(")" * closing.pop())
        out.append(c)
        k += 1
    return "".join(out) + ")" * closing[0]


# ---------------------------------------------------------------- several texts at once

_KEY_BEGINS = re.compile(r"-{2,}\s*BEGIN[ A-Z0-9_-]{0,60}PRIVATE KEY", re.I)
_KEY_ENDS = re.compile(r"-{2,}\s*END\b", re.I)
_KEY_BODY = re.compile(r"^\W{0,3}[A-Za-z0-9+/= ]{12,}\W{0,3}$|^(?:Proc-Type|DEK-Info):")
_LABEL = re.compile(
    r"\b(?:pass(?:word|phrase|code)|passwort|kennwort|mot de passe|contraseña|pin|cvv|cvc|secret key|api key|token)\W{0,3}$",
    re.I,
)


@dataclass(slots=True)
class Page:
    """Masks lines that stand together, in reading order: blocks of private keys, and values beside or below their label."""

    masker: Masker
    found: list[str] = field(default_factory=list)
    _in_key: bool = False
    _labelled: bool = False

    def line(self, text: str) -> str:
        """The next line without secrets."""
        masked = self.masker.mask(text)
        self.found += masked.found
        after_label, self._labelled = self._labelled, bool(_LABEL.search(text.strip()))
        if _KEY_BEGINS.search(text):
            self._in_key = not _KEY_ENDS.search(text)
            return self._mask(text, "private-key") if not masked.found else masked.text
        if self._in_key:
            self._in_key = not _KEY_ENDS.search(text) and bool(_KEY_BODY.match(text.strip()))
            if self._in_key:
                return self._mask(text, "private-key")
        if after_label and not masked.found and _value_like(text):
            return self._mask(text, "labelled-value")
        return masked.text

    def _mask(self, text: str, name: str) -> str:
        self.found.append(name)
        return MASK


def _value_like(text: str) -> bool:
    """A value that was typed into a field: one word with more than letters."""
    word = text.strip()
    return (
        len(word.split()) == 1
        and len(word) >= 4
        and bool(re.search(r"\d|[^\w\s.,:;]", word))
        and bool(re.search(r"[^•*●·]", word))
    )


def mask_page(masker: Masker, texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines of a page in reading order without secrets, and the names of the rules that found them."""
    page = Page(masker)
    return [page.line(text) for text in texts], page.found
