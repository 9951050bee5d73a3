"""The backend `spare` of `odd_speech`."""

from __future__ import annotations

from tests.backends.odd_speech import offer

OFFER = offer("spare", 0.8)
