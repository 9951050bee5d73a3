"""What a model wrote for each subject, kept with the summary: what has not changed is taken over word for word."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from escribano_tui.backends.writing.layout import Words
from escribano_tui.domain.summary import Summary


def dump(words: Mapping[str, Words], writer: str, model: str) -> str:
    """Words by the key of what they depend on, as the JSON of `Summary.parts`."""
    sections = {key: {"points": list(w.points), "prose": w.prose, "lead": w.lead} for key, w in words.items()}
    return json.dumps({"writer": writer, "model": model, "sections": sections}, ensure_ascii=False)


def load(before: Summary | None, writer: str, model: str) -> dict[str, Words]:
    """The words of an earlier summary by the same writer and model; none where it was another or cannot be read."""
    if before is None or not before.parts:
        return {}
    try:
        found: dict[str, Any] = json.loads(before.parts)
        if (found["writer"], found["model"]) != (writer, model):
            return {}
        return {k: Words(tuple(map(str, w["points"])), str(w["prose"]), str(w["lead"])) for k, w in found["sections"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # of another version: it is written again
