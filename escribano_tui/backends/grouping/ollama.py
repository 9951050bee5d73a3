"""A language model on Ollama that groups segments."""

from __future__ import annotations

from escribano_tui.backends.grouping.model import offer
from escribano_tui.backends.writing.ollama import OFFER as WRITING

OFFER = offer(WRITING)
