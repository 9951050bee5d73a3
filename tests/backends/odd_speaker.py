"""The backend `odd` of `odd_speech`."""

from __future__ import annotations

from tests.backends.odd_speech import offer

OFFER = offer("odd", 0.65)
