"""The backend `better` of `odd_speech`."""

from __future__ import annotations

from tests.backends.odd_speech import offer

OFFER = offer("better", 0.95)
