"""escribano-tui: a session log that its owner trusts, from a screen recording."""

__version__ = "0.1.0"
