"""What a model answered, read strictly: either a description, or the reason why it is none.

Repaired is the wrapping alone: a code fence, words around the object, a comma too many, one name where a list is wanted.
What a model did not say is never filled in.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from escribano_tui.domain.activity import ACTIVITIES, is_activity
from escribano_tui.domain.text import clean_line

# For servers that can hold a model to a schema.
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "activity": {"type": "string", "enum": list(ACTIVITIES)},
        "apps": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        "title": {"type": "string"},
        "sentence": {"type": "string"},
        "topics": {"type": "array", "items": {"type": "string"}, "maxItems": 4},
    },
    "required": ["activity", "apps", "title", "sentence", "topics"],
    "additionalProperties": False,
}

MOST_SENTENCE, MOST_TITLE, MOST_NAME = 300, 160, 60
MOST_APPS, MOST_TOPICS = 3, 4
_MOST_ANSWER = 20_000  # characters that are looked at
_THOUGHT = re.compile(r"<think>.*?</think>|<\|.*?\|>", re.S)
_FENCED = re.compile(r"```(?:json)?\s*\n(.*?)```", re.S)
_COMMA_TOO_MANY = re.compile(r",(\s*[}\]])")
_WORDS = re.compile(r"\w+")
_LOOP_WORDS, _LOOP_TIMES = 3, 4  # so many words in the same order so many times are a loop


@dataclass(frozen=True, slots=True)
class Answer:
    """A model's answer, cleaned. `repaired` says that its wrapping was not as asked."""

    activity: str
    apps: tuple[str, ...]
    title: str
    sentence: str
    topics: tuple[str, ...]
    repaired: bool = False


class BadAnswer(Exception):
    """An answer that cannot be used; the message says why."""


def parse(raw: str) -> Answer:
    """The answer that a model gave. Raises BadAnswer.

    >>> parse('{"activity": "coding", "apps": ["Geany"], "title": "", "sentence": "Edits a file", "topics": []}').activity
    'coding'
    """
    text = raw[:_MOST_ANSWER].strip()
    try:
        return _checked(json.loads(text), repaired=False)
    except ValueError:
        return _checked(_unwrapped(text), repaired=True)


def _unwrapped(text: str) -> Any:
    """The object within fences, thoughts and other words. Raises BadAnswer."""
    bare = _THOUGHT.sub("", text)
    fenced = _FENCED.findall(bare)
    bare = fenced[0] if len(fenced) == 1 else bare
    first, last = bare.find("{"), bare.rfind("}")
    if first < 0:
        raise BadAnswer("it holds no JSON object")
    if last < first:
        raise BadAnswer("its JSON object breaks off")
    try:
        return json.loads(_COMMA_TOO_MANY.sub(r"\1", bare[first : last + 1]))
    except ValueError as problem:
        raise BadAnswer("it is no JSON") from problem


def _checked(told: Any, repaired: bool) -> Answer:
    if not isinstance(told, dict):
        raise BadAnswer("it is no JSON object")
    activity = _activity(told.get("activity"))
    sentence = _text(told, "sentence", MOST_SENTENCE)
    if not sentence:
        raise BadAnswer("it has no sentence")
    apps, apps_repaired = _names(told, "apps", MOST_APPS)
    topics, topics_repaired = _names(told, "topics", MOST_TOPICS)
    title = _text(told, "title", MOST_TITLE)
    if any(_loops(text) for text in (sentence, title, *topics)):
        raise BadAnswer("it repeats itself")
    changed = repaired or apps_repaired or topics_repaired or told.get("activity") != activity
    return Answer(activity, apps, title, sentence, topics, changed)


def _activity(told: Any) -> str:
    name = told.strip().lower() if isinstance(told, str) else ""
    if not is_activity(name):
        raise BadAnswer(f"its activity is not one of the list: {clean_line(str(told), 40)!r}" if told else "it has no activity")
    return name


def _text(told: dict[str, Any], key: str, most: int) -> str:
    value = told.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadAnswer(f"its {key} is no text")
    return clean_line(value, most)


def _names(told: dict[str, Any], key: str, most: int) -> tuple[tuple[str, ...], bool]:
    """Names of a list, and whether it was not quite one: a single name, null, or left out."""
    value = told.get(key)
    repaired = not isinstance(value, list)
    value = [value] if isinstance(value, str) else [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadAnswer(f"its {key} are no list of names")
    names = [name for one in value if (name := clean_line(one, MOST_NAME))]
    return tuple(dict.fromkeys(names))[:most], repaired


def _loops(text: str) -> bool:
    """Whether the same words come again and again, as they do when a table on the screen leads a model into a loop."""
    words = [word.casefold() for word in _WORDS.findall(text)]
    runs = Counter(tuple(words[k : k + _LOOP_WORDS]) for k in range(len(words) - _LOOP_WORDS + 1))
    return bool(runs) and max(runs.values()) >= _LOOP_TIMES
