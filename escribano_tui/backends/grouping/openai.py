"""A language model on any OpenAI-compatible server that groups segments."""

from __future__ import annotations

from escribano_tui.backends.grouping.model import offer
from escribano_tui.backends.writing.openai import OFFER as WRITING

OFFER = offer(WRITING)
